/// How errors count while a network learns.
public struct TrainingLoss: Hashable, Sendable, Codable {
    /// How much each class counts.
    public enum ClassWeights: String, Hashable, Sendable, Codable, CaseIterable {
        /// Each sample counts the same.
        case equal
        /// All classes together count the same, however many samples each has.
        case balanced
    }

    /// Share of certainty that is spread over all classes, from 0 to below 1.
    public var labelSmoothing: Double
    /// How much each class counts, or each label where it applies.
    public var classWeights: ClassWeights
    /// Regression: from how many standard deviations on an error counts linearly; nil where all count squared.
    public var huber: Double?

    /// Describes how errors count; by default all count the same.
    public init(labelSmoothing: Double = 0, classWeights: ClassWeights = .equal, huber: Double? = nil) {
        self.labelSmoothing = labelSmoothing
        self.classWeights = classWeights
        self.huber = huber
    }

    /// Checks that a kind of target can be learned like this.
    /// - Throws: `Failure` naming the setting that is impossible.
    public func check(for kind: Target.Kind) throws {
        func check(_ fits: Bool, _ what: @autoclosure () -> String) throws {
            guard fits else { throw Failure(.invalidArgument, "The training's \(what()).") }
        }
        try check(
            labelSmoothing >= 0 && labelSmoothing < 1,
            "label-smoothing is \(labelSmoothing); 0 ≤ label-smoothing < 1 is needed")
        try check(
            labelSmoothing == 0 || kind == .classification,
            "label-smoothing is for classes, not for a target of kind '\(kind.rawValue)'")
        try check(
            classWeights == .equal || kind != .regression, "class-weights are for classes and labels, not for numbers")
        if let huber {
            try check(huber > 0 && huber <= 1000, "huber is \(huber); above 0 and at most 1000 is needed")
            try check(kind == .regression, "huber is for numbers, not for a target of kind '\(kind.rawValue)'")
        }
    }
}
