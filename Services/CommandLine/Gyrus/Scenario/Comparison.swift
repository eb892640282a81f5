import DesignerClient
import Model

/// What early stopping did to the trials of a search.
struct HalvingSummary: CustomStringConvertible {
    private let paused: Int
    private let promoted: Int
    private let epochs: Double
    private let trials: Int

    /// Counts; nil where no trial was stopped early.
    init?(_ trials: [Trial]) {
        let searched = trials.filter { !$0.purpose.isFinal }
        paused = searched.count { $0.state == .paused }
        promoted = searched.count { $0.rungs.count > ($0.state.isIdle ? 1 : 0) }
        epochs = searched.reduce(0) { $0 + ($1.metrics["epochs"] ?? 0) }
        self.trials = searched.count
        guard paused + promoted > 0 else { return nil }
    }

    var description: String {
        "stopped early: \(promoted) of \(trials) trials went on after their first pause, \(paused) are paused; "
            + "\(Int(epochs)) epochs in all"
    }
}

/// How trials compare where more counts than one figure: those that break a limit, and those that no other beats.
struct Comparison {
    private let limits: Scenario.Limits
    private let costs: [Scenario.Cost]
    private let front: Set<Int>

    /// Takes a scenario, and how its search went.
    init(_ status: ScenarioStatus, _ progress: SearchProgress) {
        limits = status.facts?.limits ?? Scenario.Limits()
        costs = status.facts?.minimized ?? []
        front = costs.isEmpty ? [] : Set(progress.front.map(\.number))
    }

    /// What is to be said of a trial beside its state.
    func remark(on trial: Trial) -> String? {
        if trial.state.isMeasured, !trial.keeps(limits) { return "over the limit of latency" }
        return front.contains(trial.id.number) ? "front" : nil
    }

    /// What the front is, in a line; nil where only the objective counts.
    var summary: String? {
        guard !costs.isEmpty else { return nil }
        let names = (["objective"] + costs.map(\.rawValue)).joined(separator: ", ")
        let numbers = front.sorted().map(String.init).joined(separator: ", ")
        return "Front (no other trial is better in \(names) together): \(numbers.isEmpty ? "none yet" : numbers)"
    }
}
