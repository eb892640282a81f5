import Model

extension Optimizer {
    /// The optimizers that a search chooses from, each with settings that train the networks of table 6 within a few
    /// epochs.
    static let choices = [
        Optimizer(rule: .sgd, learningRate: 0.05, weightDecay: 1e-4, momentum: 0.9),
        Optimizer(rule: .adam, learningRate: 2e-3),
        Optimizer(rule: .adamw, learningRate: 2e-3, weightDecay: 1e-2),
        Optimizer(rule: .rmsprop, learningRate: 1e-3),
    ]

    /// Its name in scenarios.
    var name: String { rule.rawValue }
}
