import DesignerClient
import Foundation
import Model

/// A scenario's trials as files for other programs.
struct TrialExport {
    let status: ScenarioStatus
    let trials: [Trial]

    /// All trials of a scenario.
    static func trials(_ designer: DesignerClient, of status: ScenarioStatus) async throws -> [Trial] {
        var trials: [Trial] = []
        while true {
            let page = try await designer.trials(of: status.id.text, from: trials.count)
            trials += page
            if page.isEmpty { return trials }
        }
    }

    /// Writes JSON, or a table with a column for each metric, depending on the file's extension.
    func write(to file: URL) throws {
        switch file.pathExtension.lowercased() {
        case "json": try Data("\(json(rows))\n".utf8).write(to: file, options: .atomic)
        case "csv": try Data(csv.utf8).write(to: file, options: .atomic)
        default:
            throw Failure(
                .invalidArgument,
                "cannot write trials to '\(file.lastPathComponent)': its name must end in .csv or .json")
        }
    }

    private var rows: [TrialRow] {
        trials.map { TrialRow($0, metric: status.objective, isWinner: $0.id == status.best?.id, remark: nil) }
    }

    private var csv: String {
        let metrics = Set(trials.flatMap(\.metrics.keys)).sorted()
        let titles = ["trial", "final", "winner", "state", "network", "code", "genome", "origin"] + metrics
        let lines = rows.map { row in
            [
                "\(row.trial)", "\(row.isFinal)", "\(row.isWinner)", row.state, row.network, row.code, row.genome,
                row.origin,
            ]
                + metrics.map { name in row.metrics[name].map { "\($0)" } ?? "" }
        }
        return ([titles] + lines).map(PredictionSink.line).joined(separator: "\n") + "\n"
    }

    /// Writes a TensorBoard run for each trial.
    /// - Parameter history: The reports of the trainings.
    func write(tensorBoard folder: URL, _ history: TrialHistory) throws {
        for trial in trials {
            let points = history.points[trial.id.number] ?? []
            let start = points.first?.time ?? status.published
            var file = TensorBoardFile(start)
            for point in points {
                let values = point.metrics.map { ("epoch/\($0)", $1) }
                file.add(Dictionary(uniqueKeysWithValues: values), step: point.step, time: point.time)
            }
            let end = points.last ?? .init(time: status.ended ?? start, step: 0, metrics: [:])
            let results = trial.metrics.map { ("result/\($0)", $1) }
            if !results.isEmpty {
                file.add(Dictionary(uniqueKeysWithValues: results), step: end.step, time: end.time)
            }
            let kind = trial.purpose.isFinal ? "final" : "trial"
            try file.write(
                into: folder.appending(path: "\(kind)-\(String(format: "%04d", trial.id.number))"), start: start)
        }
    }
}
