import Messaging
import Model

// Parameters are stored in frames in machine order; every machine that Gyrus runs on is little-endian.
extension Attachment {
    /// A buffer with a copy of values.
    init(_ values: ArraySlice<some BitwiseCopyable>) {
        self = values.withUnsafeBytes { source in
            Attachment(byteCount: source.count) { $0.copyMemory(from: source) }
        }
    }

    /// Copies the values into part of an array.
    /// - Throws: `Failure` if the number of values differs.
    func copy(to values: inout [Float], at range: Range<Int>) throws {
        try check(range.count, of: MemoryLayout<Float>.stride)
        withUnsafeBytes { source in
            values[range].withUnsafeMutableBytes { $0.copyMemory(from: source) }
        }
    }

    private func check(_ count: Int, of size: Int) throws {
        guard byteCount == count * size else {
            throw Failure(
                .invalidArgument,
                "A shard of \(count) parameters needs \(count * size) bytes attached to the message; there are "
                    + "\(byteCount)."
            )
        }
    }

    /// The values.
    /// - Parameter isHalf: Whether they have 16 bits.
    /// - Throws: `Failure` if the number of values is not as expected, or a value is not finite.
    func floats(_ count: Int, isHalf: Bool = false) throws -> [Float] {
        var values = [Float](repeating: 0, count: count)
        if isHalf {
            try check(count, of: MemoryLayout<Float16>.stride)
            withUnsafeBytes { source in
                for place in 0..<count {
                    values[place] = Float(
                        source.loadUnaligned(fromByteOffset: place * MemoryLayout<Float16>.stride, as: Float16.self))
                }
            }
        } else {
            try copy(to: &values, at: 0..<count)
        }
        // One product instead of a test per value: 0 · x is 0 only for finite x.
        guard values.reduce(0, { $0 + 0 * $1 }) == 0 else {
            throw Failure(
                .invalidArgument, "An update has a value that is not finite; a smaller learning rate may help.")
        }
        return values
    }
}
