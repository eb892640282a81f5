import Learning

/// Neural architecture optimization (Luo et al. 2018): encoder, predictor and decoder learn from all trials; the best
/// trials' points move uphill along the predicted value, and the strings decoded there are tried next.
///
/// It proceeds in rounds: a first pool of random trials; then, in each round, a model trained anew on all known trials,
/// and a batch of candidates from it.
public struct NeuralOptimization: SearchStrategy {
    /// Settings of the search.
    public struct Settings: Hashable, Sendable, Codable {
        /// Number of random candidates at the start.
        public var starts: Int
        /// Number of candidates per round.
        public var round: Int
        /// Number of trials whose points move uphill.
        public var parents: Int
        /// Maximum number of trials under way at once.
        public var lag: Int
        /// Sizes and training settings of the model.
        var model = AutoencoderRequest.Settings()

        /// Makes settings.
        public init(starts: Int = 40, round: Int = 40, parents: Int = 30, lag: Int = 1) {
            precondition(starts >= 2 && round >= 1 && parents >= 1, "settings are out of range")
            self.starts = starts
            self.round = round
            self.parents = parents
            self.lag = lag
        }
    }

    /// Maximum length of an uphill step.
    private static let longestStep = 30
    /// Maximum number of equivalent genomes of a trial that also serve as examples.
    private static let equivalents = 4
    /// Maximum number of examples; with more trials, the model learns from the best and the latest ones, half of this
    /// number each.
    private static let trials = 512

    let settings: Settings
    private let seed: UInt64
    let sequence: DecisionSequence
    private var networks: Enumeration??
    /// The candidates of the latest round, most promising first.
    private var round: (number: Int, candidates: [Genome])?
    private var diagnostics: [SearchDiagnostics] = []
    private let autoencoder = AutoencoderProcess()

    init(settings: Settings, space: SearchSpace, seed: UInt64) {
        self.settings = settings
        // A different seed than that of the proposals' streams.
        self.seed = ~seed
        sequence = DecisionSequence(space)
    }

    /// Round of a proposal; 0 is the first pool.
    private func round(of number: Int) -> Int {
        number < settings.starts ? 0 : (number - settings.starts) / settings.round + 1
    }

    func visible(at number: Int) -> Int {
        let round = round(of: number)
        guard round > 0 else { return 0 }
        return visibleTrials(at: settings.starts + (round - 1) * settings.round, lag: settings.lag)
    }

    mutating func propose(_ view: SearchView, using generator: inout SeededGenerator) throws -> Suggestion? {
        let number = round(of: view.number)
        guard number > 0, !view.measured.isEmpty else { return nil }
        if round?.number != number { round = (number, try candidates(view, number)) }
        return round?.candidates.first(where: view.isOpen).map {
            Suggestion($0, origin: "gradient, round \(number)")
        }
    }

    mutating func takeDiagnostics() -> [SearchDiagnostics] {
        defer { diagnostics = [] }
        return diagnostics
    }

    // MARK: A round

    private mutating func candidates(_ view: SearchView, _ number: Int) throws -> [Genome] {
        var generator = SeededGenerator(seed: seed, stream: UInt64(number))
        let networks = networks ?? Enumeration(view.space, where: view.isAllowed)
        self.networks = .some(networks)
        let trials = trials(view)
        var request = request(examples(trials, view, networks, using: &generator), seed: generator.next())
        request.placed = trials.map { sequence.choices(of: $0.genome) }
        request.parents = trials.sorted { $0.isBetter(than: $1) }.prefix(settings.parents)
            .map { sequence.choices(of: $0.genome) }
        request.steps = (1...Self.longestStep).map(Double.init)
        let report = try autoencoder.learn(request)
        diagnostics.append(diagnostic(report, trials, visible: view.visible))

        // Proposals made after the trials that this round may know must not matter here.
        var seen = Set(view.history.proposals[..<view.visible].map { view.space.form(of: $0.genome) })
        var found: [(genome: Genome, worth: Double)] = []
        for strings in report.read where found.count < 4 * settings.round {
            for string in strings {
                let genome = sequence.genome(of: string.choices)
                let form = view.space.form(of: genome)
                guard view.space.contains(genome), view.isAllowed(genome), seen.insert(form).inserted else { continue }
                found.append((genome, string.worth))
            }
        }
        return found.indices.sorted { (found[$0].worth, $1) > (found[$1].worth, $0) }.map { found[$0].genome }
    }

    /// The training examples of a round.
    func request(_ examples: [AutoencoderRequest.Example], seed: UInt64) -> AutoencoderRequest {
        AutoencoderRequest(strings: .init(sequence), settings: settings.model, seed: seed, examples: examples)
    }

    private func diagnostic(_ report: AutoencoderReport, _ trials: [Individual], visible: Int) -> SearchDiagnostics {
        let points = Matrix(rows: trials.count, columns: settings.model.size, Array(report.points.joined()))
        let places = zip(trials, PrincipalPlane.places(of: points)).map { trial, place in
            SearchDiagnostics.Place(trial: trial.number, x: place.x, y: place.y)
        }
        return SearchDiagnostics(trials: visible, findings: .map(places, ranking: report.learned.ranking))
    }

    func trials(_ view: SearchView) -> [Individual] {
        let measured = view.measured
        guard measured.count > Self.trials else { return measured }
        let best = measured.sorted { $0.isBetter(than: $1) }.prefix(Self.trials / 2)
        let known = Set(best.map(\.number))
        let young = measured.reversed().filter { !known.contains($0.number) }.prefix(Self.trials - best.count)
        return (best + young).sorted { $0.number < $1.number }
    }

    /// Trials as examples, each with genomes of the same network; a trial's value is the share of the others that are
    /// worse.
    func examples(
        _ trials: [Individual], _ view: SearchView, _ networks: Enumeration?, using generator: inout SeededGenerator
    ) -> [AutoencoderRequest.Example] {
        let order = trials.map(\.fitness).sorted()
        return trials.flatMap { trial -> [AutoencoderRequest.Example] in
            let worse = order.firstIndex(of: trial.fitness) ?? 0
            let worth = Double(worse) / Double(max(1, order.count - 1))
            var genomes = [trial.genome]
            if let networks, view.space.symmetry != .none {
                let others = networks.equivalents(of: trial.genome, in: view.space).filter { $0 != trial.genome }
                genomes += others.shuffled(using: &generator).prefix(Self.equivalents - 1)
            }
            return genomes.map { .init(choices: sequence.choices(of: $0), worth: worth) }
        }
    }
}
