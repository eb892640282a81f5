/// How a network learns, beside how long and from what: what a scenario's `training` can say of it.
public struct TrainingOptions: Hashable, Sendable, Codable {
    /// How much samples are changed at random while a network learns.
    public enum Augmentation: String, Hashable, Sendable, Codable, CaseIterable {
        /// Not at all.
        case none
        /// So that nobody doubts what they are.
        case light
        /// So that it becomes hard to tell what they are.
        case strong
    }

    /// Learning rate at the top of the schedule; nil for the usual one of each optimizer.
    public var learningRate: Double?
    /// Weight decay; nil for the usual one of each optimizer.
    public var weightDecay: Double?
    /// How learning rates change over the training.
    public var schedule: LearningSchedule
    /// How errors count.
    public var loss: TrainingLoss
    /// Epochs without a better one after which a training ends; nil where it has all its epochs.
    public var patience: Int?
    /// Whether the weights of the epoch that validates best are kept, not those of the last one.
    public var keepsBest: Bool
    /// How much samples are changed at random.
    public var augmentation: Augmentation
    /// Whether pictures may be mirrored, left for right.
    public var flips: Bool
    /// What a worker must have to do it.
    public var needs: ComputeNeeds

    /// Steps for which a training that ends by itself has epochs: few samples need many epochs, many samples few.
    private static let automaticSteps = 10_000
    private static let automaticEpochs = 30...500

    /// Most epochs of a training that ends by itself, where nothing else is said.
    public static func automaticEpochs(samples: Int, batch: Int) -> Int {
        let steps = max(1, (samples + batch - 1) / max(1, batch))
        return min(max(automaticSteps / steps, automaticEpochs.lowerBound), automaticEpochs.upperBound)
    }

    /// The patience of a training that ends by itself. The rate falls until the end, and most gets better late.
    public static func automaticPatience(epochs: Int) -> Int { max(10, epochs / 4) }

    /// Describes a way of learning; the usual one follows a cosine and keeps the last epoch.
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

/// How learning rates change over a training, and how steep a step can be.
public struct LearningSchedule: Hashable, Sendable, Codable {
    /// What learning rates follow after they have warmed up.
    public enum Shape: String, Hashable, Sendable, Codable, CaseIterable {
        /// Half a cosine, down to zero.
        case cosine
        /// Nothing: they stay.
        case constant
    }

    /// What they follow.
    public var shape: Shape
    /// Share of all steps in which they rise from zero, below 1.
    public var warmUp: Double
    /// The longest gradient of a step, over all weights; longer ones are shortened. Nil for any.
    public var clipping: Double?

    /// Describes a schedule.
    public init(_ shape: Shape = .cosine, warmUp: Double = 0, clipping: Double? = nil) {
        self.shape = shape
        self.warmUp = warmUp
        self.clipping = clipping
    }
}
