extension NeuralOptimization {
    /// How good the model of a round is, on what it learned from and on what it never saw.
    public struct Quality: Hashable, Sendable {
        /// Figures on some networks.
        public struct Figures: Hashable, Sendable {
            /// Share of the pairs of networks that are predicted in their order; 0.5 is chance.
            public var ranking: Double
            /// Share of the decisions in which a string that was encoded and read again differs.
            public var distance: Double
        }

        /// On the networks that it learned from.
        public var learned: Figures
        /// On others.
        public var heldOut: Figures
    }

    /// Trains a model as a round does that knows some networks, and judges it by others.
    /// - Parameters:
    ///   - known: Networks with what they are worth; all different.
    ///   - others: Those that are held out.
    /// - Throws: `Failure` with code `corrupt` where a network stands twice among the known ones.
    public static func quality(
        _ settings: Settings, knowing known: [(genome: Genome, worth: Double)],
        on others: [(genome: Genome, worth: Double)], in space: SearchSpace, seed: UInt64
    ) throws -> Quality {
        let strategy = NeuralOptimization(settings: settings, space: space, seed: seed)
        var history = SearchHistory(in: space)
        for (number, network) in known.enumerated() {
            try history.follow(
                Proposal(number: number, genome: network.genome, origin: ""), .objective(network.worth))
        }
        let view = SearchView(history: history, visible: known.count) { _ in true }
        var generator = SeededGenerator(seed: seed, stream: 1)
        var model = StructureAutoencoder(strategy.sequence, settings.model, using: &generator)
        let networks = Enumeration(space) { _ in true }
        model.train(strategy.examples(strategy.trials(view), view, networks, using: &generator), using: &generator)
        func figures(_ networks: [(genome: Genome, worth: Double)]) -> Quality.Figures {
            let examples = networks.map {
                StructureAutoencoder.Example(choices: strategy.sequence.choices(of: $0.genome), worth: $0.worth)
            }
            return Quality.Figures(
                ranking: model.rankingAccuracy(on: examples), distance: model.decodingDistance(on: examples))
        }
        return Quality(learned: figures(known), heldOut: figures(others))
    }
}
