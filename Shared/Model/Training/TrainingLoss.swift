/// The loss that a network is trained with.
public struct TrainingLoss: Hashable, Sendable, Codable {
    /// The weight of each class.
    public enum ClassWeights: String, Hashable, Sendable, Codable, CaseIterable {
        /// Each sample counts the same.
        case equal
        /// Each class counts the same, however many samples it has.
        case balanced
    }

    /// Share of a label that is spread over all classes, from 0 to below 1.
    public var labelSmoothing: Double
    /// The weight of each class, or of each label when it applies.
    public var classWeights: ClassWeights
    /// Regression: number of standard deviations above which an error counts linearly; nil if all errors count squared.
    public var huber: Double?

    /// Describes a loss; by default all errors count the same.
    public init(labelSmoothing: Double = 0, classWeights: ClassWeights = .equal, huber: Double? = nil) {
        self.labelSmoothing = labelSmoothing
        self.classWeights = classWeights
        self.huber = huber
    }

    /// Checks that the loss fits a kind of target.
    /// - Throws: `Failure` naming the invalid setting.
    public func check(for kind: Target.Kind) throws {
        func check(_ fits: Bool, _ what: @autoclosure () -> String) throws {
            guard fits else { throw Failure(.invalidArgument, "The training's \(what()).") }
        }
        try check(
            labelSmoothing >= 0 && labelSmoothing < 1,
            "label-smoothing is \(labelSmoothing); it must be at least 0 and below 1")
        try check(
            labelSmoothing == 0 || kind == .classification,
            "label-smoothing is for classes, not for a target of kind '\(kind.rawValue)'")
        try check(
            classWeights == .equal || kind != .regression, "class-weights are for classes and labels, not for numbers")
        if let huber {
            try check(huber > 0 && huber <= 1000, "huber is \(huber); it must be above 0 and at most 1000")
            try check(kind == .regression, "huber is for numbers, not for a target of kind '\(kind.rawValue)'")
        }
    }
}
