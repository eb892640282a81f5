import CTorch
import Model

extension SampleSource {
    /// Lends the samples to the shim, modalities in the order of the network's inputs.
    /// - Throws: `Failure` if the network has an input that the samples lack.
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
        let factors = modalities.flatMap { [$0.scales, $0.offsets] }
        return try withExtendedLifetime(owner) {
            try withPointers(to: shapes) { shapes in
                try withPointers(to: modalities.map(\.indices)) { indices in
                    try withPointers(to: factors) { factors in
                        let parts = modalities.indices.map { place in
                            gyrus_modality(
                                modalities[place], shape: shapes[place], indices: indices[place],
                                scales: factors[2 * place], offsets: factors[2 * place + 1])
                        }
                        return try withCSamples(parts, body)
                    }
                }
            }
        }
    }

    private func withCSamples<Result>(
        _ modalities: [gyrus_modality], _ body: (UnsafePointer<gyrus_samples>) throws -> Result
    ) throws -> Result {
        try modalities.withUnsafeBufferPointer { modalities in
            try loss.withC { loss in
                var samples = gyrus_samples(
                    modalities: modalities.baseAddress, modality_count: Int64(modalities.count), labels: nil,
                    numbers: nil, count: Int64(count), outputs: Int64(target.outputs), loss: loss)
                switch answers {
                case .classes(let labels):
                    return try labels.withUnsafeBufferPointer { labels in
                        samples.labels = labels.baseAddress
                        return try body(&samples)
                    }
                case .numbers(let numbers):
                    return try numbers.withUnsafeBufferPointer { numbers in
                        samples.numbers = numbers.baseAddress
                        return try body(&samples)
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
        _ modality: SampleSource.Modality, shape: UnsafePointer<Int64>?, indices: UnsafePointer<Int32>?,
        scales: UnsafePointer<Float>?, offsets: UnsafePointer<Float>?
    ) {
        self.init()
        self.rows = modality.rows.baseAddress
        self.indices = indices
        self.shape = shape
        self.rank = Int64(modality.shape.count)
        self.scales = scales
        self.offsets = offsets
        self.channels = Int64(modality.scales.count)
        switch modality.elementType {
        case .uint8: self.element = GYRUS_UINT8
        case .float16: self.element = GYRUS_FLOAT16
        case .float32: self.element = GYRUS_FLOAT32
        case .int32: self.element = GYRUS_INT32
        }
    }
}
