package import DesignerClient
import EvaluatorClient
import Model
package import Search
import Tracking
package import TrackingSearch

/// The state machine of a tracker search: scores trials without any training, and keeps the best one's tracks.
///
/// The first trials are the trackers of the papers with each detector, so the result is never below a published
/// setting.
package struct TrackingRun: SearchMachine {
    package let plan: ScenarioPlan
    package let space: TrackingSpace
    package private(set) var trials: TrialList
    package var isPrepared: Bool
    private var searcher: Searcher?

    package var searchSpace: SearchSpace { space.space }

    /// Resumes a search from its stored rows.
    /// - Throws: `Failure` if the scenario cannot be searched or its rows are invalid.
    package init(plan: ScenarioPlan, isPrepared: Bool, seeds: [Genome]?, trials: [Trial]) throws {
        self.plan = plan
        self.isPrepared = isPrepared
        self.trials = TrialList(trials)
        space = try plan.trackingSpace
        if let seeds { searcher = try makeSearcher(seeds) }
    }

    private func makeSearcher(_ known: [Genome]) throws -> Searcher {
        let fixed = space.defaults
        return scenario.search.method.searcher(
            population: max(scenario.search.population, fixed.count), trials: scenario.search.trials,
            seed: scenario.search.seed, seeds: fixed + known.filter { !fixed.contains($0) }, history: try history())
    }

    // MARK: Starting and continuing

    package mutating func resumeTasks(_ decision: inout SearchDecision) throws {
        guard searcher != nil else {
            decision.steps = [.requestSeeds(limit: seedLimit)]
            return
        }
        decision.steps = try trials.filter { !$0.state.isFinal }.map(step)
        try advance(&decision)
    }

    package mutating func handle(_ event: SearchEvent, _ decision: inout SearchDecision) throws {
        switch event {
        case .prepared(.success):
            try beginPrepared(&decision)
        case .prepared(.failure(let failure)):
            conclude(.failed(prefixed(failure, "The sequences could not be prepared")), &decision)
        case .found(let knowledge):
            searcher = try makeSearcher(knowledge.genomes)
            noteSeeds(knowledge.genomes, in: &decision)
            try advance(&decision)
        case .tracked(let number, let result):
            try tracked(number, result, &decision)
        case .registered(let model, .success):
            conclude(.succeeded(model: model), &decision)
        case .registered(_, .failure(let failure)):
            conclude(.failed(prefixed(failure, "The resulting tracker could not be registered")), &decision)
        case .trained, .evaluated, .extracted, .written, .abandoned, .timeUp:
            preconditionFailure("a tracker search trains nothing")
        }
    }

    /// Proposes as many trials as allowed, and closes the search once it is over.
    private mutating func advance(_ decision: inout SearchDecision) throws {
        guard trials.finals == 0 else { return try finish(&decision) }
        if let failure = earlyFailure { return conclude(.failed(failure), &decision) }
        let isExhausted = try propose(&decision)
        guard trials.unfinished == 0, isExhausted || trials.count >= scenario.search.trials else { return }
        try trainFinalists(&decision)
    }

    /// Fills the free slots with new trials.
    /// - Returns: Whether there is nothing left to propose.
    private mutating func propose(_ decision: inout SearchDecision) throws -> Bool {
        let space = space
        while trials.count < scenario.search.trials, trials.unfinished < scenario.search.population {
            switch try searcher?.ask(where: space.isCanonical) {
            case .proposal(let proposal)?:
                let isFixed = space.defaults.contains(proposal.genome)
                try add(
                    proposal.number, proposal.genome, for: isFixed ? .baseline : .candidate,
                    origin: isFixed ? "fixed" : proposal.origin, parents: proposal.parents, &decision)
            case .waiting?, nil: return false
            case .exhausted?: return true
            }
        }
        return false
    }

    // MARK: Trials

    private mutating func add(
        _ number: Int, _ genome: Genome, for purpose: TrialPurpose, origin: String, parents: [Int] = [],
        _ decision: inout SearchDecision
    ) throws {
        let setup = space.candidate(genome)
        let trial = Trial(
            id: TrialID(scenario: plan.id, number: number), state: .evaluating, genome: genome.description,
            purpose: purpose, origin: origin, parents: parents, networkName: setup.description,
            code: try setup.code(dataset: dataset, accuracy: nil).description)
        trials.append(trial)
        noteProposal(of: trial, in: &decision)
        decision.steps.append(try step(for: trial))
    }

    private var dataset: String { scenario.data.video?.dataset ?? "" }

    private func step(for trial: Trial) throws -> SearchDecision.Step {
        let genome = try Genome(trial.genome)
        let task = TrackingTask(
            dataset: scenario.data.id, setup: space.candidate(genome), heldOut: scenario.data.video?.heldOut ?? [],
            keepsTracks: trial.purpose.isFinal)
        let id = "\(plan.group)/\(trial.id.number)/track"
        return .track(Order(id: id, group: plan.group, genome: genome, task: task), number: trial.id.number)
    }

    private mutating func tracked(
        _ number: Int, _ result: Result<TrackingResult, Failure>, _ decision: inout SearchDecision
    ) throws {
        guard trials.indices.contains(number), !trials[number].state.isFinal else { return }
        do {
            try succeed(number, try result.get(), &decision)
        } catch let failure as Failure {
            trials[number].state = .failed
            trials[number].failure = failure
            noteFailure(failure, of: trials[number], in: &decision)
        }
        decision.trials.append(trials[number])
        if !trials[number].purpose.isFinal, let outcome = outcome(of: trials[number]) {
            try searcher?.tell(number, outcome)
        }
        try advance(&decision)
    }

    private mutating func succeed(_ number: Int, _ result: TrackingResult, _ decision: inout SearchDecision) throws {
        let name = scenario.objective.name
        guard let value = result.metrics[name], value.isFinite else {
            throw Failure(.internal, "The evaluation of the tracks reported no number for \(name).")
        }
        var trial = trials[number]
        trial.state = .succeeded
        trial.objective = value
        trial.metrics = result.metrics.filter(\.value.isFinite)
        trial.metrics[scenario.objective.name(on: "test")] = trial.metrics["held-out/\(name)"]
        if let setup = result.setup, let tracks = result.tracks {
            trial.artifact = .tracker(setup: setup, tracks: tracks)
        }
        let setup = space.candidate(try Genome(trial.genome))
        trial.code = try setup.code(dataset: dataset, accuracy: accuracy(of: trial)).description
        trials[number] = trial
        decision.note(
            "trial.finished", trial.id.description,
            ["scenario": plan.id.text, "network": trial.networkName, "objective": "\(value)"])
        if !trial.purpose.isFinal { decision.deliveries.append(.observation(observation(of: trial))) }
    }

    /// The objective that stands for accuracy in codes: on the held-out sequences or, without any, on the others.
    private func accuracy(of trial: Trial) -> Double? {
        let value = trial.metrics[scenario.objective.name(on: "test")] ?? trial.objective
        return value.flatMap { (0...1).contains($0) ? $0 : nil }
    }

    // MARK: The end

    /// Orders the tracks of the best trial once more, to store them.
    private mutating func trainFinalists(_ decision: inout SearchDecision) throws {
        guard let best = ranking.first else {
            let failure = trials.first?.failure ?? Failure(.internal, "The search proposed no tracker at all.")
            return conclude(.failed(prefixed(failure, "No trial succeeded. First failure")), &decision)
        }
        noteFinalist(best, in: &decision)
        let source = best.id.number
        try add(
            trials.count, Genome(best.genome), for: .final(of: source), origin: "final \(source)", &decision)
    }

    private func finish(_ decision: inout SearchDecision) throws {
        guard trials.allSatisfy(\.state.isFinal), let trial = trials.last(where: \.purpose.isFinal) else { return }
        guard let (setup, tracks) = trial.tracker else {
            let failure = trial.failure ?? Failure(.internal, "The best tracker's tracks were not stored.")
            return conclude(.failed(prefixed(failure, "The best tracker could not be run to the end")), &decision)
        }
        let model = TrackerModel(
            id: trial.id.description, scenario: plan.id.text, value: space.candidate(try Genome(trial.genome)),
            code: try ArtificialCode(trial.code), accuracy: accuracy(of: trial), setup: setup, tracks: tracks,
            metrics: trial.metrics, recipe: scenario.data.id, series: scenario.name)
        decision.steps.append(.registerTracker(model))
    }
}
