import DesignerClient
import EvaluatorClient
import Model
import Networks
import Search
import TrainerClient

/// The course of one scenario's search: it is told what happened and decides what comes next.
///
/// It acts on nothing: the runner writes its decisions to disk and then does what they ask for. Everything it knows follows
/// from what was written, so a search that was interrupted anywhere goes on from its rows with the same trace.
struct SearchRun {
    /// What a search is made from.
    struct Plan {
        let id: ScenarioID
        /// How often it was taken up again after it had ended; part of the identities of its tasks.
        let generation: Int
        let file: ScenarioFile
        let text: String

        var scenario: Scenario { file.scenario }
        /// What its tasks belong to in other services' queues.
        var group: String { Self.group(id, generation) }

        static func group(_ id: ScenarioID, _ generation: Int) -> String {
            generation == 0 ? id.text : "\(id.text).\(generation)"
        }
    }

    let plan: Plan
    let space: NetworkSpace
    private(set) var trials: [Trial]
    private var isPrepared: Bool
    private var seeds: [Genome]?
    private var searcher: (any Searcher)?

    private var scenario: Scenario { plan.scenario }

    /// Takes up a search with what is on disk.
    /// - Throws: `Failure` where the scenario cannot be searched, or its rows are broken.
    init(plan: Plan, isPrepared: Bool, seeds: [Genome]?, trials: [Trial]) throws {
        self.plan = plan
        self.isPrepared = isPrepared
        self.seeds = seeds
        self.trials = trials
        space = try plan.file.locating { try NetworkSpace(plan.scenario) }
        if let seeds { searcher = try makeSearcher(seeds) }
    }

    private func makeSearcher(_ seeds: [Genome]) throws -> any Searcher {
        let history = try SearchHistory(
            trials.filter { !$0.isFinalTraining }.map { trial in
                let proposal = Proposal(
                    number: trial.id.number, genome: try Genome(trial.genome), origin: trial.origin)
                return (proposal, Self.outcome(of: trial))
            })
        return scenario.search.method.searcher(
            space: space.space, population: scenario.search.population, seed: scenario.search.seed, seeds: seeds,
            history: history)
    }

    private static func outcome(of trial: Trial) -> TrialOutcome? {
        switch trial.state {
        case .succeeded: trial.objective.map { .objective($0) } ?? .failed
        case .failed: .failed
        case .training, .evaluating, .cancelled: nil
        }
    }

    // MARK: Beginning and going on

    /// What to do after a start: begin, or take up what was under way.
    mutating func begin() throws -> SearchDecision {
        var decision = SearchDecision()
        guard isPrepared else {
            let id = "\(plan.group)/prepare"
            decision.steps = [.prepare(PreparationOrder(id: id, group: plan.group, recipe: scenario.recipe))]
            return decision
        }
        guard seeds != nil else {
            decision.steps = [.seek(limit: seedLimit)]
            return decision
        }
        for trial in trials where trial.state == .training || trial.state == .evaluating {
            decision.steps.append(try step(for: trial))
        }
        try goOn(&decision)
        return decision
    }

    /// Half of the first population, so that the search also sees what nobody has tried.
    private var seedLimit: Int { max(1, scenario.search.population / 2) }

    /// What to do after something happened; nothing more once it has concluded.
    mutating func handle(_ occurrence: SearchOccurrence) throws -> SearchDecision {
        var decision = SearchDecision()
        switch occurrence {
        case .prepared(.success):
            isPrepared = true
            decision.isPrepared = true
            decision.note("scenario.prepared", plan.id.text, ["recipe": scenario.recipe.id])
            decision.steps = [.seek(limit: seedLimit)]
        case .prepared(.failure(let failure)):
            conclude(.failed(prefixed(failure, "The dataset could not be prepared")), &decision)
        case .found(let genomes):
            try seed(with: genomes, &decision)
        case .trained(let number, let result):
            try trained(number, result, &decision)
        case .evaluated(let number, let result):
            try evaluated(number, result, &decision)
        case .registered(let model, .success):
            conclude(.succeeded(model: model), &decision)
        case .registered(_, .failure(let failure)):
            conclude(.failed(prefixed(failure, "The resulting network could not be registered")), &decision)
        }
        return decision
    }

    private mutating func seed(with genomes: [Genome], _ decision: inout SearchDecision) throws {
        seeds = genomes
        decision.seeds = genomes
        searcher = try makeSearcher(genomes)
        let given = genomes.map(\.description).joined(separator: " ")
        decision.note("scenario.seeded", plan.id.text, ["count": "\(genomes.count)", "genomes": given])
        try goOn(&decision)
    }

    /// Proposes as long as it may, and closes the search where it is over.
    private mutating func goOn(_ decision: inout SearchDecision) throws {
        guard !trials.contains(where: \.isFinalTraining) else {
            try finish(&decision)
            return
        }
        if let failure = hopelessness {
            conclude(.failed(failure), &decision)
            return
        }
        let isExhausted = try propose(&decision)
        let isOver = trials.allSatisfy(\.state.isFinal)
        guard isOver, isExhausted || trials.count >= scenario.search.trials else { return }
        if trials.count < scenario.search.trials {
            decision.note("scenario.exhausted", plan.id.text, ["trials": "\(trials.count)"])
        }
        try crown(&decision)
    }

    /// Fills the free places with new trials.
    /// - Returns: Whether there is nothing left to propose.
    private mutating func propose(_ decision: inout SearchDecision) throws -> Bool {
        guard var searcher else { return false }
        defer { self.searcher = searcher }
        let space = space
        while trials.count < scenario.search.trials,
            trials.count(where: { !$0.state.isFinal }) < scenario.search.population
        {
            switch searcher.ask(where: space.isAllowed) {
            case .proposal(let proposal):
                let trial = try trial(proposal.number, proposal.genome, proposal.origin)
                try add(trial, &decision)
            case .waiting: return false
            case .exhausted: return true
            }
        }
        return false
    }

    private func trial(_ number: Int, _ genome: Genome, _ origin: String) throws -> Trial {
        let candidate = try space.candidate(genome)
        return Trial(
            id: TrialID(scenario: plan.id, number: number), state: .training, genome: genome.description,
            origin: origin, networkName: candidate.title, code: try candidate.code(accuracy: nil).description,
            metrics: ["parameters": Double(candidate.parameters), "operations": Double(candidate.operations)])
    }

    private mutating func add(_ trial: Trial, _ decision: inout SearchDecision) throws {
        trials.append(trial)
        decision.trials.append(trial)
        decision.note(
            "trial.proposed", trial.id.description,
            [
                "scenario": plan.id.text, "genome": trial.genome, "network": trial.networkName,
                "origin": trial.origin,
            ])
        decision.steps.append(try step(for: trial))
    }
}

// MARK: - Trials

extension SearchRun {
    /// What a trial that is under way needs next.
    private func step(for trial: Trial) throws -> SearchDecision.Step {
        let candidate = try space.candidate(try Genome(trial.genome))
        let prefix = "\(plan.group)/\(trial.id.number)"
        if trial.state == .evaluating, let script = trial.script {
            let order = EvaluationOrder(
                id: "\(prefix)/evaluate", group: plan.group, script: script, candidate: candidate,
                recipe: scenario.recipe.id, latencyRuns: trial.isFinalTraining ? 50 : 10)
            return .evaluate(order, number: trial.id.number)
        }
        let order = TrainingOrder(
            id: "\(prefix)/train", group: plan.group, candidate: candidate, recipe: scenario.recipe.id,
            budget: trial.isFinalTraining ? scenario.final : scenario.training, seed: scenario.search.seed)
        return .train(order, number: trial.id.number)
    }

    private mutating func trained(
        _ number: Int, _ result: Result<TrainingResult, Failure>, _ decision: inout SearchDecision
    ) throws {
        guard trials.indices.contains(number), trials[number].state == .training else { return }
        switch result {
        case .failure(let failure):
            try end(number, .failure(failure), &decision)
        case .success(let result):
            guard let accuracy = result.metrics["validation-accuracy"], accuracy.isFinite else {
                let failure = Failure(.internal, "The training reported no validation accuracy that is a number.")
                return try end(number, .failure(failure), &decision)
            }
            trials[number].state = .evaluating
            trials[number].script = result.script
            trials[number].weights = result.weights
            trials[number].metrics.merge(result.metrics.filter(\.value.isFinite)) { $1 }
            decision.trials.append(trials[number])
            decision.note(
                "trial.trained", trials[number].id.description,
                ["scenario": plan.id.text, "validation-accuracy": "\(accuracy)"])
            decision.steps.append(try step(for: trials[number]))
        }
    }

    private mutating func evaluated(
        _ number: Int, _ result: Result<EvaluationResult, Failure>, _ decision: inout SearchDecision
    ) throws {
        guard trials.indices.contains(number), trials[number].state == .evaluating else { return }
        try end(number, result, &decision)
    }

    /// Ends a trial with its outcome; a failed one counts as worse than any other, and the search goes on.
    private mutating func end(
        _ number: Int, _ result: Result<EvaluationResult, Failure>, _ decision: inout SearchDecision
    ) throws {
        switch result {
        case .failure(let failure):
            trials[number].state = .failed
            trials[number].failure = failure
            decision.note(
                "trial.failed", trials[number].id.description,
                ["scenario": plan.id.text, "code": failure.code.rawValue, "message": failure.message])
        case .success(let result):
            try succeed(number, result, &decision)
        }
        decision.trials.append(trials[number])
        if !trials[number].isFinalTraining, let outcome = Self.outcome(of: trials[number]) {
            try searcher?.tell(number, outcome)
        }
        try goOn(&decision)
    }

    private mutating func succeed(
        _ number: Int, _ result: EvaluationResult, _ decision: inout SearchDecision
    ) throws {
        let candidate = try space.candidate(try Genome(trials[number].genome))
        trials[number].state = .succeeded
        trials[number].objective = trials[number].metrics["validation-accuracy"]
        trials[number].metrics["test-accuracy"] = result.accuracy
        trials[number].metrics["latency-milliseconds"] = result.latencyMilliseconds
        trials[number].code = try candidate.code(accuracy: result.accuracy).description
        let trial = trials[number]
        decision.note(
            "trial.finished", trial.id.description,
            [
                "scenario": plan.id.text, "network": trial.networkName, "objective": "\(trial.objective ?? 0)",
                "test-accuracy": "\(result.accuracy)", "parameters": "\(candidate.parameters)",
            ])
        // A final training has another budget, so it cannot be compared with trials.
        if trial.isFinalTraining { return }
        let observation = TrialObservation(
            trial: trial.id.description, scenario: plan.id, text: plan.text, genome: trial.genome,
            space: space.space.description, code: trial.code, objective: trial.objective ?? 0, metrics: trial.metrics)
        decision.deliveries.append(.observation(observation))
        if let model = try model(of: trial) { decision.deliveries.append(.model(model)) }
    }

    private func model(of trial: Trial) throws -> TrainedModel? {
        guard let script = trial.script, let weights = trial.weights, let accuracy = trial.metrics["test-accuracy"]
        else {
            return nil
        }
        return TrainedModel(
            id: trial.id.description, scenario: plan.id.text,
            network: try space.candidate(try Genome(trial.genome)).network.canonicalJSON,
            code: try ArtificialCode(trial.code), accuracy: accuracy, script: script, weights: weights,
            metrics: trial.metrics)
    }
}

// MARK: - The end

extension SearchRun {
    /// The best trial of the search; of equals the older one.
    private var winner: Trial? {
        trials.filter { !$0.isFinalTraining && $0.objective != nil }
            .max { ($0.objective ?? 0, -$0.id.number) < ($1.objective ?? 0, -$1.id.number) }
    }

    /// Why going on is of no use: all of the first population failed.
    private var hopelessness: Failure? {
        let first = trials.prefix(min(scenario.search.population, scenario.search.trials))
        guard first.count == min(scenario.search.population, scenario.search.trials),
            first.allSatisfy({ $0.state == .failed }), let failure = trials.first?.failure
        else { return nil }
        return prefixed(failure, "The first \(first.count) trials all failed, the first one like this")
    }

    /// Has the winner trained for the final budget.
    private mutating func crown(_ decision: inout SearchDecision) throws {
        guard let winner else {
            let failure = trials.first?.failure ?? Failure(.internal, "The search proposed no network at all.")
            return conclude(.failed(prefixed(failure, "No trial succeeded; the first one failed like this")), &decision)
        }
        decision.note(
            "scenario.winner", plan.id.text,
            ["trial": winner.id.description, "network": winner.networkName, "objective": "\(winner.objective ?? 0)"])
        let genome = try Genome(winner.genome)
        try add(try trial(trials.count, genome, "winner \(winner.id.number)"), &decision)
    }

    /// After the final training: registers what it gave, or, where it failed, what the winner's trial gave.
    private mutating func finish(_ decision: inout SearchDecision) throws {
        guard let last = trials.last, last.state.isFinal else { return }
        let result = last.state == .succeeded ? last : winner
        guard let result, let model = try model(of: result) else {
            let failure = last.failure ?? Failure(.internal, "The winner has no weights.")
            return conclude(.failed(prefixed(failure, "The winner could not be trained")), &decision)
        }
        decision.steps.append(.register(model))
    }

    private func conclude(_ conclusion: SearchDecision.Conclusion, _ decision: inout SearchDecision) {
        decision.conclusion = conclusion
        switch conclusion {
        case .failed(let failure):
            decision.note(
                "scenario.failed", plan.id.text, ["code": failure.code.rawValue, "message": failure.message])
        case .succeeded(let model):
            var attributes = ["model": model]
            if let result = trials.first(where: { $0.id.description == model }) {
                attributes["network"] = result.networkName
                attributes["code"] = result.code
                attributes["validation-accuracy"] = result.objective.map { "\($0)" }
                attributes["test-accuracy"] = result.metrics["test-accuracy"].map { "\($0)" }
                attributes["script"] = result.script?.hexadecimal
                attributes["weights"] = result.weights?.hexadecimal
            }
            decision.note("scenario.result", plan.id.text, attributes)
        }
    }

    private func prefixed(_ failure: Failure, _ what: String) -> Failure {
        var failure = failure
        failure.message = "\(what): \(failure.message)"
        failure.isRetriable = false
        return failure
    }
}
