/// Reads the small part of JSON that a header may contain, and rejects everything else with its position.
///
/// A general JSON reader silently drops duplicate keys, which could hide a tensor; this one reports every key.
struct HeaderScanner {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Reads `{…}`; the closure reads the value of each key.
    mutating func object(
        _ value: (inout HeaderScanner, String) throws(HeaderError) -> Void
    ) throws(HeaderError) {
        try expect("{")
        skipBlanks()
        if take("}") { return }
        repeat {
            skipBlanks()
            let key = try string(field: "header")
            try expect(":")
            skipBlanks()
            try value(&self, key)
            skipBlanks()
        } while take(",")
        try expect("}")
    }

    /// Reads `[1, 2, …]` of non-negative integers.
    mutating func integers(field: String) throws(HeaderError) -> [Int] {
        var numbers: [Int] = []
        try expect("[", field: field)
        skipBlanks()
        if take("]") { return numbers }
        repeat {
            skipBlanks()
            numbers.append(try integer(field: field))
            skipBlanks()
        } while take(",")
        try expect("]", field: field)
        return numbers
    }

    private mutating func integer(field: String) throws(HeaderError) -> Int {
        let start = position
        var number = 0
        while let digit = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
            let (tens, overflow) = number.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            guard !overflow, !carry else { throw HeaderError(field: field, "a number is too large") }
            number = sum
            position += 1
        }
        guard position > start else {
            throw HeaderError(field: field, "expected a non-negative integer at byte \(start)")
        }
        return number
    }

    /// Reads a string with its escapes.
    mutating func string(field: String) throws(HeaderError) -> String {
        try expect("\"", field: field)
        var text: [UInt8] = []
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw HeaderError(field: field, "the text before byte \(position) is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text += try escape(field: field)
            case ..<0x20: throw HeaderError(field: field, "there is a control character at byte \(position - 1)")
            default: text.append(byte)
            }
        }
        throw HeaderError(field: field, "the text does not end")
    }

    private mutating func escape(field: String) throws(HeaderError) -> [UInt8] {
        guard let letter = current else { throw HeaderError(field: field, "the text does not end") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
        case UInt8(ascii: "b"): return [8]
        case UInt8(ascii: "t"): return [9]
        case UInt8(ascii: "n"): return [10]
        case UInt8(ascii: "f"): return [12]
        case UInt8(ascii: "r"): return [13]
        case UInt8(ascii: "u"): return Array(String(try unicodeScalar(field: field)).utf8)
        default: throw HeaderError(field: field, "there is an unknown escape at byte \(position - 1)")
        }
    }

    private mutating func unicodeScalar(field: String) throws(HeaderError) -> Unicode.Scalar {
        var units = [try hexadecimal(field: field)]
        if UTF16.isLeadSurrogate(units[0]), take("\\"), take("u") { units.append(try hexadecimal(field: field)) }
        guard let text = String(validating: units, as: UTF16.self), let scalar = text.unicodeScalars.first else {
            throw HeaderError(field: field, "there is an incomplete character before byte \(position)")
        }
        return scalar
    }

    private mutating func hexadecimal(field: String) throws(HeaderError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw HeaderError(field: field, "expected four hexadecimal digits at byte \(position)")
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }

    /// Ensures that only the padding blanks of a header are left.
    mutating func end() throws(HeaderError) {
        skipBlanks()
        guard position == bytes.count else {
            throw HeaderError(field: "header", "there is something after its end, at byte \(position)")
        }
    }

    private mutating func skipBlanks() {
        while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard let byte = current, byte == UInt8(ascii: sign) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ sign: Unicode.Scalar, field: String = "header") throws(HeaderError) {
        skipBlanks()
        guard take(sign) else {
            throw HeaderError(field: field, "expected '\(sign)' at byte \(position)")
        }
    }
}
