import CTorch
import Model

extension ScriptedNetwork {
    /// The outputs for the first samples, in evaluation mode.
    public func outputs(for source: SampleSource, count: Int? = nil, width: Int) throws -> [[Float]] {
        let count = min(count ?? source.count, source.count)
        let values = try run(on: source, count: count, width: width, loss: nil)
        return (0..<count).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }

    /// Runs the network on all samples.
    /// - Throws: `Failure` if the network does not fit the samples; `CancellationError` if the task is canceled.
    public func evaluate(on source: SampleSource) throws -> Evaluation {
        var loss = 0.0
        let outputs = try withUnsafeMutablePointer(to: &loss) { loss in
            try run(on: source, count: source.count, width: source.target.outputs, loss: loss)
        }
        return Evaluation(
            of: source, outputs: outputs, loss: source.count == 0 ? 0 : loss / Double(source.count))
    }

    private func run(
        on source: SampleSource, count: Int, width: Int, loss: UnsafeMutablePointer<Double>?
    ) throws -> [Float] {
        var values = [Float](repeating: 0, count: count * width)
        try source.withCSamples(for: inputs) { samples in
            var (first, atOnce) = (0, Self.samplesAtOnce)
            while first < count {
                try Task.checkCancellation()
                let size = min(atOnce, count - first)
                let isDone = try values.withUnsafeMutableBufferPointer { values in
                    try run(samples, first, size, into: values.baseAddress.map { $0 + first * width }, width, loss)
                }
                if isDone { first += size } else { atOnce = size / 2 }
            }
        }
        return values
    }

    /// Runs the network on some samples at once.
    /// - Returns: Whether they fit into memory; if not, fewer might.
    private func run(
        _ samples: UnsafePointer<gyrus_samples>, _ first: Int, _ count: Int, into target: UnsafeMutablePointer<Float>?,
        _ width: Int, _ loss: UnsafeMutablePointer<Double>?
    ) throws -> Bool {
        ComputeThreads.prepare()
        var error: UnsafeMutablePointer<CChar>?
        let status = gyrus_network_run(
            handle, samples, Int64(first), Int64(count), target, Int64(width), loss, &error)
        guard status != GYRUS_OK else { return true }
        let message = takeMessage(error)
        guard status == GYRUS_FULL else {
            throw Failure(.invalidArgument, "The network cannot be run on these samples: \(message).")
        }
        guard count > 1 else {
            throw Failure(.outOfMemory, "The network does not fit into the memory of '\(place.device)': \(message).")
        }
        return false
    }

    /// Number of samples that run through a network together.
    private static let samplesAtOnce = 128

    /// Times of single-sample runs, without reading the sample.
    public func latencies(on source: SampleSource, runs: Int) throws -> [Duration] {
        guard source.count > 0 else {
            throw Failure(.invalidArgument, "The latency of a network cannot be measured without samples.")
        }
        var seconds = [Double](repeating: 0, count: max(1, runs))
        try source.withCSamples(for: inputs) { samples in
            try call { error in gyrus_network_time(handle, samples, &seconds, Int64(seconds.count), error) }
        }
        return seconds.map { .seconds($0) }
    }

    private func call(_ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Bool) throws {
        ComputeThreads.prepare()
        var error: UnsafeMutablePointer<CChar>?
        guard body(&error) else {
            throw Failure(.invalidArgument, "The network cannot be run on these samples: \(takeMessage(error)).")
        }
    }
}
