import Foundation
import Model

/// A NumPy array, read one sample (along the first axis) at a time.
final class NumPyArray {
    private enum Element: Equatable {
        case integer(bytes: Int, isSigned: Bool)
        case float(bytes: Int)
        case truth
        case text(letters: Int)
        case bytes(Int)

        var size: Int {
            switch self {
            case .integer(let bytes, _), .float(let bytes), .bytes(let bytes): bytes
            case .truth: 1
            case .text(let letters): letters * 4
            }
        }
    }

    /// Maximum number of bytes in a sample.
    private static let largestSample = 1 << 30

    /// Length of each axis.
    let shape: [Int]
    private let element: Element
    private let isSwapped: Bool
    private let stream: any ByteStream
    private let name: String

    /// Reads the header at the beginning of an array.
    /// - Throws: `Failure` with code `corrupt` if the header cannot be read.
    init(_ stream: any ByteStream, name: String) throws {
        self.stream = stream
        self.name = name
        let head = try stream.bytes(8)
        guard head.count == 8, head.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw Self.failure(name, "it does not begin like a NumPy array")
        }
        let size = try stream.bytes(head[6] == 1 ? 2 : 4)
        let length = size.enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        guard length < 1 << 20 else { throw Self.failure(name, "its header is too long") }
        let text = String(decoding: try stream.bytes(length), as: UTF8.self)
        guard let type = Self.value(of: "descr", in: text), let order = Self.value(of: "fortran_order", in: text),
            let axes = Self.value(of: "shape", in: text)
        else { throw Self.failure(name, "its header '\(text.prefix(80))' is invalid") }
        shape = axes.filter { $0.isNumber || $0 == "," }.split(separator: ",").compactMap { Int($0) }
        isSwapped = type.hasPrefix(">")
        guard let element = Self.element(type) else {
            throw Self.failure(
                name,
                "its elements are of type '\(type)'; only numbers, Booleans and texts are supported"
                    + (type.contains("O") ? " (Python objects can contain code and are never loaded)" : ""))
        }
        self.element = element
        guard order == "False" || shape.count < 2 else {
            throw Self.failure(name, "it is in Fortran order; write it with numpy.ascontiguousarray")
        }
        guard !shape.isEmpty, let each = Self.product(of: shape.dropFirst()), each * element.size <= Self.largestSample
        else {
            throw Self.failure(name, "its shape \(shape) is not supported")
        }
    }

    /// The product of the lengths; nil if it exceeds what a sample can have.
    static func product(of lengths: ArraySlice<Int>) -> Int? {
        lengths.reduce(Int?.some(1)) { product, length in
            guard let product, (0...largestSample).contains(length), product * length <= largestSample else {
                return nil
            }
            return product * length
        }
    }

    static func failure(_ name: String, _ what: String) -> Failure {
        Failure(.corrupt, "Cannot read '\(name)': \(what).")
    }

    /// The value of a key in the header, which is a Python dictionary.
    private static func value(of name: String, in text: String) -> String? {
        guard let start = text.range(of: "'\(name)':")?.upperBound else { return nil }
        let rest = text[start...].drop { $0 == " " }
        if rest.first == "'" {
            return rest.dropFirst().split(separator: "'", omittingEmptySubsequences: false).first.map(String.init)
        }
        if rest.first == "(" { return rest.split(separator: ")").first.map(String.init) }
        return rest.split { $0 == "," || $0 == "}" }.first.map(String.init)
    }

    private static func element(_ type: String) -> Element? {
        let kind = type.drop { "<>|=".contains($0) }
        guard let letter = kind.first, let size = Int(kind.dropFirst()) else { return nil }
        switch (letter, size) {
        case ("b", 1): return .truth
        case ("i", 1), ("i", 2), ("i", 4), ("i", 8): return .integer(bytes: size, isSigned: true)
        case ("u", 1), ("u", 2), ("u", 4), ("u", 8): return .integer(bytes: size, isSigned: false)
        case ("f", 2), ("f", 4), ("f", 8): return .float(bytes: size)
        case ("U", 0...100_000): return .text(letters: size)
        case ("S", 0...400_000): return .bytes(size)
        default: return nil
        }
    }

    /// The next sample: a number or text if there is one axis, otherwise an array.
    func next() throws -> Cell {
        let count = shape.dropFirst().reduce(1, *)
        let bytes = try stream.bytes(count * element.size)
        guard bytes.count == count * element.size else { throw Self.failure(name, "it is truncated") }
        return bytes.withUnsafeBytes { raw in
            switch element {
            case .text, .bytes: return .list((0..<count).map { text(raw, $0) }).single(count == 1)
            case .truth where count == 1: return .text(raw[0] == 0 ? "false" : "true")
            default:
                if count == 1 { return .number(number(raw, 0)) }
                let values = (0..<count).map { Float(number(raw, $0)) }
                let areBytes = element == .integer(bytes: 1, isSigned: false)
                return .array(NumericArray(shape: Array(shape.dropFirst()), values: values, areBytes: areBytes))
            }
        }
    }

    private func text(_ raw: UnsafeRawBufferPointer, _ index: Int) -> Cell {
        let part = UnsafeRawBufferPointer(rebasing: raw[(index * element.size)..<((index + 1) * element.size)])
        var text = ""
        if case .text(let letters) = element {
            for letter in 0..<letters {
                let value = part.loadUnaligned(fromByteOffset: letter * 4, as: UInt32.self)
                text.unicodeScalars.append(Unicode.Scalar(isSwapped ? value.byteSwapped : value) ?? "\u{FFFD}")
            }
        } else {
            text = String(decoding: part, as: UTF8.self)
        }
        while text.unicodeScalars.last == "\0" { text.unicodeScalars.removeLast() }
        return text.isEmpty ? .missing : .text(text)
    }

    private func number(_ raw: UnsafeRawBufferPointer, _ index: Int) -> Double {
        func load<Value: FixedWidthInteger>(_: Value.Type) -> Value {
            let value = raw.loadUnaligned(fromByteOffset: index * MemoryLayout<Value>.size, as: Value.self)
            return isSwapped ? value.byteSwapped : value
        }
        switch element {
        case .integer(1, true): return Double(load(Int8.self))
        case .integer(2, true): return Double(load(Int16.self))
        case .integer(4, true): return Double(load(Int32.self))
        case .integer(_, true): return Double(load(Int64.self))
        case .integer(1, false), .truth: return Double(load(UInt8.self))
        case .integer(2, false): return Double(load(UInt16.self))
        case .integer(4, false): return Double(load(UInt32.self))
        case .integer: return Double(load(UInt64.self))
        case .float(2): return Double(Half.value(load(UInt16.self)))
        case .float(4): return Double(Float(bitPattern: load(UInt32.self)))
        case .float: return Double(bitPattern: load(UInt64.self))
        case .text, .bytes: return .nan
        }
    }
}

extension Cell {
    /// The only element of a list, if a single value is expected.
    fileprivate func single(_ isWanted: Bool) -> Cell {
        if isWanted, case .list(let cells) = self { cells.first ?? .missing } else { self }
    }
}
