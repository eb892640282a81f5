import DesignerClient
import Foundation
import Model
import Presentation

/// A self-contained page about a search.
struct ReportPage {
    let status: ScenarioStatus
    let trials: [Trial]
    /// The manifest of the user's data; nil for built-in datasets.
    let manifest: DatasetManifest?
    /// Results of simple models on the same splits.
    let baselines: [Baseline]
    /// The command that fetches the result.
    let command: String

    /// Maximum number of trials in the table; the best are shown.
    private static let most = 500

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>\(VisibleText.html(status.name))</title>
        <meta name="viewport" content="width=device-width"><style>\(Self.style)</style></head><body>
        <h1>\(VisibleText.html(status.name))</h1>
        <p>\(VisibleText.html(summary))</p>
        <h2>The data</h2>\(data)
        <h2>What was tried</h2>\(chart)\(table)
        <h2>What won, and why</h2>\(winner)\(comparison)
        <h2>How to improve the result</h2>\(advice)
        <h2>How to use it</h2>\(use)
        <h2>The scenario</h2><pre>\(VisibleText.html(status.text))</pre>
        </body></html>
        """ + "\n"
    }

    private static let style = """
        body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222;background:#fff}
        table{border-collapse:collapse;margin:1em 0;font-size:.9em}td,th{padding:.2em .8em;text-align:left;
        border-bottom:1px solid #ddd}td.n{text-align:right;font-variant-numeric:tabular-nums}tr.w{background:#e8f4e8}
        pre{background:#f5f5f5;padding:1em;overflow:auto}svg{width:100%;height:auto}
        @media(prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1b}pre{background:#2a2a2a}tr.w{background:#234023}
        td,th{border-color:#444}}
        """

    private func rows(_ titles: [String], _ rows: [[String]], winner: Int? = nil) -> String {
        let head = titles.map { "<th>\(VisibleText.html($0))</th>" }.joined()
        let body = rows.enumerated().map { place, cells in
            let columns = cells.map { cell in
                let isNumber = Double(cell.replacing(",", with: "").replacing(" %", with: "")) != nil
                return "<td\(isNumber ? " class=\"n\"" : "")>\(VisibleText.html(cell))</td>"
            }
            return "<tr\(place == winner ? " class=\"w\"" : "")>\(columns.joined())</tr>"
        }
        return "<table><tr>\(head)</tr>\(body.joined(separator: "\n"))</table>"
    }

    // MARK: Sections

    private var summary: String {
        let time = status.ended.map { Figures.duration($0.timeIntervalSince(status.published)) }
        return "Scenario \(status.id) \(status.state): \(status.endedTrials) of \(status.trials) trials ended"
            + (time.map { ", in \($0)" } ?? "")
            + ". Networks were compared by \(status.objective.name) on the validation split."
    }

    private var data: String {
        guard let manifest else {
            return "<p>Built-in data; see the scenario below.</p>"
        }
        let samples = manifest.samples
        var text =
            "<p>\(VisibleText.html(manifest.name)): \(Figures.count(samples.training)) samples for training, "
            + "\(Figures.count(samples.validation)) for validation, \(Figures.count(samples.test)) for test.</p>"
        text += rows(
            ["input", "kind", "columns", "what networks read"],
            manifest.inputs.sorted { $0.key < $1.key }.map { name, input in
                [
                    name, input.signature.kind.rawValue, input.columns.joined(separator: ", "),
                    input.signature.shape.map(String.init).joined(separator: " × "),
                ]
            })
        if let counts = manifest.counts {
            text += rows(
                ["class", "training samples"], zip(manifest.target.names, counts).map { [$0, Figures.count($1)] })
        }
        let notes = manifest.notes.map { "<li>\(VisibleText.html($0))</li>" }.joined()
        return notes.isEmpty ? text : text + "<ul>\(notes)</ul>"
    }

    private var measured: [Trial] { trials.filter { $0.state.isMeasured && $0.objective != nil } }

    /// A point for each trial by its number, and a line for the best so far.
    private var chart: String {
        let points = measured.filter { !$0.purpose.isFinal }
        guard points.count > 1, let least = points.compactMap(\.objective).min(),
            let greatest = points.compactMap(\.objective).max(), greatest > least, let last = points.last?.id.number
        else { return "" }
        func place(_ trial: Trial) -> (x: Double, y: Double) {
            let share = ((trial.objective ?? least) - least) / (greatest - least)
            return (40 + 740 * Double(trial.id.number) / Double(max(1, last)), 200 - 180 * share)
        }
        var best = least
        var line: [String] = []
        for trial in points {
            best = max(best, trial.objective ?? least)
            let y = 200 - 180 * (best - least) / (greatest - least)
            line.append(String(format: "%.1f,%.1f", place(trial).x, y))
        }
        let dots = points.map { trial in
            let (x, y) = place(trial)
            return String(format: "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"#4477aa\"/>", x, y)
        }.joined()
        func label(_ value: Double) -> String {
            VisibleText.html(
                Figures.value(status.objective.direction == .maximize ? value : -value, of: status.objective))
        }
        return """
            <svg viewBox="0 0 800 230" role="img" aria-label="objective by trial">
            <polyline points="\(line.joined(separator: " "))" fill="none" stroke="#cc6677" stroke-width="1.5"/>\(dots)
            <text x="40" y="14" font-size="12" fill="currentColor">\(label(greatest))</text>
            <text x="40" y="224" font-size="12" fill="currentColor">\(label(least)); trials from left to right, line: best so far</text></svg>
            """
    }

    private var table: String {
        let failed = trials.filter { $0.state == .failed }.count
        let best = measured.sorted { ($0.objective ?? 0, $1.id.number) > ($1.objective ?? 0, $0.id.number) }
            .prefix(Self.most)
        let lines = best.map { trial in
            [
                trial.purpose.isFinal ? "\(trial.id.number) final" : "\(trial.id.number)", trial.networkName,
                trial.origin, value(trial, on: "validation"), value(trial, on: "test"),
                trial.metrics["parameters"].map { Figures.count(Int($0)) } ?? "–",
                trial.metrics[TrainingCost.seconds].map { Figures.fixed($0, 1) } ?? "–",
            ]
        }
        let note = failed > 0 ? "<p>\(failed) trials failed.</p>" : ""
        return rows(
            ["trial", "network", "proposed by", "validation", "test", "parameters", "seconds"], lines,
            winner: best.firstIndex { $0.id == status.best?.id }) + note
    }

    private func value(_ trial: Trial, on split: String) -> String {
        let name = status.objective.name(on: split)
        return Figures.value(trial.metrics[name], of: status.objective, error: trial.metrics[Metric.error(of: name)])
    }

    private var winner: String {
        guard let best = status.best else { return "<p>There is no winner yet.</p>" }
        let reason =
            best.purpose == .ensemble
            ? "several final networks answer together, because the mean of their answers is usually better than each alone"
            : "it has the best validation \(status.objective.name) of all fully trained networks"
        var text =
            "<p><strong>\(VisibleText.html(best.networkName))</strong> (trial \(best.id.number), \(VisibleText.html(best.origin))): \(reason).</p>"
        let metrics = Metric.all.filter { !$0.tasks.isDisjoint(with: status.objective.tasks) }.flatMap { metric in
            ["validation", "test"].compactMap { split -> [String]? in
                let name = metric.name(on: split)
                guard let value = best.metrics[name] else { return nil }
                return [name, Figures.value(value, of: metric, error: best.metrics[Metric.error(of: name)])]
            }
        }
        text += rows(["metric", "value ± standard error"], metrics)
        text += "<p>\(VisibleText.html(confidence(best)))</p>"
        if let gain = SearchGain(trials, objective: status.objective)?.sentence(on: best) {
            text += "<p>\(VisibleText.html(gain))</p>"
        }
        return text
    }

    /// Whether the winner's lead is statistically significant.
    private func confidence(_ best: Trial) -> String {
        let name = status.objective.name(on: "test")
        if let reason = best.missingError(of: status.objective) { return reason }
        let others = trials.filter { $0.purpose.isFinal && $0.id != best.id && $0.metrics[name] != nil }
        guard let value = best.metrics[name], let error = best.metrics[Metric.error(of: name)] else {
            return
                "There is no measurement on a test split. The network was chosen by the metrics above, so they are "
                + "probably slightly too optimistic."
        }
        let range =
            "With the standard error, 95 % of repetitions would lie between "
            + "\(Figures.value(value - 1.96 * error, of: status.objective)) and "
            + "\(Figures.value(value + 1.96 * error, of: status.objective))."
        guard
            let second = others.max(by: {
                status.objective.utility(of: $0.metrics[name] ?? 0)
                    < status.objective.utility(of: $1.metrics[name] ?? 0)
            }), let near = second.metrics[name]
        else { return range }
        let lead = status.objective.utility(of: value) - status.objective.utility(of: near)
        let other = second.metrics[Metric.error(of: name)] ?? error
        let isClear = lead > 1.96 * (error * error + other * other).squareRoot()
        return range + " The next finalist, \(second.networkName), has \(Figures.value(near, of: status.objective)): "
            + (isClear ? "the lead is larger than chance would explain." : "the difference may be due to chance.")
    }

    /// The winner compared with simple models.
    private var comparison: String {
        guard let best = status.best, !baselines.isEmpty else { return "" }
        let columns = ["validation", "test"].map { status.objective.name(on: $0) }
        let lines = ([(best.networkName, best.metrics)] + baselines.map { ($0.name, $0.metrics) }).map {
            name, metrics in
            [name]
                + columns.map {
                    Figures.value(metrics[$0], of: status.objective, error: metrics[Metric.error(of: $0)])
                }
        }
        let verdict = SimpleModels(baselines, objective: status.objective).verdict(on: best)
        return "<h3>Compared with simple models</h3>" + rows(["model"] + columns, lines, winner: 0)
            + (verdict.map { "<p>\(VisibleText.html($0))</p>" } ?? "")
    }

    private var advice: String {
        let advice = ReportAdvice(status: status, trials: trials, manifest: manifest, baselines: baselines).lines
        guard !advice.isEmpty else { return "<p>These results suggest nothing else to try.</p>" }
        return "<ul>\(advice.map { "<li>\(VisibleText.html($0))</li>" }.joined())</ul>"
    }

    private var use: String {
        guard status.best != nil else { return "<p>There is no network yet.</p>" }
        return """
            <pre>\(VisibleText.html(command))
            gyrus predict DIR FILE…          # predicts on new data
            gyrus evaluate DIR --data PATH   # evaluates it on more data
            gyrus serve DIR                  # serves it over HTTP
            python DIR/example.py new.csv    # without Gyrus</pre>
            """
    }
}
