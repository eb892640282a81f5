public import Model
public import Networks

/// Everything that, with the network and the samples, determines the result of a training: equal plans give identical
/// bits.
public struct TrainingPlan: Hashable, Sendable, Codable {
    /// Optimizers, one for each branch.
    public let optimizers: [Optimizer]
    /// Number of passes over the samples.
    public let epochs: Int
    /// Maximum number of samples in a mini-batch; the batches of an epoch differ by at most one sample.
    public let batch: Int
    /// Seed of initial weights, order of samples and dropout.
    public let seed: UInt64
    /// What the training minimizes.
    public let loss: TrainingLoss
    /// How learning rates change.
    public let schedule: LearningSchedule
    /// A term that is added to the loss.
    public let constraint: SimilarityConstraint?

    /// Checks and takes a plan.
    /// - Throws: `Failure` with code `invalid-argument` that names the invalid setting.
    public init(
        optimizers: [Optimizer], epochs: Int, batch: Int, seed: UInt64, loss: TrainingLoss = TrainingLoss(),
        schedule: LearningSchedule = LearningSchedule(), constraint: SimilarityConstraint? = nil
    ) throws {
        func check(_ fits: Bool, _ what: @autoclosure () -> String) throws {
            guard fits else { throw Failure(.invalidArgument, "The training's \(what()).") }
        }
        try check((1...1_000_000).contains(epochs), "epochs are \(epochs); 1 to 1,000,000 are allowed")
        try check((1...65_536).contains(batch), "batch is \(batch); 1 to 65,536 is allowed")
        try check(
            schedule.warmUp >= 0 && schedule.warmUp < 1,
            "warm-up is \(schedule.warmUp); it must be at least 0 and below 1")
        if let clipping = schedule.clipping {
            try check(
                clipping > 0 && clipping <= 1e6, "gradient-clipping is \(clipping); it must be above 0 and at most 1e6")
        }
        try check(!optimizers.isEmpty, "optimizers are missing; at least one is required")
        try check(
            Set(optimizers.map(\.branch)).count == optimizers.count, "optimizers name a branch twice")
        for optimizer in optimizers {
            let name = "optimizer '\(optimizer.rule.rawValue)' of branch '\(optimizer.branch)'"
            try check(
                optimizer.learningRate > 0 && optimizer.learningRate <= 100,
                "\(name) has learning rate \(optimizer.learningRate); it must be above 0 and at most 100")
            try check(
                (0...1).contains(optimizer.weightDecay),
                "\(name) has weight decay \(optimizer.weightDecay); it must be from 0 to 1")
            try check(
                optimizer.momentum >= 0 && optimizer.momentum < 1,
                "\(name) has momentum \(optimizer.momentum); it must be at least 0 and below 1")
        }
        self.optimizers = optimizers
        self.epochs = epochs
        self.batch = batch
        self.seed = seed
        self.loss = loss
        self.schedule = schedule
        self.constraint = constraint
    }
}

/// The order in which an epoch takes its samples; the same on every machine.
enum SampleOrder {
    /// The order of an epoch.
    static func shuffled(_ count: Int, seed: UInt64, epoch: Int) -> [Int32] {
        let place = UInt64(bitPattern: Int64(epoch)) &* 0xD1B5_4A32_D192_ED03
        var generator = SplitMix64(seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ place)
        var order = (0..<Int32(count)).map { $0 }
        generator.shuffle(&order)
        return order
    }
}
