/// How the weights of one branch of a network are updated.
public struct Optimizer: Hashable, Sendable, Codable {
    /// The rule for updating weights from gradients.
    public enum Rule: String, Hashable, Sendable, Codable, CaseIterable {
        /// Stochastic gradient descent with momentum.
        case sgd
        /// Adam; weight decay is part of the gradient.
        case adam
        /// Adam; weight decay is separate from the gradient.
        case adamw
        /// RMSprop with momentum.
        case rmsprop

        /// The name used in artificial codes, as in table 1 of the source paper.
        public var title: String {
            switch self {
            case .sgd: "SGD"
            case .adam: "Adam"
            case .adamw: "AdamW"
            case .rmsprop: "RMSprop"
            }
        }
    }

    /// Prefix of the names of the layers that it updates, such as `image.`; empty for all layers that no other prefix
    /// covers.
    public var branch: String
    /// The update rule.
    public var rule: Rule
    /// Peak learning rate of the schedule.
    public var learningRate: Double
    /// Weight decay: the share of each weight that a step removes, times the learning rate.
    public var weightDecay: Double
    /// Momentum: the share of the last step that the next one repeats, for `sgd` and `rmsprop`.
    public var momentum: Double

    /// Takes settings. The training plan checks them.
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
