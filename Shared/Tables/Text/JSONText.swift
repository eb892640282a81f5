import Model

/// Reads JSON values from bytes and keeps the order of an object's fields.
struct JSONText {
    let bytes: UnsafeBufferPointer<UInt8>
    private(set) var index = 0
    /// Maximum nesting depth; deeper text would be an attack rather than data.
    private static let deepest = 64

    /// An error with its position.
    struct Problem: Error {
        let message: String
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Fields of an object, with nested groups flattened as `outer.inner`.
    static func fields(_ bytes: UnsafeBufferPointer<UInt8>) throws -> [(name: String, cell: Cell)] {
        var text = JSONText(bytes)
        var fields: [(name: String, cell: Cell)] = []
        try text.object(prefix: "", depth: 0) { fields.append(($0, $1)) }
        text.skipBlanks()
        guard text.index == bytes.count else { throw text.problem("there is more after its end") }
        return fields
    }

    /// One object or a list of objects, each with its groups flattened.
    static func objects(_ bytes: UnsafeBufferPointer<UInt8>) throws -> [[String: Cell]] {
        var text = JSONText(bytes)
        var objects: [[String: Cell]] = []
        func object() throws {
            var fields: [String: Cell] = [:]
            try text.object(prefix: "", depth: 0) { fields[$0] = $1 }
            objects.append(fields)
        }
        if text.take("[") {
            if !text.take("]") {
                repeat { try object() } while text.take(",")
                guard text.take("]") else { throw text.problem("expected a comma or a closing bracket") }
            }
        } else {
            try object()
        }
        text.skipBlanks()
        guard text.index == bytes.count else { throw text.problem("there is more after its end") }
        return objects
    }

    func problem(_ what: String) -> Problem { Problem(message: "\(what), at byte \(index + 1)") }

    mutating func skipBlanks() {
        while index < bytes.count, [32, 9, 10, 13].contains(bytes[index]) { index += 1 }
    }

    mutating func take(_ character: Character) -> Bool {
        skipBlanks()
        guard index < bytes.count, bytes[index] == character.asciiValue else { return false }
        index += 1
        return true
    }

    mutating func object(prefix: String, depth: Int, _ body: (String, Cell) -> Void) throws {
        guard depth < Self.deepest else { throw problem("it is nested more than \(Self.deepest) deep") }
        guard take("{") else { throw problem("expected an object in braces") }
        if take("}") { return }
        repeat {
            skipBlanks()
            let name = prefix + (try string())
            guard take(":") else { throw problem("expected a colon") }
            skipBlanks()
            if index < bytes.count, bytes[index] == UInt8(ascii: "{") {
                try object(prefix: name + ".", depth: depth + 1, body)
            } else {
                body(name, try value(depth: depth + 1))
            }
        } while take(",")
        guard take("}") else { throw problem("expected a comma or a closing brace") }
    }

    mutating func value(depth: Int) throws -> Cell {
        guard depth < Self.deepest else { throw problem("it is nested more than \(Self.deepest) deep") }
        skipBlanks()
        guard index < bytes.count else { throw problem("a value is missing") }
        switch bytes[index] {
        case UInt8(ascii: "\""):
            let text = try string()
            return text.isEmpty ? .missing : .text(text)
        case UInt8(ascii: "["): return .list(try list(depth: depth))
        case UInt8(ascii: "{"):
            var inner: [Cell] = []
            try object(prefix: "", depth: depth) { inner += [.text($0), $1] }
            return .list(inner)
        default: return try word()
        }
    }

    private mutating func list(depth: Int) throws -> [Cell] {
        index += 1
        var cells: [Cell] = []
        if take("]") { return cells }
        repeat { cells.append(try value(depth: depth + 1)) } while take(",")
        guard take("]") else { throw problem("expected a comma or a closing bracket") }
        return cells
    }

    private mutating func word() throws -> Cell {
        let start = index
        while index < bytes.count, ![44, 93, 125, 32, 9, 10, 13].contains(bytes[index]) { index += 1 }
        let text = UnsafeBufferPointer(rebasing: bytes[start..<index])
        if text.elementsEqual("true".utf8) { return .text("true") }
        if text.elementsEqual("false".utf8) { return .text("false") }
        // pandas writes NaN, although JSON has no such word.
        if text.elementsEqual("null".utf8) || text.elementsEqual("NaN".utf8) { return .missing }
        if text.elementsEqual("Infinity".utf8) { return .number(.infinity) }
        if text.elementsEqual("-Infinity".utf8) { return .number(-.infinity) }
        if case .number(let number, _) = NumberText.read(text) { return .number(number) }
        index = start
        throw problem("'\(String(decoding: text.prefix(20), as: UTF8.self))' is not a value")
    }

    mutating func string() throws -> String {
        guard take("\"") else { throw problem("expected a quoted string") }
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\") { index += 1 }
        guard index < bytes.count else { throw problem("a quotation mark is not closed") }
        if bytes[index] == UInt8(ascii: "\"") {
            defer { index += 1 }
            return String(decoding: bytes[start..<index], as: UTF8.self)
        }
        var units = Array(String(decoding: bytes[start..<index], as: UTF8.self).utf16)
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            if bytes[index] == UInt8(ascii: "\\") {
                units.append(try escape())
            } else {
                let from = index
                while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\") {
                    index += 1
                }
                units += Array(String(decoding: bytes[from..<index], as: UTF8.self).utf16)
            }
        }
        guard index < bytes.count else { throw problem("a quotation mark is not closed") }
        index += 1
        return String(decoding: units, as: UTF16.self)
    }

    private mutating func escape() throws -> UInt16 {
        guard index + 1 < bytes.count else { throw problem("a quotation mark is not closed") }
        let letter = bytes[index + 1]
        index += 2
        switch letter {
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "r"): return 13
        case UInt8(ascii: "b"): return 8
        case UInt8(ascii: "f"): return 12
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt16(letter)
        case UInt8(ascii: "u"):
            guard index + 4 <= bytes.count,
                let unit = UInt16(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
            else { throw problem("expected four hexadecimal digits after \\u") }
            index += 4
            return unit
        default: throw problem("unknown escape '\\\(Character(UnicodeScalar(letter)))'")
        }
    }
}
