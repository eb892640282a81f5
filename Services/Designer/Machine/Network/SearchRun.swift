import Brain
package import DesignerClient
import Model
package import Search

/// The state machine of a search for a network: trains and scores trials, then trains the best ones at length.
package struct SearchRun: SearchMachine {
    /// The plan of the search.
    package let plan: ScenarioPlan
    package let space: any CandidateSpace
    /// The state of the fusion; nil unless it is a fusion search.
    package var fusion: FusionPhase?
    package var trials: TrialList
    package var isPrepared: Bool
    private var seeds: [Genome]?
    package var searcher: Searcher?
    /// The state of early stopping; nil without it.
    package var halving: SuccessiveHalving?
    /// Whether replicas of the controllers found nothing more to write.
    package var isExhausted = false
    /// Files of answers for test samples, by trial, until the networks are registered.
    var answers: [Int: BlobDigest] = [:]
    /// Whether the time for trials is spent. A resumed search has all of it again.
    private var isTimeUp = false
    /// Seconds since the data was ready or the search was resumed; nil if unknown.
    private(set) var elapsed: Double?
    /// Candidates of trials under way, by genome: each is needed several times, and checking a network costs more than
    /// everything else in a search.
    private var candidates: [Genome: Candidate] = [:]

    package var searchSpace: SearchSpace { space.space }

    /// Resumes a search from its stored rows.
    /// - Throws: `Failure` if the scenario cannot be searched or its rows are invalid.
    package init(plan: ScenarioPlan, isPrepared: Bool, seeds: [Genome]?, trials: [Trial]) throws {
        self.plan = plan
        self.isPrepared = isPrepared
        self.seeds = seeds
        self.trials = TrialList(trials)
        space = try plan.candidateSpace
        fusion = (space as? FusionSpace).map { FusionPhase(space: $0) }
        halving = try plan.halving.map { SuccessiveHalving($0) }
        if let seeds { searcher = try makeSearcher(seeds) }
    }

    private func makeSearcher(_ seeds: [Genome]) throws -> Searcher {
        scenario.search.method.searcher(
            population: scenario.search.population, trials: scenario.search.trials, seed: scenario.search.seed,
            seeds: plan.seeds(seeds, in: space, limit: seedLimit), history: try history())
    }

    // MARK: Starting and continuing

    package mutating func resumeTasks(_ decision: inout SearchDecision) throws {
        if let budget = scenario.search.budget, trials.finals == 0 {
            decision.steps.append(.wait(seconds: budget * Scenario.Search.trialShare))
        }
        guard seeds != nil else {
            decision.steps.append(.requestSeeds(limit: seedLimit))
            return
        }
        for trial in trials where isReady(trial) && (trial.state == .training || trial.state == .evaluating) {
            decision.steps.append(try step(for: trial))
        }
        startReplicas(&decision)
        try advance(&decision)
    }

    package mutating func handle(_ event: SearchEvent, _ decision: inout SearchDecision) throws {
        switch event {
        case .prepared(.success):
            try beginPrepared(&decision)
        case .prepared(.failure(let failure)):
            conclude(.failed(prefixed(failure, "The dataset could not be prepared")), &decision)
        case .found(let knowledge):
            try seed(with: plan.start(from: knowledge, in: space), &decision)
        case .extracted(let modality, let result):
            try extracted(modality, result, &decision)
        case .trained(let number, let result):
            try trained(number, result, &decision)
        case .evaluated(let number, let result):
            try evaluated(number, result, &decision)
        case .timeUp:
            isTimeUp = true
            decision.note("scenario.time-up", plan.id.text, ["trials": "\(trials.count)"])
            try advance(&decision)
        case .tracked: preconditionFailure("a network search requests no tracks")
        case .written(let request):
            try place(request, &decision)
        case .abandoned(let failure):
            conclude(.failed(prefixed(failure, "The replicas of the controllers failed")), &decision)
        case .registered(let model, .success):
            conclude(.succeeded(model: model), &decision)
        case .registered(_, .failure(let failure)):
            conclude(.failed(prefixed(failure, "The resulting network could not be registered")), &decision)
        }
    }

    package mutating func note(elapsed seconds: Double) { elapsed = seconds }

    private mutating func seed(with genomes: [Genome], _ decision: inout SearchDecision) throws {
        seeds = genomes
        searcher = try makeSearcher(genomes)
        noteSeeds(genomes, in: &decision)
        startReplicas(&decision)
        try advance(&decision)
    }

    /// Proposes as many trials as allowed, and closes the search once it is over.
    package mutating func advance(_ decision: inout SearchDecision) throws {
        guard trials.finals == 0 else {
            try finish(&decision)
            return
        }
        if let failure = earlyFailure {
            conclude(.failed(failure), &decision)
            return
        }
        if try prepareFusion(&decision) { return }
        let isExhausted =
            if isTimeUp { true } else if scenario.search.replication != nil { self.isExhausted } else if halving != nil
            {
                try proposeOrPromote(&decision)
            } else { try propose(&decision) }
        guard trials.busy == 0, isExhausted || trials.count >= scenario.search.trials else { return }
        if trials.count < scenario.search.trials {
            decision.note("scenario.exhausted", plan.id.text, ["trials": "\(trials.count)"])
        }
        try trainFinalists(&decision)
    }

    /// Fills the free slots with new trials.
    /// - Returns: Whether there is nothing left to propose.
    private mutating func propose(_ decision: inout SearchDecision) throws -> Bool {
        let space = space
        while trials.count < scenario.search.trials, trials.unfinished < scenario.search.population, mayPropose {
            // In place: a copy of the searcher would copy its history.
            switch try searcher?.ask(where: space.isAllowed) {
            case .proposal(let proposal)?: try add(proposal, &decision)
            case .waiting?, nil: return false
            case .exhausted?: return true
            }
            note(searcher?.takeDiagnostics() ?? [], in: &decision)
        }
        return false
    }

    /// The candidate of a genome, cached until its trial ends.
    package mutating func candidate(_ genome: Genome) throws -> Candidate {
        if let known = candidates[genome] { return known }
        let candidate = try space.candidate(genome)
        candidates[genome] = candidate
        return candidate
    }

    /// Drops the candidate of a trial that has ended.
    package mutating func forget(_ trial: Trial) throws { candidates[try Genome(trial.genome)] = nil }

    /// A new trial.
    /// - Parameter purpose: Its purpose; nil to derive it from the candidate: to compare or to fuse it.
    package mutating func trial(
        _ number: Int, _ genome: Genome, origin: String, parents: [Int] = [], for purpose: TrialPurpose? = nil
    ) throws -> Trial {
        let candidate = try candidate(genome)
        return Trial(
            id: TrialID(scenario: plan.id, number: number), state: .training, genome: genome.description,
            purpose: purpose ?? Self.purpose(of: candidate), origin: origin, parents: parents,
            networkName: candidate.title, code: try candidate.code(accuracy: nil).description,
            metrics: ["parameters": Double(candidate.parameters), "operations": Double(candidate.operations)])
    }

    package mutating func add(_ proposal: Proposal, _ decision: inout SearchDecision) throws {
        try add(try trial(proposal), &decision)
    }

    package mutating func trial(_ proposal: Proposal) throws -> Trial {
        try trial(
            proposal.number, proposal.genome,
            origin: plan.origin(of: proposal, isSeed: searcher?.isSeed(proposal) == true, known: seeds),
            parents: proposal.parents)
    }

    package mutating func add(_ trial: Trial, _ decision: inout SearchDecision) throws {
        trials.append(trial)
        noteProposal(of: trial, in: &decision)
        decision.steps.append(try step(for: trial))
    }
}
