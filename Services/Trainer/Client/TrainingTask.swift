public import Model
public import Networks
import Schema

/// A task of kind `train`: trains a network on a prepared dataset, or on features computed from it.
public struct TrainingTask: Hashable, Sendable {
    /// Kind of the task in the queue.
    public static let kind = "train"

    /// A file of initial weights.
    public struct InitialWeights: Hashable, Sendable {
        /// Digest of the safetensors file.
        public var blob: BlobDigest
        /// Prefix of the tensor names in the network that the names in the file lack.
        public var prefix: String

        /// Makes a reference to a file.
        public init(_ blob: BlobDigest, prefix: String = "") {
            self.blob = blob
            self.prefix = prefix
        }
    }

    /// The network's description.
    public var network: NetworkDescription
    /// Identity of the prepared dataset's recipe.
    public var dataset: String
    /// Optimizers, one for each branch.
    public var optimizers: [Optimizer]
    /// Passes over the training samples; 0 assembles a network as it is, which requires initial weights or a network
    /// without tensors.
    public var epochs: Int
    /// Samples per mini-batch.
    public var batch: Int
    /// Number of training samples to use, chosen by the seed; absent for all.
    public var samples: Int?
    /// Number of validation samples to use; absent for all.
    public var validationSamples: Int?
    /// Seed of initial weights, order of samples and dropout: the same seed gives the same network.
    public var seed: UInt64
    /// Time between checkpoints, at least a millisecond.
    public var checkpointInterval: Duration
    /// Identities of feature sets that replace the dataset's samples; empty for the samples themselves.
    public var features: [String]
    /// Files that together hold all initial weights; empty for fresh ones.
    public var initialWeights: [InitialWeights]
    /// Loss term that aligns the vectors of two modalities.
    public var constraint: SimilarityConstraint?
    /// Epochs after which the training pauses and returns a checkpoint; absent for never.
    public var pauseAfter: Int?
    /// The checkpoint of this training from its pause; if it is absent or lost, training starts afresh.
    public var checkpoint: BlobDigest?
    /// What it learns from: labels, samples without labels, or both.
    public var learning: Learning
    /// How several workers train it together; nil for a single worker.
    public var distribution: Distribution?
    /// Other training options; learning rates and weight decay are those of the optimizers.
    public var options: TrainingOptions
    /// The metric that ranks epochs; nil for the usual metric of the samples.
    public var metric: Metric?
    /// The contents of each network input; empty if nothing depends on them.
    public var kinds: [String: ModalityKind]
    /// The fold of the joined training and validation samples that is held out for validation; nil to use the splits as
    /// they are.
    public var fold: Fold?

    /// Makes a task.
    public init(
        network: NetworkDescription, dataset: String, optimizers: [Optimizer], epochs: Int, batch: Int,
        samples: Int? = nil,
        validationSamples: Int? = nil, seed: UInt64, checkpointInterval: Duration = .seconds(10),
        features: [String] = [], initialWeights: [InitialWeights] = [], constraint: SimilarityConstraint? = nil,
        pauseAfter: Int? = nil, checkpoint: BlobDigest? = nil, learning: Learning = Learning(),
        distribution: Distribution? = nil, options: TrainingOptions = TrainingOptions(), metric: Metric? = nil,
        kinds: [String: ModalityKind] = [:], fold: Fold? = nil
    ) {
        self.network = network
        self.dataset = dataset
        self.optimizers = optimizers
        self.epochs = epochs
        self.batch = batch
        self.samples = samples
        self.validationSamples = validationSamples
        self.seed = seed
        self.checkpointInterval = checkpointInterval
        self.features = features
        self.initialWeights = initialWeights
        self.constraint = constraint
        self.pauseAfter = pauseAfter
        self.checkpoint = checkpoint
        self.learning = learning
        self.distribution = distribution
        self.options = options
        self.metric = metric
        self.kinds = kinds
        self.fold = fold
    }

    /// Decodes a task's payload.
    public init(payload: [UInt8]) throws {
        let wire = try Wire.TrainTask(bytes: payload)
        self.init(
            network: try NetworkDescription(json: wire.network), dataset: wire.dataset,
            optimizers: try wire.optimizers.map { try Optimizer($0) },
            epochs: Int(wire.epochs), batch: Int(wire.batch), samples: wire.samples == 0 ? nil : Int(wire.samples),
            validationSamples: wire.validationSamples == 0 ? nil : Int(wire.validationSamples), seed: wire.seed,
            checkpointInterval: .milliseconds(wire.checkpointMilliseconds == 0 ? 10_000 : wire.checkpointMilliseconds),
            features: wire.features,
            initialWeights: try wire.initialWeights.map { InitialWeights(try BlobDigest($0.blob), prefix: $0.prefix) },
            constraint: wire.constraint.map(SimilarityConstraint.init),
            pauseAfter: wire.pauseAfter == 0 ? nil : Int(wire.pauseAfter),
            checkpoint: try wire.checkpoint.isEmpty ? nil : BlobDigest(wire.checkpoint),
            learning: try wire.learning.map(Learning.init) ?? Learning(),
            distribution: try wire.distribution.map(Distribution.init),
            options: try wire.options.map(TrainingOptions.init) ?? TrainingOptions(),
            metric: wire.metric.isEmpty ? nil : Metric(named: wire.metric),
            kinds: Dictionary(
                wire.kinds.compactMap { kind in ModalityKind(rawValue: kind.kind).map { (kind.input, $0) } },
                uniquingKeysWith: { first, _ in first }),
            fold: try wire.fold == 0 ? nil : Fold(Int(wire.fold) - 1, of: Int(wire.folds)))
    }

    /// The encoded payload.
    public func payload() throws -> [UInt8] {
        try Wire.TrainTask(
            network: try network.canonicalJSON, dataset: dataset,
            optimizers: optimizers.map(Wire.OptimizerSettings.init),
            epochs: UInt32(clamping: epochs), batch: UInt32(clamping: batch), samples: UInt32(clamping: samples ?? 0),
            seed: seed, validationSamples: UInt32(clamping: validationSamples ?? 0),
            checkpointMilliseconds: UInt32(clamping: Int64(checkpointInterval / .milliseconds(1))), features: features,
            initialWeights: initialWeights.map { Wire.InitialWeights(blob: $0.blob.hexadecimal, prefix: $0.prefix) },
            constraint: constraint.map(Wire.SimilarityConstraint.init), pauseAfter: UInt32(clamping: pauseAfter ?? 0),
            checkpoint: checkpoint?.hexadecimal ?? "",
            learning: learning.isUsual ? nil : Wire.Learning(learning),
            distribution: distribution.map(Wire.TrainingDistribution.init),
            options: options == TrainingOptions() ? nil : Wire.TrainingOptions(options), metric: metric?.name ?? "",
            kinds: kinds.sorted { $0.key < $1.key }.map { Wire.InputKind(input: $0.key, kind: $0.value.rawValue) },
            fold: UInt32(clamping: fold.map { $0.number + 1 } ?? 0), folds: UInt32(clamping: fold?.count ?? 0)
        ).encodedBytes()
    }
}

/// The result of a task of kind `train`.
public struct TrainingResult: Hashable, Sendable {
    /// Digest of the TorchScript file.
    public var script: BlobDigest
    /// Digest of the safetensors file.
    public var weights: BlobDigest
    /// Last value of each metric, including `validation-accuracy`, `training-loss` and `seconds`.
    public var metrics: [String: Double]
    /// The checkpoint to continue from; absent if the training has ended.
    public var checkpoint: BlobDigest?

    /// Makes a result.
    public init(
        script: BlobDigest, weights: BlobDigest, metrics: [String: Double], checkpoint: BlobDigest? = nil
    ) {
        self.script = script
        self.weights = weights
        self.metrics = metrics
        self.checkpoint = checkpoint
    }

    /// Decodes a task's result.
    public init(result: [UInt8]) throws {
        let wire = try Wire.TrainResult(bytes: result)
        self.init(
            script: try BlobDigest(wire.script), weights: try BlobDigest(wire.weights), metrics: .init(wire.metrics),
            checkpoint: try wire.checkpoint.isEmpty ? nil : BlobDigest(wire.checkpoint))
    }

    /// The encoded result.
    public func encoded() throws -> [UInt8] {
        try Wire.TrainResult(
            script: script.hexadecimal, weights: weights.hexadecimal, metrics: .init(metrics),
            checkpoint: checkpoint?.hexadecimal ?? ""
        ).encodedBytes()
    }
}

extension Optimizer {
    fileprivate init(_ wire: Wire.OptimizerSettings) throws {
        guard let rule = Rule(rawValue: wire.name) else {
            let known = Rule.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalidArgument, "There is no optimizer '\(wire.name)'; use one of \(known).")
        }
        self.init(
            branch: wire.branch, rule: rule, learningRate: wire.learningRate, weightDecay: wire.weightDecay,
            momentum: wire.momentum)
    }
}

extension Wire.OptimizerSettings {
    fileprivate init(_ optimizer: Optimizer) {
        self.init(
            branch: optimizer.branch, name: optimizer.rule.rawValue, learningRate: optimizer.learningRate,
            weightDecay: optimizer.weightDecay, momentum: optimizer.momentum)
    }
}

extension SimilarityConstraint {
    fileprivate init(_ wire: Wire.SimilarityConstraint) {
        self.init(pairs: zip(wire.first, wire.second).map { Pair($0, $1) }, weight: wire.weight)
    }
}

extension Wire.SimilarityConstraint {
    fileprivate init(_ constraint: SimilarityConstraint) {
        self.init(
            first: constraint.pairs.map(\.first), second: constraint.pairs.map(\.second), weight: constraint.weight)
    }
}
