package import DesignerClient
import Model
import Search

// Early stopping: `SuccessiveHalving` chooses the next training, and a trial's row holds the result of each of its
// trainings. After a restart it is replayed from the beginning; its answers follow from the rows.
extension SearchRun {
    /// Starts as many trainings as allowed: those of paused trials that deserve to continue, and those of new ones.
    /// - Returns: Whether there is nothing left to start.
    package mutating func proposeOrPromote(_ decision: inout SearchDecision) throws -> Bool {
        let space = space
        while var next = halving {
            switch next.ask() {
            case .finished: return true
            case .waiting: return false
            case .training(let training) where training.trial == trials.count:
                guard let answer = try searcher?.ask(where: space.isAllowed) else { return false }
                note(searcher?.takeDiagnostics() ?? [], in: &decision)
                switch answer {
                case .proposal(let proposal): try add(proposal, &decision)
                case .exhausted:
                    halving?.startNoMore()
                    continue
                case .waiting: return false
                }
            case .training(let training): try promote(training, &decision)
            }
            halving = next
            if let training = next.trainings.last { try tellHalving(of: training.trial) }
        }
        return false
    }

    /// Continues a paused trial; one that already continued before an interruption is left unchanged.
    private mutating func promote(_ training: SuccessiveHalving.Training, _ decision: inout SearchDecision) throws {
        guard trials[training.trial].state == .paused, trials[training.trial].rungs.count == training.rung else {
            return
        }
        trials[training.trial].state = .training
        let trial = trials[training.trial]
        decision.trials.append(trial)
        decision.note(
            "trial.promoted", trial.id.description,
            [
                "scenario": plan.id.text, "network": trial.networkName, "objective": "\(trial.objective ?? 0)",
                "epochs": "\(training.budget)",
            ])
        decision.steps.append(try step(for: trial))
    }

    /// Pauses a measured trial that could be trained for longer.
    /// - Returns: Whether it is paused.
    package mutating func pause(_ number: Int, _ decision: inout SearchDecision) -> Bool {
        guard let budgets = halving?.settings.budgets, !trials[number].purpose.isFinal,
            let objective = trials[number].objective
        else { return false }
        trials[number].rungs.append(objective)
        guard trials[number].rungs.count < budgets.count else { return false }
        trials[number].state = .paused
        let trial = trials[number]
        decision.note(
            "trial.paused", trial.id.description,
            [
                "scenario": plan.id.text, "network": trial.networkName, "objective": "\(objective)",
                "epochs": "\(budgets[trial.rungs.count - 1])",
            ])
        return true
    }

    /// Reports the known results of a trial's trainings.
    package mutating func tellHalving(of number: Int) throws {
        let trial = trials[number]
        guard var halving, !trial.purpose.isFinal else { return }
        for training in halving.trainings where training.trial == number {
            if trial.rungs.indices.contains(training.rung) {
                try halving.tell(training.number, outcome(of: trial, trial.rungs[training.rung]))
            } else if trial.state == .failed {
                try halving.tell(training.number, .failed)
            }
        }
        self.halving = halving
    }

    /// The epochs after which a trial's next training pauses; nil if it runs to its end.
    package func pause(of trial: Trial) -> Int? {
        guard let budgets = halving?.settings.budgets.dropLast(), !trial.purpose.isFinal,
            budgets.indices.contains(trial.rungs.count)
        else { return nil }
        return budgets[trial.rungs.count]
    }

    /// The total epochs of a trial at the end of its current training.
    package mutating func epochs(of trial: Trial) throws -> Int {
        try pause(of: trial) ?? budget(of: trial, candidate(of: trial)).epochs
    }
}
