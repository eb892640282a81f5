import CTorch
import Model

/// By what a network's outputs are compared with what is right about samples.
struct SampleLoss: Hashable, Sendable {
    private var kind: gyrus_loss_kind.RawValue
    /// How much each class counts, or each label where it applies; nil where all count 1.
    private(set) var weights: [Float]?
    private var smoothing = 0.0
    private var delta = 1.0

    /// The loss of a kind of target by which networks are scored.
    init(_ target: Target.Kind) {
        switch target {
        case .classification: kind = GYRUS_CROSS_ENTROPY.rawValue
        case .multiLabel: kind = GYRUS_BINARY_CROSS_ENTROPY.rawValue
        case .regression: kind = GYRUS_SQUARED_ERROR.rawValue
        }
    }

    /// The loss by which networks learn from samples.
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

    /// What the shim takes; lives as long as the call.
    func withC<Result>(_ body: (gyrus_loss) throws -> Result) rethrows -> Result {
        var loss = gyrus_loss(kind: gyrus_loss_kind(kind), weights: nil, smoothing: smoothing, delta: delta)
        guard let weights else { return try body(loss) }
        return try weights.withUnsafeBufferPointer { weights in
            loss.weights = weights.baseAddress
            return try body(loss)
        }
    }

    /// How often each class or label is answered no, and yes, decides how much it counts: classes of all sizes together count
    /// the same, and so do samples with a label and those without.
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
    /// The same samples, whose errors count as a training says.
    func learned(by loss: TrainingLoss) throws -> SampleSource {
        var samples = self
        samples.loss = try SampleLoss(loss, of: self)
        return samples
    }
}
