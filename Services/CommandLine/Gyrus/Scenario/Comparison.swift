import DesignerClient
import Model

/// How early stopping affected the trials of a search.
struct HalvingSummary: CustomStringConvertible {
    private let paused: Int
    private let promoted: Int
    private let epochs: Double
    private let trials: Int

    /// Counts the trials; nil if none was stopped early.
    init?(_ trials: [Trial]) {
        let searched = trials.filter { !$0.purpose.isFinal }
        paused = searched.count { $0.state == .paused }
        promoted = searched.count { $0.rungs.count > ($0.state.isIdle ? 1 : 0) }
        epochs = searched.reduce(0) { $0 + ($1.metrics["epochs"] ?? 0) }
        self.trials = searched.count
        guard paused + promoted > 0 else { return nil }
    }

    var description: String {
        "early stopping: \(promoted) of \(trials) trials continued after their first pause, \(paused) are paused; "
            + "\(Int(epochs)) epochs in total"
    }
}

/// How trials compare on several metrics: which ones exceed a limit, and which ones no other trial beats.
struct Comparison {
    private let limits: Scenario.Limits
    private let costs: [Scenario.Cost]
    private let front: Set<Int>

    /// Reads the limits and costs of a scenario and the trials of its search.
    init(_ status: ScenarioStatus, _ progress: SearchProgress) {
        limits = status.facts?.limits ?? Scenario.Limits()
        costs = status.facts?.minimized ?? []
        front = costs.isEmpty ? [] : Set(progress.front.map(\.number))
    }

    /// A remark on a trial to show next to its state.
    func remark(on trial: Trial) -> String? {
        if trial.state.isMeasured, !trial.keeps(limits) { return "over the latency limit" }
        return front.contains(trial.id.number) ? "front" : nil
    }

    /// The Pareto front in one line; nil if only the objective counts.
    var summary: String? {
        guard !costs.isEmpty else { return nil }
        let names = (["objective"] + costs.map(\.rawValue)).joined(separator: ", ")
        let numbers = front.sorted().map(String.init).joined(separator: ", ")
        return
            "Pareto front (no other trial beats these in \(names) together): \(numbers.isEmpty ? "none yet" : numbers)"
    }
}
