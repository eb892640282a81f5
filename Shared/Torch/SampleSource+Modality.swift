import Foundation

extension SampleSource {
    /// How the elements of a row are stored.
    public enum ElementType: String, Sendable, Hashable, Codable {
        /// Bytes from 0 to 255.
        case uint8
        /// IEEE half precision.
        case float16
        /// IEEE single precision.
        case float32
        /// Whole numbers, such as token numbers; exact up to 2²⁴.
        case int32

        /// Bytes of one element.
        public var byteCount: Int {
            switch self {
            case .uint8: 1
            case .float16: 2
            case .float32, .int32: 4
            }
        }
    }

    /// The rows of one modality and which of them each sample uses.
    public struct Modality: @unchecked Sendable {
        // Unchecked: the memory behind `rows` is only read, and `SampleSource.owner` keeps it mapped.

        /// Name of the network input that it feeds, such as `image`.
        public let name: String
        /// Shape of one row, such as `[1, 112, 112]`.
        public let shape: [Int]
        /// How elements are stored.
        public let elementType: ElementType
        /// The value of an element is `stored × scale + offset`, with one of each, or one of each per channel, which is
        /// the first dimension of the shape.
        public let scales: [Float]
        /// See `scales`.
        public let offsets: [Float]
        /// All rows, one after another.
        public let rows: UnsafeRawBufferPointer
        /// The row of each sample.
        public let indices: [Int32]

        /// Makes a modality; `SampleSource.init` checks it.
        public init(
            name: String, shape: [Int], elementType: ElementType, scales: [Float], offsets: [Float],
            rows: UnsafeRawBufferPointer, indices: [Int32]
        ) {
            self.name = name
            self.shape = shape
            self.elementType = elementType
            self.scales = scales
            self.offsets = offsets
            self.rows = rows
            self.indices = indices
        }

        /// Makes a modality whose values all have one scale and offset.
        public init(
            name: String, shape: [Int], elementType: ElementType, scale: Float = 1, offset: Float = 0,
            rows: UnsafeRawBufferPointer, indices: [Int32]
        ) {
            self.init(
                name: name, shape: shape, elementType: elementType, scales: [scale], offsets: [offset], rows: rows,
                indices: indices)
        }

        /// The same rows for other samples.
        public func with(indices: [Int32]) -> Modality {
            Modality(
                name: name, shape: shape, elementType: elementType, scales: scales, offsets: offsets, rows: rows,
                indices: indices)
        }

        /// Number of elements per row.
        public var elementCount: Int { shape.reduce(1, *) }
        /// Number of rows in the memory.
        public var rowCount: Int { rows.count / max(1, elementCount * elementType.byteCount) }

        /// The values of a row, as networks read them.
        public func values(ofRow row: Int) -> [Float] {
            let start = row * elementCount * elementType.byteCount
            let perChannel = elementCount / scales.count
            return (0..<elementCount).map { place in
                let offset = start + place * elementType.byteCount
                let channel = place / perChannel
                return stored(at: offset) * scales[channel] + offsets[channel]
            }
        }

        /// The values of each sample, one after another.
        var samples: some Sequence<[Float]> { indices.lazy.map { values(ofRow: Int($0)) } }

        private func stored(at offset: Int) -> Float {
            switch elementType {
            case .uint8: Float(rows[offset])
            case .float16: Float(Float16(bitPattern: rows.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
            case .float32: rows.loadUnaligned(fromByteOffset: offset, as: Float.self)
            case .int32: Float(rows.loadUnaligned(fromByteOffset: offset, as: Int32.self))
            }
        }
    }
}
