extension NeuralOptimization {
    /// Trains a model as a round with some known networks does, and evaluates it on others.
    /// - Parameters:
    ///   - known: Networks with their values; all different.
    ///   - others: Held-out networks.
    /// - Throws: `Failure` with code `corrupt` if a network occurs twice among the known ones, `unavailable` if the
    ///   training program is missing.
    public static func quality(
        _ settings: Settings, knowing known: [(genome: Genome, worth: Double)],
        on others: [(genome: Genome, worth: Double)], in space: SearchSpace, seed: UInt64
    ) throws -> AutoencoderReport {
        let strategy = NeuralOptimization(settings: settings, space: space, seed: seed)
        var history = SearchHistory(in: space)
        for (number, network) in known.enumerated() {
            try history.follow(
                Proposal(number: number, genome: network.genome, origin: ""), .objective(network.worth))
        }
        let view = SearchView(history: history, visible: known.count) { _ in true }
        var generator = SeededGenerator(seed: seed, stream: 1)
        let networks = Enumeration(space) { _ in true }
        let examples = strategy.examples(strategy.trials(view), view, networks, using: &generator)
        var request = strategy.request(examples, seed: generator.next())
        request.heldOut = others.map { .init(choices: strategy.sequence.choices(of: $0.genome), worth: $0.worth) }
        return try AutoencoderProcess().learn(request)
    }
}
