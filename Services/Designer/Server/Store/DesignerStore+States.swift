import DesignerClient
import DesignerSearch

// States and purposes as SQL conditions derived from the enumerations, so that no number or word is hard-coded in SQL.
extension DesignerStore {
    /// Trials with a task under way.
    static let isOpen = condition("trials.state", [TrialState.training, .evaluating].map(\.rawValue))
    /// Trials that have a result.
    static let isMeasured = condition("trials.state", TrialState.allCases.filter(\.isMeasured).map(\.rawValue))
    /// Trials that count as run.
    static let hasEnded = condition("trials.state", [TrialState.succeeded, .failed, .paused].map(\.rawValue))
    /// Scenarios whose search may still continue.
    static let isUnfinished = condition(
        "state", ScenarioState.allCases.filter { !$0.isFinal }.map(\.rawValue))
    /// Final trainings.
    static let isFinal = condition("purpose", TrialPurpose.Kind.finals.map { "'\($0.rawValue)'" })

    /// Condition that a column has one of some values.
    static func condition(_ column: String, _ values: [some Any]) -> String {
        "\(column) IN (\(values.map { "\($0)" }.joined(separator: ", ")))"
    }
}
