/// How a network is trained, apart from how long and from what; a scenario's `training` sets it.
public struct TrainingOptions: Hashable, Sendable, Codable {
    /// How strongly samples are randomly changed during training.
    public enum Augmentation: String, Hashable, Sendable, Codable, CaseIterable {
        /// Not at all.
        case none
        /// Slightly: they remain easy to recognize.
        case light
        /// So strongly that it becomes hard to tell what they are.
        case strong
    }

    /// Peak learning rate of the schedule; nil for each optimizer's default.
    public var learningRate: Double?
    /// Weight decay; nil for each optimizer's default.
    public var weightDecay: Double?
    /// How learning rates change during the training.
    public var schedule: LearningSchedule
    /// What the training minimizes.
    public var loss: TrainingLoss
    /// Number of epochs without a better one after which a training stops; nil if it runs all its epochs.
    public var patience: Int?
    /// Whether to keep the weights of the epoch that validates best instead of those of the last one.
    public var keepsBest: Bool
    /// How strongly samples are randomly changed.
    public var augmentation: Augmentation
    /// Whether pictures may be mirrored horizontally.
    public var flips: Bool
    /// What a worker needs for the training.
    public var needs: ComputeNeeds

    /// Steps that a training that stops by itself is given; few samples need many epochs, many samples few.
    private static let automaticSteps = 10_000
    private static let automaticEpochs = 30...500

    /// Default maximum number of epochs of a training that stops by itself.
    public static func automaticEpochs(samples: Int, batch: Int) -> Int {
        let steps = max(1, (samples + batch - 1) / max(1, batch))
        return min(max(automaticSteps / steps, automaticEpochs.lowerBound), automaticEpochs.upperBound)
    }

    /// The patience of a training that stops by itself. The rate falls until the end, so most improvement comes late.
    public static func automaticPatience(epochs: Int) -> Int { max(10, epochs / 4) }

    /// Describes a training; by default the rate follows a cosine and the last epoch is kept.
    public init(
        learningRate: Double? = nil, weightDecay: Double? = nil, schedule: LearningSchedule = LearningSchedule(),
        loss: TrainingLoss = TrainingLoss(), patience: Int? = nil, keepsBest: Bool = false,
        augmentation: Augmentation = .none, flips: Bool = false, needs: ComputeNeeds = .none
    ) {
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.schedule = schedule
        self.loss = loss
        self.patience = patience
        self.keepsBest = keepsBest
        self.augmentation = augmentation
        self.flips = flips
        self.needs = needs
    }
}

/// How learning rates change during a training, and the maximum norm of a gradient.
public struct LearningSchedule: Hashable, Sendable, Codable {
    /// The curve of learning rates after the warm-up.
    public enum Shape: String, Hashable, Sendable, Codable, CaseIterable {
        /// Half a cosine down to zero.
        case cosine
        /// The peak rate until the end.
        case constant
    }

    /// The curve.
    public var shape: Shape
    /// Share of all steps during which rates rise from zero; below 1.
    public var warmUp: Double
    /// Maximum norm of a step's gradient over all weights; larger gradients are scaled down. Nil for no limit.
    public var clipping: Double?

    /// Describes a schedule.
    public init(_ shape: Shape = .cosine, warmUp: Double = 0, clipping: Double? = nil) {
        self.shape = shape
        self.warmUp = warmUp
        self.clipping = clipping
    }
}
