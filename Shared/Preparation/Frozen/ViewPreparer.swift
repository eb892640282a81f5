import Dispatch
public import Model
import Synchronization
import Tables

/// Computes the features of a modality with a frozen pretrained network, once for all searches.
///
/// The file that it writes has the rows and indices of one more input, for the same samples in the same order as the
/// prepared data: samples that were unreadable then are skipped here.
public struct ViewPreparer {
    /// The result.
    public struct Outcome: Sendable {
        /// The prepared data with the view as the only input.
        public var manifest: DatasetManifest
        /// Scores of the view's features.
        public var scores: [String: Double]
        /// Scores of the samples without the network.
        public var reference: [String: Double]
        /// Time that the network took per sample.
        public var milliseconds: Double
    }

    /// Number of samples computed at a time.
    private static let chunk = 64

    private let rows: any SampleRows
    private let request: ViewRequest

    /// - Parameter rows: The samples of the prepared data, in the form of their source.
    public init(rows: any SampleRows, request: ViewRequest) {
        self.rows = rows
        self.request = request
    }

    /// Computes and stores the features.
    /// - Parameters:
    ///   - path: The file to write, all or nothing.
    ///   - report: Called with the number of samples done and the total.
    /// - Throws: `Failure` that describes the error, such as a network that expects a different input.
    public func prepare(to path: String, report: (Int, Int) -> Void = { _, _ in }) throws -> Outcome {
        guard let input = request.data.inputs[request.modality] else {
            throw Failure(.invalidArgument, "The data has no modality '\(request.modality)'.")
        }
        let workers = try (0..<max(1, min(8, ProcessorCount.available))).map { _ in
            try FeatureWorker(request, rows)
        }
        let writer = ViewWriter(request, path: path)
        let counts = request.data.samples
        let count = counts.training + counts.validation + counts.test
        var pending: [RawSample] = []
        var done = 0
        func flush() throws {
            for (sample, outcome) in zip(pending, try Self.outcomes(pending, workers)) {
                try writer.add(sample, outcome, input)
            }
            done += pending.count
            pending.removeAll(keepingCapacity: true)
            report(min(done, count), count)
        }
        try rows.forEachSample { sample in
            pending.append(sample)
            if pending.count == Self.chunk { try flush() }
        }
        try flush()
        let seconds = workers.reduce(0) { $0 + $1.seconds }
        return try writer.finish(
            input, hasSeveralOutputs: workers[0].hasSeveralOutputs,
            milliseconds: 1_000 * seconds / Double(max(1, workers.reduce(0) { $0 + $1.count })))
    }

    private static func outcomes(
        _ samples: [RawSample], _ workers: [FeatureWorker]
    ) throws -> [FeatureWorker.Outcome] {
        let results = Mutex([Result<FeatureWorker.Outcome, Failure>?](repeating: nil, count: samples.count))
        // Each worker is used by a single iteration, and iterations share only `results`.
        nonisolated(unsafe) let workers = workers
        DispatchQueue.concurrentPerform(iterations: workers.count) { number in
            for index in stride(from: number, to: samples.count, by: workers.count) {
                let outcome: Result<FeatureWorker.Outcome, Failure>
                do {
                    outcome = .success(try workers[number].outcome(samples[index]))
                } catch {
                    outcome = .failure(Failure(error))
                }
                results.withLock { $0[index] = outcome }
                if case .failure = outcome { return }
            }
        }
        let all = results.withLock { $0 }
        for case .failure(let failure)? in all { throw failure }
        return try all.compactMap { try $0?.get() }
    }
}

extension ViewRequest {
    /// The network before the statistics of its features are known.
    var unfitted: FrozenNetwork {
        FrozenNetwork(script: script, contract: contract, hasSeveralOutputs: false, means: [], deviations: [])
    }

    /// The prepared data with the view as the only input.
    func manifest(frozen: FrozenNetwork) -> DatasetManifest {
        var manifest = data
        guard let input = data.inputs[modality] else { return manifest }
        var frozen = frozen
        frozen.contract = frozen.contract.withoutTokenizer
        manifest.inputs = [
            name: DatasetManifest.Input(
                signature: InputSignature(kind: input.signature.kind, shape: [frozen.means.count]),
                columns: input.columns, preparation: preparation(of: input), frozen: frozen)
        ]
        return manifest
    }

    /// How raw values are read: texts by the encoder's own tokenizer.
    private func preparation(of input: DatasetManifest.Input) -> Preparation {
        guard case .text(let own) = input.preparation, case .text(var given) = contract.preparation else {
            return input.preparation
        }
        given.areFiles = own.areFiles
        return .text(given)
    }
}
