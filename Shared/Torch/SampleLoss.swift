import CTorch
import Model

/// The loss that compares a network's outputs with the correct answers.
struct SampleLoss: Hashable, Sendable {
    private var kind: gyrus_loss_kind.RawValue
    /// The weight of each class, or of each label when it applies; nil if all weights are 1.
    private(set) var weights: [Float]?
    private var smoothing = 0.0
    private var delta = 1.0

    /// The loss for scoring networks with a kind of target.
    init(_ target: Target.Kind) {
        switch target {
        case .classification: kind = GYRUS_CROSS_ENTROPY.rawValue
        case .multiLabel: kind = GYRUS_BINARY_CROSS_ENTROPY.rawValue
        case .regression: kind = GYRUS_SQUARED_ERROR.rawValue
        }
    }

    /// The loss for training networks on samples.
    init(_ loss: TrainingLoss, of samples: SampleSource) throws {
        self.init(samples.target.kind)
        try loss.check(for: samples.target.kind)
        smoothing = loss.labelSmoothing
        if let huber = loss.huber {
            kind = GYRUS_HUBER.rawValue
            delta = huber
        }
        if loss.classWeights == .balanced { weights = Self.balanced(samples) }
    }

    /// The form that the shim takes; valid during the call.
    func withC<Result>(_ body: (gyrus_loss) throws -> Result) rethrows -> Result {
        var loss = gyrus_loss(kind: gyrus_loss_kind(kind), weights: nil, smoothing: smoothing, delta: delta)
        guard let weights else { return try body(loss) }
        return try weights.withUnsafeBufferPointer { weights in
            loss.weights = weights.baseAddress
            return try body(loss)
        }
    }

    /// The weights follow from how often each class or label occurs and does not occur: every class has the same total
    /// weight, and so do samples with and without a label.
    private static func balanced(_ samples: SampleSource) -> [Float] {
        let outputs = samples.target.outputs
        var counts = [Int](repeating: 0, count: outputs)
        switch samples.answers {
        case .classes(let labels):
            for label in labels { counts[Int(label)] += 1 }
            let present = counts.count { $0 > 0 }
            return counts.map { $0 == 0 ? 1 : Float(samples.count) / Float(present * $0) }
        case .numbers(let numbers):
            for (place, number) in numbers.enumerated() where number > 0 { counts[place % outputs] += 1 }
            return counts.map { $0 == 0 ? 1 : Float(samples.count - $0) / Float($0) }
        }
    }
}

extension SampleSource {
    /// The same samples with the loss of a training.
    func learned(by loss: TrainingLoss) throws -> SampleSource {
        var samples = self
        samples.loss = try SampleLoss(loss, of: self)
        return samples
    }
}
