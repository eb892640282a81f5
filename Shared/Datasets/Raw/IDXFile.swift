import Model

/// An array of bytes in IDX format, the format of MNIST.
struct IDXFile {
    /// Size along each dimension.
    let shape: [Int]
    /// The elements, row by row.
    let elements: ArraySlice<UInt8>

    /// Reads a file, compressed with gzip or not, and checks its size.
    /// - Parameter dimensions: How many dimensions it must have.
    init(path: String, dimensions: Int) throws {
        try self.init(Gzip.contents(of: path), path: path, dimensions: dimensions)
    }

    init(_ bytes: [UInt8], path: String, dimensions: Int) throws {
        func corrupt(at byte: Int, _ reason: String) -> Failure {
            Failure(.corrupt, "'\(path)' is not a valid IDX file: at byte \(byte): \(reason).")
        }
        guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else {
            throw corrupt(at: 0, "it does not begin with two zeros, element type and number of dimensions")
        }
        guard bytes[2] == 0x08 else {
            throw corrupt(at: 2, "element type \(bytes[2]) is not that of bytes, 8")
        }
        guard Int(bytes[3]) == dimensions else {
            throw corrupt(at: 3, "there are \(bytes[3]) dimensions; \(dimensions) are required")
        }
        let start = 4 + 4 * dimensions
        guard bytes.count >= start else {
            throw corrupt(at: bytes.count, "the file ends within the sizes of its dimensions")
        }
        var shape: [Int] = []
        var count = 1
        for dimension in 0..<dimensions {
            let size = bytes[(4 + 4 * dimension)..<(8 + 4 * dimension)].reduce(0) { $0 << 8 | Int($1) }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard size > 0, !overflow else {
                throw corrupt(at: 4 + 4 * dimension, "dimension \(dimension) has the invalid size \(size)")
            }
            shape.append(size)
            count = product
        }
        guard bytes.count - start == count else {
            let found = bytes.count - start
            throw corrupt(
                at: min(bytes.count, start + count),
                "sizes \(shape) need \(count) bytes, \(found < count ? "but the file ends after" : "but there are") "
                    + "\(found)"
            )
        }
        self.shape = shape
        self.elements = bytes[start...]
    }
}
