import Brain
package import DesignerClient
package import Model
package import Search

/// The state machine of a scenario's search, whatever is searched: it is told what happened and decides what comes next.
///
/// It acts on nothing: the runner writes its decisions to disk and then does what they ask for. Everything it knows follows
/// from what was written, so a search that was interrupted anywhere continues from its rows with the same trace.
package protocol SearchCourse {
    /// What it is made from.
    var plan: ScenarioPlan { get }
    /// What is chosen from.
    var searchSpace: SearchSpace { get }
    /// The trials by number.
    var trials: [Trial] { get }

    /// What to do after a start: begin, or take up what was under way.
    mutating func begin() throws -> SearchDecision
    /// Adds to a decision what follows from something that happened.
    mutating func handle(_ occurrence: SearchOccurrence, _ decision: inout SearchDecision) throws
}

extension SearchCourse {
    package var scenario: Scenario { plan.scenario }

    /// What to do after some things happened; nothing more once it has concluded.
    package mutating func handle(_ occurrences: [SearchOccurrence]) throws -> SearchDecision {
        var decision = SearchDecision()
        for occurrence in occurrences where decision.conclusion == nil { try handle(occurrence, &decision) }
        return decision
    }

    /// What makes the scenario's data ready.
    package var preparation: SearchDecision.Step {
        .prepare(PreparationOrder(id: "\(plan.group)/prepare", group: plan.group, data: scenario.data))
    }

    /// Half of the first population, so that the search also sees what nobody has tried.
    package var seedLimit: Int { max(1, scenario.search.population / 2) }

    /// Why the search cannot succeed: all of its first population failed.
    package var hopelessness: Failure? {
        let first = trials.prefix(min(scenario.search.population, scenario.search.trials))
        guard first.count == min(scenario.search.population, scenario.search.trials),
            first.allSatisfy({ $0.state == .failed }), let failure = trials.first?.failure
        else { return nil }
        return prefixed(failure, "The first \(first.count) trials all failed, the first one like this")
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

    /// Trials that ended without a measurement because of machines, disks or connections, not because of their networks.
    private var lostTrials: Int {
        trials.count { trial in
            trial.state == .failed && [.unavailable, .busy, .deadlineExceeded].contains(trial.failure?.code)
        }
    }

    /// A warning about the trials that a successful search lost; nil if it lost none.
    private var shortfall: Failure? {
        guard lostTrials > 0 else { return nil }
        return Failure(
            .unavailable,
            "\(lostTrials) of \(trials.count) trials were lost to faults of machines, disks or connections and count as"
                + " failed, so an undisturbed search may find another network.", isRetriable: false)
    }

    package func prefixed(_ failure: Failure, _ what: String) -> Failure {
        var failure = failure
        failure.message = "\(what): \(failure.message)"
        failure.isRetriable = false
        return failure
    }

    /// What was proposed and told before, as the rows have it.
    package func history() throws -> SearchHistory {
        try SearchHistory(
            trials.filter { !$0.purpose.isFinal }.map { trial in
                (try Proposal(trial), outcome(of: trial))
            }, in: searchSpace)
    }

    /// Tells with what a search begins, and by which method it goes on.
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

    /// Tells what the searcher has learned.
    package func noteInsights(of searcher: inout Searcher, in decision: inout SearchDecision) {
        for insight in searcher.takeInsights() {
            var attributes = ["trials": "\(insight.trials)"]
            switch insight.figures {
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

    /// Tells of a new trial.
    package func noteProposal(of trial: Trial, in decision: inout SearchDecision) {
        decision.trials.append(trial)
        decision.note(
            "trial.proposed", trial.id.description,
            [
                "scenario": plan.id.text, "genome": trial.genome, "network": trial.networkName,
                "origin": trial.origin,
            ])
    }

    /// Tells of a trial that failed; it counts as worse than any other, and the search goes on.
    package func noteFailure(_ failure: Failure, of trial: Trial, in decision: inout SearchDecision) {
        decision.note(
            "trial.failed", trial.id.description,
            ["scenario": plan.id.text, "code": failure.code.rawValue, "message": failure.message])
    }

    /// Tells of a trial whose candidate is among the best.
    package func noteFinalist(_ trial: Trial, in decision: inout SearchDecision) {
        decision.note(
            "scenario.finalist", plan.id.text,
            ["trial": trial.id.description, "network": trial.networkName, "objective": "\(trial.objective ?? 0)"])
    }

    /// The outcome of a trial for the knowledge service.
    package func observation(of trial: Trial) -> TrialObservation {
        TrialObservation(
            trial: trial.id.description, scenario: plan.id, text: plan.text, genome: trial.genome,
            space: searchSpace.description, code: trial.code, objective: trial.objective ?? 0, metrics: trial.metrics,
            functions: plan.resolved.functions, activations: plan.explanation?.activations)
    }
}

extension Proposal {
    /// The proposal that a trial tries.
    package init(_ trial: Trial) throws {
        self.init(
            number: trial.id.number, genome: try Genome(trial.genome), origin: trial.origin, parents: trial.parents)
    }
}
