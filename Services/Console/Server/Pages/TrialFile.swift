import DesignerClient
import Model

/// Trials as a CSV file (RFC 4180), with one column for each metric that any of them has.
struct TrialFile {
    let text: String

    init(_ trials: [Trial], metric: Metric) {
        let measured = Set(trials.flatMap(\.metrics.keys)).sorted()
        let heads = ["trial", "state", "origin", "network", "genome", "code", "objective", "failure"]
        let rows = trials.map { trial in
            [
                "\(trial.id.number)", trial.state.description, trial.origin, trial.networkName, trial.genome,
                trial.code,
                trial.objective.map { "\(metric.utility(of: $0))" } ?? "", trial.failure?.message ?? "",
            ] + measured.map { name in trial.metrics[name].map { "\($0)" } ?? "" }
        }
        text = ([heads + measured] + rows).map { $0.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
    }

    /// Keeps spreadsheet programs from reading a text as a formula.
    private static func field(_ text: String) -> String {
        let isFormula = text.first.map { "=+@\t".contains($0) } ?? false || (text.hasPrefix("-") && Double(text) == nil)
        let text = isFormula ? "'" + text : text
        guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
