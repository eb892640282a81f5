/// The recent appearances of a track.
struct AppearanceGallery: Sendable {
    /// Maximum number of appearances to keep; the oldest is removed first.
    let limit: Int
    // Contiguous in one block, which is compared at the speed of memory.
    private var values: [Float] = []
    private var size = 0
    private var next = 0

    init(limit: Int) { self.limit = limit }

    var isEmpty: Bool { values.isEmpty }

    /// Adds an appearance; ignores appearances whose length differs from that of the first one.
    mutating func add(_ appearance: [Float]) {
        guard !appearance.isEmpty, isEmpty || appearance.count == size else { return }
        size = appearance.count
        if values.count < limit * size {
            values += appearance
        } else {
            values.replaceSubrange(next * size..<(next + 1) * size, with: appearance)
            next = (next + 1) % limit
        }
    }

    /// Minimum cosine distance of an appearance to those kept, from 0 (identical) to 2; 2 if none is comparable.
    func distance(to appearance: [Float]) -> Double {
        guard !isEmpty, appearance.count == size else { return 2 }
        var greatest: Float = -1
        values.withUnsafeBufferPointer { gallery in
            appearance.withUnsafeBufferPointer { other in
                for start in stride(from: 0, to: gallery.count, by: size) {
                    greatest = max(greatest, Self.product(gallery.extracting(start..<start + size), other))
                }
            }
        }
        return Double(1 - greatest)
    }

    /// Scalar product, sixteen numbers at a time.
    private static func product(_ first: UnsafeBufferPointer<Float>, _ second: UnsafeBufferPointer<Float>) -> Float {
        typealias Lanes = SIMD16<Float>
        var sums = Lanes()
        let lanes = UnsafeRawBufferPointer(first)
        let others = UnsafeRawBufferPointer(second)
        let whole = first.count / Lanes.scalarCount
        for index in 0..<whole {
            let offset = index * MemoryLayout<Lanes>.stride
            sums +=
                lanes.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
                * others.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
        }
        var sum = sums.sum()
        for index in whole * Lanes.scalarCount..<first.count { sum += first[index] * second[index] }
        return sum
    }
}
