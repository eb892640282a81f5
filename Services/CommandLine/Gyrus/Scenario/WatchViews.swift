import DesignerClient
import Foundation
import Glibc
import Model
import Presentation

/// One way of showing a search.
protocol WatchView {
    mutating func show(_ status: ScenarioStatus, _ trials: [Trial], _ epochs: [Int: Epoch])
}

extension Trial {
    /// The trial in a few words, such as `trial 7` or `final training 48`.
    var title: String {
        // Trackers are not trained.
        purpose.isFinal ? "final \(tracker == nil ? "training" : "run") \(id.number)" : "trial \(id.number)"
    }

    /// The value of a metric on the validation split.
    func validation(_ metric: Metric) -> Double? {
        metrics[metric.name(on: "validation")] ?? objective.map(metric.utility)
    }

    /// The metric on the test split with its standard error, formatted for display; nil if it was not scored there.
    func test(_ metric: Metric) -> String? {
        let name = metric.name(on: "test")
        return metrics[name].map { Figures.value($0, of: metric, error: metrics[Metric.error(of: name)]) }
    }

    /// The trial's outcome, such as `validation 97.31 %, test 97.00 ± 0.41 %, 41,222 parameters, 12.1 s`.
    func outcome(_ metric: Metric) -> String {
        if let failure { return failure.message }
        var parts: [String] = []
        if let value = validation(metric) { parts.append("validation \(Figures.value(value, of: metric))") }
        if let test = test(metric) { parts.append("test \(test)") }
        if let epochs = metrics["epochs"], !rungs.isEmpty { parts.append("\(Int(epochs)) epochs") }
        if let parameters = metrics["parameters"] { parts.append("\(Figures.count(Int(parameters))) parameters") }
        if let seconds = metrics[TrainingCost.seconds] { parts.append("\(Figures.fixed(seconds, 1)) s") }
        return parts.joined(separator: ", ")
    }
}

extension Epoch {
    /// The metric on the validation split after this epoch, formatted for display; nil if it was not measured.
    fileprivate func validation(_ metric: Metric) -> String? {
        metrics[metric.name(on: "validation")].map { Figures.value($0, of: metric) }
    }
}

/// One line per event, for output that is not a terminal.
struct LineView: WatchView {
    let output: OutputStream
    private var state: ScenarioState?
    private var states: [Int: TrialState] = [:]
    private var epochs: [Int: Epoch] = [:]
    private var best: Int?
    private var hasPrepared = false

    init(output: OutputStream) {
        self.output = output
    }

    mutating func show(_ status: ScenarioStatus, _ trials: [Trial], _ epochs: [Int: Epoch]) {
        let metric = status.objective
        if state != status.state { line("\(status.name) (\(status.id)): \(status.state)") }
        state = status.state
        if status.state == .running && trials.isEmpty && !hasPrepared {
            hasPrepared = true
            line("  preparing the data")
        }
        for trial in trials {
            let number = trial.id.number
            let last = self.epochs[number]
            if let epoch = epochs[number], !trial.state.isIdle,
                last?.step != epoch.step || last?.metrics != epoch.metrics || last?.shortage != epoch.shortage
            {
                self.epochs[number] = epoch
                guard epoch.shortage.isEmpty else {
                    line("  \(trial.title) \(epoch.shortage)")
                    continue
                }
                let measured = (epoch.validation(metric).map { ", validation \($0)" } ?? "") + epoch.pace
                line("  \(trial.title): epoch \(epoch.step)/\(epoch.steps)\(measured)")
            }
            let before = states.updateValue(trial.state, forKey: number)
            guard before != trial.state else { continue }
            if trial.state.isIdle {
                line("  \(trial.title) \(trial.state): \(trial.outcome(metric)) – \(trial.networkName)")
            } else if !trial.rungs.isEmpty {
                if trial.state == .training { line("  \(trial.title) continues: \(trial.outcome(metric))") }
            } else if trial.state == .training {
                line("  \(trial.title) proposed (\(trial.origin)): \(trial.networkName)")
            }
        }
        if let trial = status.best, best != trial.id.number {
            best = trial.id.number
            line(
                "  best so far, \(status.endedTrials) of \(status.trials) trials: \(trial.title), \(trial.outcome(metric))"
                    + (RemainingTime(status, trials, epochs, at: Date()).map { "; \($0)" } ?? ""))
        }
    }

    private func line(_ text: String) { output.write("\(VisibleText.lines(text))\n") }
}

/// A few lines that are redrawn in place: progress bars for the search and for each training.
struct TerminalView: WatchView {
    let output: OutputStream
    private var drawn = 0

    init(output: OutputStream) {
        self.output = output
    }

    mutating func show(_ status: ScenarioStatus, _ trials: [Trial], _ epochs: [Int: Epoch]) {
        let metric = status.objective
        var lines = [
            "\(status.name) (\(status.id))  \(status.state)  \(status.endedTrials)/\(status.trials) trials  "
                + "\(bar(status.endedTrials, status.trials, 12))  "
                + Figures.duration((status.ended ?? Date()).timeIntervalSince(status.published))
                + (RemainingTime(status, trials, epochs, at: Date()).map { ", \($0)" } ?? "")
        ]
        if status.state == .running && trials.isEmpty { lines.append("  preparing the data") }
        if let best = status.best { lines.append("best  \(best.title)  \(best.outcome(metric))  \(best.networkName)") }
        let running = trials.filter { !$0.state.isIdle && (epochs[$0.id.number] != nil || $0.state == .evaluating) }
        for trial in running.prefix(8) { lines.append(row(trial, epochs[trial.id.number], metric)) }
        let waiting = trials.count { !$0.state.isIdle } - min(running.count, 8)
        if waiting > 0 { lines.append("  … and \(waiting) waiting for a worker") }
        if let halving = HalvingSummary(trials) { lines.append("  \(halving)") }
        let width = output.width ?? 80
        let text = lines.map(VisibleText.line).map {
            "\u{1B}[2K\($0.count > width ? String($0.prefix(width - 1)) + "…" : $0)\n"
        }.joined()
        let up = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
        // Clear the lines of the previous drawing that this one does not cover.
        let rest = max(0, drawn - lines.count)
        let clear = String(repeating: "\u{1B}[2K\n", count: rest) + (rest > 0 ? "\u{1B}[\(rest)A" : "")
        output.write(up + text + clear)
        drawn = lines.count
    }

    private func row(_ trial: Trial, _ epoch: Epoch?, _ metric: Metric) -> String {
        let title = "  \(trial.title)".padding(toLength: 22, withPad: " ", startingAt: 0)
        guard trial.state == .training, let epoch else { return "\(title) evaluating  \(trial.networkName)" }
        guard epoch.shortage.isEmpty else { return "\(title) \(epoch.shortage)" }
        let measured = (epoch.validation(metric).map { "  \($0)" } ?? "") + epoch.pace
        return
            "\(title) epoch \(epoch.step)/\(epoch.steps) \(bar(epoch.step, epoch.steps, 12))\(measured)  \(trial.networkName)"
    }

    private func bar(_ done: Int, _ all: Int, _ width: Int) -> String {
        let full = all > 0 ? min(width, done * width / all) : 0
        return "[" + String(repeating: "█", count: full) + String(repeating: "·", count: width - full) + "]"
    }
}
