/// How the weights of one branch of a network are changed.
public struct Optimizer: Hashable, Sendable, Codable {
    /// The rule by which gradients change weights.
    public enum Rule: String, Hashable, Sendable, Codable, CaseIterable {
        /// Stochastic gradient descent with momentum.
        case sgd
        /// Adam; weight decay is part of the gradient.
        case adam
        /// Adam; weight decay is apart from the gradient.
        case adamw
        /// RMSprop with momentum.
        case rmsprop

        /// The name that artificial codes tell, as in table 1 of the source paper.
        public var title: String {
            switch self {
            case .sgd: "SGD"
            case .adam: "Adam"
            case .adamw: "AdamW"
            case .rmsprop: "RMSprop"
            }
        }
    }

    /// Prefix of the names of the layers that it changes, such as `image.`; empty for all that no other names.
    public var branch: String
    /// How it changes them.
    public var rule: Rule
    /// Learning rate at the top of the schedule.
    public var learningRate: Double
    /// Share of each weight that a step takes away, beside the learning rate.
    public var weightDecay: Double
    /// Share of the last step that the next one repeats, for `sgd` and `rmsprop`.
    public var momentum: Double

    /// Takes settings; a training's plan checks them.
    public init(
        branch: String = "", rule: Rule, learningRate: Double, weightDecay: Double = 0, momentum: Double = 0
    ) {
        self.branch = branch
        self.rule = rule
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.momentum = momentum
    }
}
