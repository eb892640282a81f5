/// A value of a tokenizer's file. Texts are bytes of UTF-8, because `String` considers two spellings of a letter equal, and a
/// vocabulary may have both.
enum JSONValue {
    case null
    case flag(Bool)
    case number(Double)
    case text([UInt8])
    case list([JSONValue])
    case fields([(name: [UInt8], value: JSONValue)])

    /// The value of a field; nil if it is absent or null.
    subscript(name: String) -> JSONValue? {
        guard case .fields(let fields) = self,
            let value = fields.first(where: { $0.name.elementsEqual(name.utf8) })?.value
        else { return nil }
        if case .null = value { return nil }
        return value
    }

    var bytes: [UInt8]? { if case .text(let bytes) = self { bytes } else { nil } }

    var string: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    var scalars: [Unicode.Scalar]? { string.map { Array($0.unicodeScalars) } }

    var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }

    var number: Double? { if case .number(let number) = self { number } else { nil } }

    var integer: Int? { number.flatMap { Int(exactly: $0) } }

    var list: [JSONValue]? { if case .list(let list) = self { list } else { nil } }

    var fields: [(name: [UInt8], value: JSONValue)]? { if case .fields(let fields) = self { fields } else { nil } }
}

/// Reads JSON of limited depth.
struct JSONParser {
    /// An error, with its position in bytes.
    struct Fault: Error {
        let reason: String
        let position: Int
    }

    private static let deepest = 32

    private let bytes: [UInt8]
    private var position = 0

    static func value(of bytes: [UInt8]) throws(Fault) -> JSONValue {
        var parser = JSONParser(bytes: bytes)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.fault("it has text after its end") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func fault(_ reason: String) -> Fault { Fault(reason: reason, position: position) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    private mutating func takes(_ sign: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: sign) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ sign: Unicode.Scalar) throws(Fault) {
        guard takes(sign) else { throw fault("expected '\(sign)'") }
    }

    private mutating func value(depth: Int) throws(Fault) -> JSONValue {
        guard depth <= Self.deepest else { throw fault("it is nested deeper than \(Self.deepest)") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{")?: return try fields(depth: depth)
        case UInt8(ascii: "[")?:
            position += 1
            var list: [JSONValue] = []
            if takes("]") { return .list(list) }
            repeat { list.append(try value(depth: depth + 1)) } while takes(",")
            try expect("]")
            return .list(list)
        case UInt8(ascii: "\"")?: return .text(try text())
        case UInt8(ascii: "t")?: return try word("true", .flag(true))
        case UInt8(ascii: "f")?: return try word("false", .flag(false))
        case UInt8(ascii: "n")?: return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func fields(depth: Int) throws(Fault) -> JSONValue {
        position += 1
        var fields: [(name: [UInt8], value: JSONValue)] = []
        if takes("}") { return .fields(fields) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw fault("expected a name") }
            let name = try text()
            try expect(":")
            fields.append((name, try value(depth: depth + 1)))
        } while takes(",")
        try expect("}")
        return .fields(fields)
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(Fault) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw fault("expected '\(word)'") }
        position += word.utf8.count
        return value
    }

    private mutating func number() throws(Fault) -> Double {
        let start = position
        while let byte = next,
            byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        {
            position += 1
        }
        guard let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)), number.isFinite else {
            position = start
            throw fault("expected a value")
        }
        return number
    }

    private mutating func text() throws(Fault) -> [UInt8] {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard String(validating: text, as: UTF8.self) != nil else { throw fault("a text is not UTF-8") }
                return text
            case UInt8(ascii: "\\"): try escape(&text)
            default: text.append(byte)
            }
        }
        throw fault("a text does not end")
    }

    private mutating func escape(_ text: inout [UInt8]) throws(Fault) {
        guard let sign = next else { throw fault("a text does not end") }
        position += 1
        let plain: [UInt8: UInt8] = [
            UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 8,
            UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
        ]
        if let byte = plain[sign] { return text.append(byte) }
        guard sign == UInt8(ascii: "u") else { throw fault("unknown escape in a text") }
        var code = try hexadecimal()
        if (0xD800..<0xDC00).contains(code) {
            guard bytes[position...].starts(with: [0x5C, 0x75]) else { throw fault("half a character in a text") }
            position += 2
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low) else { throw fault("half a character in a text") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw fault("half a character in a text") }
        text += Array(String(scalar).utf8)
    }

    private mutating func hexadecimal() throws(Fault) -> UInt32 {
        guard position + 4 <= bytes.count,
            let code = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw fault("expected four hexadecimal digits") }
        position += 4
        return code
    }
}
