import CTorch
import Model

// How mini-batches come to the device, and what happens where they do not fit there.
extension TrainingSession {
    /// In how many parts a mini-batch goes through the network, because its memory does not hold it at once: gradients of all
    /// parts add up to those of the whole, but layers that normalize over the mini-batch see one part at a time.
    public var batchParts: Int { Int(gyrus_trainer_parts(handle)) }

    /// Puts the samples on the device where they take little of its memory; otherwise threads bring mini-batches there ahead
    /// of time.
    func feed(_ place: ComputePlace) throws {
        gyrus_trainer_set_loaders(handle, Int32(clamping: ComputeThreads.loaders(on: place.device)))
        guard samples.storedBytes(of: network.inputs) < place.shelfBytes else { return }
        var error: UnsafeMutablePointer<CChar>?
        let isKept = try samples.withCSamples(for: network.inputs) { gyrus_trainer_keep(handle, $0, &error) }
        guard isKept else {
            throw Failure(.internal, "The samples cannot be put on '\(place.device)': \(takeMessage(error)).")
        }
    }

    /// Has more samples at once fail as if the device's memory were full.
    package func limitMemory(toSamples count: Int) { gyrus_trainer_limit(handle, Int64(count)) }
}

extension SampleSource {
    /// Bytes of all samples of some modalities as they are stored.
    fileprivate func storedBytes(of inputs: [String]) -> UInt64 {
        inputs.compactMap(modality).reduce(0) { sum, modality in
            sum + UInt64(count * modality.shape.reduce(1, *) * modality.elementType.byteCount)
        }
    }
}
