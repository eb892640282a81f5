import Messaging
import Model

// Parameters lie in frames as the machine has them; every machine that Gyrus runs on is little-endian.
extension Attachment {
    /// A buffer with a copy of values.
    init(_ values: ArraySlice<Float>) {
        self = values.withUnsafeBytes { source in
            Attachment(byteCount: source.count) { $0.copyMemory(from: source) }
        }
    }

    /// Copies the values into part of an array.
    /// - Throws: `Failure` where they are not as many.
    func copy(to values: inout [Float], at range: Range<Int>) throws {
        let size = range.count * MemoryLayout<Float>.stride
        guard byteCount == size else {
            throw Failure(
                .invalidArgument,
                "A shard of \(range.count) parameters needs \(size) bytes beside the message; there are \(byteCount).")
        }
        withUnsafeBytes { source in
            values[range].withUnsafeMutableBytes { $0.copyMemory(from: source) }
        }
    }

    /// The values.
    /// - Throws: `Failure` where they are not as many as expected, or one is no finite number.
    func floats(_ count: Int) throws -> [Float] {
        var values = [Float](repeating: 0, count: count)
        try copy(to: &values, at: 0..<count)
        // One product instead of a test per value: 0 · x is 0 for every finite x only.
        guard values.reduce(0, { $0 + 0 * $1 }) == 0 else {
            throw Failure(
                .invalidArgument, "An update has a value that is no finite number; a smaller learning rate may help.")
        }
        return values
    }
}
