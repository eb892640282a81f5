import CTorch
import Model

// How mini-batches get to the device, and what happens if they do not fit there.
extension TrainingSession {
    /// Number of parts in which a mini-batch goes through the network, because memory cannot hold it at once. The
    /// gradients of all parts add up to those of the whole, but layers that normalize over the mini-batch see one part
    /// at a time.
    public var batchParts: Int { Int(gyrus_trainer_parts(handle)) }

    /// Puts the samples on the device if they take little of its memory; otherwise threads bring mini-batches there
    /// ahead of time.
    func feed(_ place: ComputePlace) throws {
        gyrus_trainer_set_loaders(handle, Int32(clamping: ComputeThreads.loaders(on: place.device)))
        guard samples.storedBytes(of: network.inputs) < place.shelfBytes else { return }
        var error: UnsafeMutablePointer<CChar>?
        let isKept = try samples.withCSamples(for: network.inputs) { gyrus_trainer_keep(handle, $0, &error) }
        guard isKept else {
            throw Failure(.internal, "Cannot put the samples on '\(place.device)': \(takeMessage(error)).")
        }
    }

    /// Makes more samples at once fail as if the device's memory were full.
    package func limitMemory(toSamples count: Int) { gyrus_trainer_limit(handle, Int64(count)) }
}

extension SampleSource {
    /// Size in bytes of all samples of some modalities, as stored.
    fileprivate func storedBytes(of inputs: [String]) -> UInt64 {
        inputs.compactMap(modality).reduce(0) { sum, modality in
            sum + UInt64(count * modality.shape.reduce(1, *) * modality.elementType.byteCount)
        }
    }
}
