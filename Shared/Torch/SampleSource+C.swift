import CTorch
import Model

extension SampleSource {
    /// Lends the samples to the shim, modalities in the order of the network's inputs.
    /// - Throws: `Failure` where the network has an input that the samples do not have.
    func withCSamples<Result>(
        for inputs: [String], _ body: (UnsafePointer<gyrus_samples>) throws -> Result
    ) throws -> Result {
        let modalities = try inputs.map { input in
            guard let modality = modality(input) else {
                let known = self.modalities.map(\.name).joined(separator: ", ")
                throw Failure(
                    .invalidArgument,
                    "The network has an input '\(input)', but the dataset has only the modalities \(known).")
            }
            return modality
        }
        let shapes = modalities.map { $0.shape.map(Int64.init) }
        return try withExtendedLifetime(owner) {
            try withPointers(to: shapes) { shapes in
                try withPointers(to: modalities.map(\.indices)) { indices in
                    let parts = zip(modalities, zip(shapes, indices)).map { modality, pointers in
                        gyrus_modality(modality, shape: pointers.0, indices: pointers.1)
                    }
                    return try parts.withUnsafeBufferPointer { parts in
                        try labels.withUnsafeBufferPointer { labels in
                            var samples = gyrus_samples(
                                modalities: parts.baseAddress, modality_count: Int64(parts.count),
                                labels: labels.baseAddress, count: Int64(count), classes: Int64(classes))
                            return try body(&samples)
                        }
                    }
                }
            }
        }
    }
}

/// Lends the storage of several arrays at once.
private func withPointers<Element, Result>(
    to arrays: [[Element]], _ body: ([UnsafePointer<Element>?]) throws -> Result
) rethrows -> Result {
    func lend(_ rest: ArraySlice<[Element]>, _ pointers: [UnsafePointer<Element>?]) throws -> Result {
        guard let first = rest.first else { return try body(pointers) }
        return try first.withUnsafeBufferPointer { try lend(rest.dropFirst(), pointers + [$0.baseAddress]) }
    }
    return try lend(arrays[...], [])
}

extension gyrus_modality {
    fileprivate init(
        _ modality: SampleSource.Modality, shape: UnsafePointer<Int64>?, indices: UnsafePointer<Int32>?
    ) {
        self.init()
        self.rows = modality.rows.baseAddress
        self.indices = indices
        self.shape = shape
        self.rank = Int64(modality.shape.count)
        self.scale = modality.scale
        self.offset = modality.offset
        switch modality.elementType {
        case .uint8: self.element = GYRUS_UINT8
        case .float16: self.element = GYRUS_FLOAT16
        case .float32: self.element = GYRUS_FLOAT32
        }
    }
}
