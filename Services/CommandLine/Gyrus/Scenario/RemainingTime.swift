import DesignerClient
import Foundation
import Model

/// The estimated remaining time of a search, from the durations of its trials; includes the final trainings.
struct RemainingTime: CustomStringConvertible {
    let seconds: Double

    /// Nil if no trial has ended yet, or if none is left.
    init?(_ status: ScenarioStatus, _ trials: [Trial], _ epochs: [Int: Epoch], at time: Date) {
        guard status.state == .running, let facts = status.facts else { return nil }
        let elapsed = time.timeIntervalSince(status.published)
        if let budget = facts.budget {
            guard budget > elapsed else { return nil }
            seconds = budget - elapsed
            return
        }
        let ended = trials.filter { !$0.purpose.isFinal && $0.state.isIdle }
        let lengths = ended.compactMap { $0.metrics[TrainingCost.seconds] }
        guard elapsed > 0, !ended.isEmpty, !lengths.isEmpty else { return nil }
        let finals = trials.filter(\.purpose.isFinal)
        // Once final trainings run, no more trials start, however many the budget allows.
        let left = finals.isEmpty ? max(0, status.trials - ended.count) : 0
        let began = finals.isEmpty ? elapsed : lengths.reduce(0, +)
        let atATime = max(1, lengths.reduce(0, +) / max(began, 1))
        let mean = lengths.reduce(0, +) / Double(lengths.count)
        let share = finals.isEmpty ? Double(left) * elapsed / Double(ended.count) : 0
        let length = mean * facts.finalLength
        let undone = Self.undone(finals, epochs, of: facts.finalists)
        let rounds = undone.isEmpty ? 0 : max(undone.max() ?? 0, undone.reduce(0, +) / atATime)
        let sum = share + rounds * length
        guard sum > 0 else { return nil }
        seconds = sum
    }

    /// The remaining fraction of each final training.
    private static func undone(_ finals: [Trial], _ epochs: [Int: Epoch], of count: Int) -> [Double] {
        let begun = finals.map { trial -> Double in
            guard !trial.state.isIdle else { return 0 }
            guard let epoch = epochs[trial.id.number], epoch.steps > 0 else { return 1 }
            return 1 - Double(epoch.step) / Double(epoch.steps)
        }
        return (begun + Array(repeating: 1, count: max(0, count - finals.count))).filter { $0 > 0 }
    }

    /// Such as `about 4m10s left`.
    var description: String { "about \(Figures.duration(seconds)) left" }
}
