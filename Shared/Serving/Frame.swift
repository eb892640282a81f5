import Foundation
import Model
public import Tables

/// Writes the content of a frame between processes, field by field.
public struct FrameWriter {
    /// What is written.
    public private(set) var bytes: [UInt8] = []

    /// An empty frame.
    public init() {}

    /// Writes a count.
    public mutating func add(_ number: Int) {
        withUnsafeBytes(of: UInt32(clamping: number).littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Writes a byte.
    public mutating func add(byte: UInt8) { bytes.append(byte) }

    /// Writes text.
    public mutating func add(_ text: String) { add(Array(text.utf8)) }

    /// Writes bytes.
    public mutating func add(_ content: [UInt8]) {
        add(content.count)
        bytes.append(contentsOf: content)
    }

    /// Writes numbers.
    public mutating func add(_ numbers: [Float]) {
        add(numbers.count)
        numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Writes a cell.
    public mutating func add(_ cell: Cell) {
        switch cell {
        case .missing: add(byte: 0)
        case .text(let text):
            add(byte: 1)
            add(text)
        case .number(let number):
            add(byte: 2)
            withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
        case .list(let cells):
            add(byte: 3)
            add(cells.count)
            for cell in cells { add(cell) }
        case .bytes(let content):
            add(byte: 4)
            add(content)
        case .array(let array):
            add(byte: array.areBytes ? 6 : 5)
            add(array.shape.count)
            for size in array.shape { add(size) }
            if array.areBytes { add(array.values.map { UInt8($0) }) } else { add(array.values) }
        }
    }
}

/// Reads what a `FrameWriter` wrote, and rejects anything else.
public struct FrameReader {
    private let bytes: [UInt8]
    private var index = 0

    /// Takes a frame's content.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads a count.
    public mutating func count() throws -> Int {
        let piece = try take(4)
        return piece.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    /// Reads a byte.
    public mutating func byte() throws -> UInt8 { try take(1)[index - 1] }

    /// Reads text.
    public mutating func text() throws -> String { String(decoding: try content(), as: UTF8.self) }

    /// Reads bytes.
    public mutating func content() throws -> [UInt8] { Array(try take(try count())) }

    /// Reads numbers.
    public mutating func numbers() throws -> [Float] {
        let count = try count()
        let piece = try take(4 * count)
        return piece.withUnsafeBytes { raw in
            (0..<count).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }

    /// Reads a cell.
    public mutating func cell() throws -> Cell {
        switch try byte() {
        case 0: return .missing
        case 1: return .text(try text())
        case 2: return .number(try take(8).withUnsafeBytes { $0.loadUnaligned(as: Double.self) })
        case 3: return .list(try (0..<(try count())).map { _ in try cell() })
        case 4: return .bytes(try content())
        case 5: return .array(NumericArray(shape: try shape(), values: try numbers()))
        case 6: return .array(NumericArray(shape: try shape(), values: try content().map(Float.init), areBytes: true))
        default: throw Self.broken
        }
    }

    private mutating func shape() throws -> [Int] { try (0..<(try count())).map { _ in try count() } }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count <= bytes.count - index else { throw Self.broken }
        index += count
        return bytes[index - count..<index]
    }

    private static let broken = Failure(.corrupt, "A message between two Gyrus processes is corrupt.")
}
