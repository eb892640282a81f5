import Foundation

extension SampleSource.Modality {
    /// The numbers of a row, as networks read them.
    public func values(ofRow row: Int) -> [Float] {
        let start = row * elementCount * elementType.byteCount
        return (0..<elementCount).map { place in
            let offset = start + place * elementType.byteCount
            let stored: Float =
                switch elementType {
                case .uint8: Float(rows[offset])
                case .float16: Float(Float16(bitPattern: rows.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
                case .float32: rows.loadUnaligned(fromByteOffset: offset, as: Float.self)
                }
            return stored * scale + self.offset
        }
    }
}
