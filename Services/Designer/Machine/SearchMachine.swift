import Brain
package import DesignerClient
package import Model
package import Search

/// The state machine of a scenario's search, whatever it searches for: it receives reports and decides what comes next.
///
/// It performs no actions: the runner writes its decisions to disk and then carries them out. All its state follows
/// from what was written, so a search that was interrupted anywhere continues from its rows with the same trace.
package protocol SearchMachine {
    /// The plan of the search.
    var plan: ScenarioPlan { get }
    /// The space from which the search proposes genomes.
    var searchSpace: SearchSpace { get }
    /// The trials by number.
    var trials: TrialList { get }

    /// Whether the scenario's data is prepared.
    var isPrepared: Bool { get set }

    /// Resumes the tasks that were under way, now that the data is prepared.
    mutating func resumeTasks(_ decision: inout SearchDecision) throws
    /// Adds the consequences of a report to a decision.
    mutating func handle(_ event: SearchEvent, _ decision: inout SearchDecision) throws
    /// Says how long the search has been running since its data was ready or it was resumed, in seconds.
    mutating func note(elapsed seconds: Double)
}

extension SearchMachine {
    package var scenario: Scenario { plan.scenario }

    package mutating func note(elapsed seconds: Double) {}

    /// The first decision after a start: begin, or resume the tasks that were under way.
    package mutating func begin() throws -> SearchDecision {
        var decision = SearchDecision()
        guard isPrepared else {
            decision.steps = [preparation]
            return decision
        }
        try resumeTasks(&decision)
        return decision
    }

    /// The data is prepared: begin.
    package mutating func beginPrepared(_ decision: inout SearchDecision) throws {
        isPrepared = true
        decision.isPrepared = true
        decision.note("scenario.prepared", plan.id.text, ["recipe": scenario.data.id])
        try resumeTasks(&decision)
    }

    /// The decision after some reports; empty once the search has concluded.
    package mutating func handle(_ events: [SearchEvent]) throws -> SearchDecision {
        var decision = SearchDecision()
        for event in events where decision.conclusion == nil { try handle(event, &decision) }
        return decision
    }

    /// The order that prepares the scenario's data.
    package var preparation: SearchDecision.Step {
        .prepare(PreparationOrder(id: "\(plan.group)/prepare", group: plan.group, data: scenario.data))
    }

    /// Half of the first population, so that the search also explores what nobody has tried.
    package var seedLimit: Int { max(1, scenario.search.population / 2) }

    /// Why the search cannot succeed: all of its first population failed.
    package var earlyFailure: Failure? {
        let first = trials.prefix(min(scenario.search.population, scenario.search.trials))
        guard first.count == min(scenario.search.population, scenario.search.trials),
            first.allSatisfy({ $0.state == .failed }), let failure = trials.first?.failure
        else { return nil }
        return prefixed(failure, "The first \(first.count) trials all failed. First failure")
    }

    package func conclude(_ conclusion: SearchDecision.Conclusion, _ decision: inout SearchDecision) {
        switch conclusion {
        case .failed(let failure): decision.fail(failure, plan.id)
        case .succeeded(let model):
            decision.conclusion = conclusion
            decision.shortfall = shortfall
            var attributes = ["model": model]
            attributes["lost-trials"] = lostTrials > 0 ? "\(lostTrials)" : nil
            if let result = trials.first(where: { $0.id.description == model }) {
                attributes["network"] = result.networkName
                attributes["code"] = result.code
                for split in ["validation", "test"] {
                    let name = scenario.objective.name(on: split)
                    attributes[name] = result.metrics[name].map { "\($0)" }
                }
                attributes["script"] = result.network?.script.hexadecimal
                attributes["weights"] = result.network?.weights.hexadecimal
            }
            decision.note("scenario.result", plan.id.text, attributes)
        }
    }

    /// Number of trials that failed because of machines, disks or connections, not because of their networks.
    private var lostTrials: Int {
        trials.count { trial in
            trial.state == .failed && [.unavailable, .busy, .deadlineExceeded].contains(trial.failure?.code)
        }
    }

    /// A warning about lost trials of a successful search; nil if there are none.
    private var shortfall: Failure? {
        guard lostTrials > 0 else { return nil }
        return Failure(
            .unavailable,
            "\(lostTrials) of \(trials.count) trials were lost to machine, disk or connection faults and count as"
                + " failed; a search without such faults may find another network.", isRetriable: false)
    }

    package func prefixed(_ failure: Failure, _ what: String) -> Failure {
        var failure = failure
        failure.message = "\(what): \(failure.message)"
        failure.isRetriable = false
        return failure
    }

    /// The earlier proposals and outcomes, from the rows.
    package func history() throws -> SearchHistory {
        try SearchHistory(
            trials.filter { !$0.purpose.isFinal }.map { trial in
                (try Proposal(trial), outcome(of: trial))
            }, in: searchSpace)
    }

    /// Reports the initial genomes and the method of the search.
    package func noteSeeds(_ seeds: [Genome], in decision: inout SearchDecision) {
        let choice = scenario.search.method.choice(in: searchSpace, trials: scenario.search.trials)
        decision.seeds = seeds
        decision.note(
            "scenario.seeded", plan.id.text,
            [
                "count": "\(seeds.count)", "genomes": seeds.map(\.description).joined(separator: " "),
                "method": choice.method.rawValue, "reason": choice.reason,
            ])
    }

    /// Reports what the searcher has learned.
    package func note(_ diagnostics: [SearchDiagnostics], in decision: inout SearchDecision) {
        for diagnostic in diagnostics {
            var attributes = ["trials": "\(diagnostic.trials)"]
            switch diagnostic.findings {
            case .entropies(let entropies):
                for (name, bits) in entropies { attributes["entropy.\(name)"] = "\(bits)" }
            case .map(let places, let ranking):
                attributes["ranking"] = "\(ranking)"
                let digits = { (value: Double) in (value * 1_000).rounded() / 1_000 }
                attributes["map"] = places.map { "\($0.trial):\(digits($0.x)):\(digits($0.y))" }.joined(separator: " ")
            }
            decision.note("scenario.learned", plan.id.text, attributes)
        }
    }

    /// Reports a new trial.
    package func noteProposal(of trial: Trial, in decision: inout SearchDecision) {
        decision.trials.append(trial)
        decision.note(
            "trial.proposed", trial.id.description,
            [
                "scenario": plan.id.text, "genome": trial.genome, "network": trial.networkName,
                "origin": trial.origin,
            ])
    }

    /// Reports a failed trial; it counts as worse than any other, and the search continues.
    package func noteFailure(_ failure: Failure, of trial: Trial, in decision: inout SearchDecision) {
        decision.note(
            "trial.failed", trial.id.description,
            ["scenario": plan.id.text, "code": failure.code.rawValue, "message": failure.message])
    }

    /// Reports a trial whose candidate is among the best.
    package func noteFinalist(_ trial: Trial, in decision: inout SearchDecision) {
        decision.note(
            "scenario.finalist", plan.id.text,
            ["trial": trial.id.description, "network": trial.networkName, "objective": "\(trial.objective ?? 0)"])
    }

    /// The outcome of a trial for the knowledge service.
    /// - Parameter structures: The structure that reads each modality, if the search chooses whole structures.
    package func observation(of trial: Trial, structures: [String: String] = [:]) -> TrialObservation {
        TrialObservation(
            trial: trial.id.description, scenario: plan.id, text: plan.text, genome: trial.genome,
            space: searchSpace.description, code: trial.code, objective: trial.objective ?? 0, metrics: trial.metrics,
            functions: plan.resolved.functions, activations: plan.explanation?.activations,
            structures: structures.isEmpty ? nil : structures)
    }
}

extension Proposal {
    /// The proposal behind a trial.
    package init(_ trial: Trial) throws {
        self.init(
            number: trial.id.number, genome: try Genome(trial.genome), origin: trial.origin, parents: trial.parents)
    }
}
