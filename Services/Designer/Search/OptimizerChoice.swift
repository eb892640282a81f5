/// How the weights of one branch of a network are changed.
public struct OptimizerChoice: Hashable, Sendable, Codable {
    /// Prefix of the names of the layers that it changes, such as `image.`; empty for all that no other names.
    public var branch: String
    /// `sgd`, `adam`, `adamw` or `rmsprop`.
    public var name: String
    /// Learning rate at the start.
    public var learningRate: Double
    /// Weight decay.
    public var weightDecay: Double
    /// Momentum.
    public var momentum: Double

    /// Makes a choice.
    public init(branch: String, name: String, learningRate: Double, weightDecay: Double = 0, momentum: Double = 0) {
        self.branch = branch
        self.name = name
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.momentum = momentum
    }

    /// What a search chooses from, each with settings that train the networks of table 6 within a few epochs.
    static let all = [
        OptimizerChoice(branch: "", name: "sgd", learningRate: 0.05, weightDecay: 1e-4, momentum: 0.9),
        OptimizerChoice(branch: "", name: "adam", learningRate: 2e-3),
        OptimizerChoice(branch: "", name: "adamw", learningRate: 2e-3, weightDecay: 1e-2),
        OptimizerChoice(branch: "", name: "rmsprop", learningRate: 1e-3),
    ]

    /// The name as in table 1, such as `SGD`.
    var title: String {
        ["sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop"][name] ?? name
    }
}
