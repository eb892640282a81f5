import DesignerClient
import Foundation
import Model
import Presentation

/// The progress of a search: statistics, charts and one page of its trials.
struct SearchReport: Sendable {
    /// Maximum number of trials shown as dots.
    static let sample = 600
    /// Maximum number of trainings with a learning curve: the latest ones.
    private static let curves = 24

    let status: ScenarioStatus
    let progress: SearchProgress
    let trials: [Trial]
    let table: TrialTable
    /// Number of trials that pass the table's filter; nil without a filter.
    var fitting: Int?
    /// The latest reports of the trainer's workers, and which workers left; nil if the trainer does not answer.
    let reports: [Event]?
    let position: StreamPosition
    /// The tables of a tracker search; nil for any other search.
    var tracking: TrackingTables?
    /// The best fusion and the searcher's own picture, if any.
    var pictures: [SearchPicture] = []

    private var best: Int? { progress.records.last?.number }
    /// The metric that ranks networks.
    private var metric: Metric { status.objective }

    private var bestTest: String {
        let (name, metrics) = (metric.name(on: "test"), status.best?.metrics ?? [:])
        return Words.value(metrics[name], of: metric, error: metrics[Metric.error(of: name)])
    }

    var values: [String: Any] {
        let id = status.id.text
        let ended = progress.counts.filter(\.key.isIdle).values.reduce(0, +)
        let total = progress.counts.values.reduce(0, +) + progress.finals
        let models = ModelLinks(status)
        var values: [String: Any] = [
            "id": id, "name": status.name, "state": status.state.description,
            "isRunning": status.state == .running, "published": Words.clock(status.published),
            "publishedTime": Words.time(status.published), "trials": Words.count(status.trials),
            "ended": Words.count(ended), "share": status.trials > 0 ? min(100, ended * 100 / status.trials) : 0,
            "failed": Words.count(progress.counts[.failed] ?? 0), "hasFailed": (progress.counts[.failed] ?? 0) > 0,
            "running": Words.count((progress.counts[.training] ?? 0) + (progress.counts[.evaluating] ?? 0)),
            "finals": progress.finals, "best": Words.worth(status.best?.objective, of: metric),
            "bestTest": bestTest,
            "bestNetwork": status.best?.networkName ?? "–",
            "bestParameters": status.best?.metrics["parameters"].map { Words.short($0) } ?? "–",
            "duration": Words.span((status.ended ?? Date()).timeIntervalSince(status.published)),
            "rows": trials.map { ScenarioRow.values($0, of: metric, best: best, models: models) },
            "winnerIsFinal": !winner(models).isEmpty,
            "hasRows": !trials.isEmpty,
            "heads": table.heads(id), "neighbors": table.neighbors(id, of: fitting ?? total),
            "filter": table.filter(id), "hasTrials": total > 0, "trainerIsAway": reports == nil, "noPoints": noPoints,
        ]
        values["halving"] = halvingNote
        values["failure"] = status.failure?.message
        values["bestModel"] = status.best.flatMap { models.address(of: $0) }
        values["finalWord"] = tracking == nil ? "trainings" : "runs"
        values["bestTitle"] = tracking == nil ? "Best network" : "Best tracker"
        values["tracking"] = tracking?.values(of: id)
        values["bestChart"] = bestSoFar(models).svg()
        values["frontChart"] = front(models).svg()
        values["pictures"] = pictures.map { ["title": $0.title, "note": $0.note, "drawing": $0.drawing] }
        values["curveChart"] = learningCurves.svg()
        values["pace"] = WorkerPace.latest(of: reports ?? [], scenario: id)?.values
        values["latencies"] = latencyBounds.map { bounds in
            bounds.enumerated().map { ["style": "q\($0.offset)", "text": $0.element] }
        }
        return values
    }

    /// Why a chart has no points.
    private var noPoints: String {
        let failed = progress.counts[.failed] ?? 0
        guard failed > 0 else { return "No trial has ended yet." }
        return "\(Words.amount(failed, "trial")) failed; none has a value yet."
    }

    /// How many trials halving stopped early, and what that saves; nil if none.
    private var halvingNote: String? {
        let paused = progress.counts[.paused] ?? 0
        guard paused + progress.promoted > 0 else { return nil }
        return "\(Words.count(paused)) paused · \(Words.count(progress.promoted)) promoted · "
            + Words.amount(progress.epochs, "epoch")
    }

    // MARK: - Charts

    private var measure: String { tracking?.objective ?? "validation \(metric.name)" }

    private func bestSoFar(_ models: ModelLinks) -> Chart {
        let dots = progress.sample.map { point($0, $0.number) }
        let records = progress.records.map {
            point($0, $0.number, style: "strong", link: models.address(of: $0.number))
        }
        return Chart(
            label: "Best \(measure) so far, over trials", xTitle: "trial", yTitle: measure,
            series: [
                .init(style: "quiet", mark: .dots, points: dots),
                .init(style: "s1", mark: .steps, points: records), .init(style: "s1", mark: .dots, points: records),
                .init(style: "final", mark: .dots, points: winner(models)),
            ], xText: Words.countTick, yText: { Words.tick($0, of: metric) })
    }

    /// The final training that is the result; no other trial has its value.
    private func winner(_ models: ModelLinks) -> [Chart.Point] {
        guard let best = status.best, best.purpose.isFinal, let objective = best.objective else { return [] }
        let value = metric.utility(of: objective)
        return [
            Chart.Point(
                x: Double(best.id.number), y: value,
                title: "final training \(best.id.number): \(Words.worth(objective, of: metric))", style: "strong",
                link: models.address(of: best) ?? "")
        ]
    }

    private func front(_ models: ModelLinks) -> Chart {
        let dots = progress.sample.map { point($0, Int($0.parameters), style: "q\(quartile(of: $0.latency))") }
        let front = progress.front.map {
            point(
                $0, Int($0.parameters), style: "q\(quartile(of: $0.latency)) strong",
                link: models.address(of: $0.number))
        }
        // In this view only the upper edge of the surface is a line: the networks that no smaller network beats.
        let edge = SearchProgress.edge(of: progress.front).map { point($0, Int($0.parameters)) }
        return Chart(
            label: "\(measure), over parameters; the color is the latency", xTitle: "parameters",
            yTitle: measure,
            series: [
                .init(style: "faint", mark: .dots, points: dots), .init(style: "s2 thin", mark: .line, points: edge),
                .init(style: "front", mark: .dots, points: front),
            ], isLogarithmic: true, yText: { Words.tick($0, of: metric) })
    }

    private func point(
        _ trial: SearchProgress.Metrics, _ x: Int, style: String = "", link: String? = nil
    ) -> Chart.Point {
        Chart.Point(
            x: Double(x), y: metric.utility(of: trial.objective),
            title:
                "trial \(trial.number): \(Words.worth(trial.objective, of: metric)), \(Words.short(trial.parameters))"
                + " parameters, \(Words.plain(trial.latency)) ms", style: style,
            link: link ?? "")
    }

    /// The latencies that divide the trials into quarters.
    private var quartiles: [Double] {
        let sorted = progress.sample.map(\.latency).sorted()
        guard sorted.count >= 4 else { return [] }
        return [1, 2, 3].map { sorted[sorted.count * $0 / 4] }
    }

    private func quartile(of latency: Double) -> Int { quartiles.count { latency >= $0 } }

    private var latencyBounds: [String]? {
        let bounds = quartiles.map { Words.plain($0) }
        guard bounds.count == 3 else { return nil }
        return ["below \(bounds[0]) ms", "to \(bounds[1]) ms", "to \(bounds[2]) ms", "above"]
    }

    private var learningCurves: Chart {
        let curves = LearningCurve.curves(of: reports ?? [], scenario: status.id.text, metric: metric).suffix(
            Self.curves)
        let last = curves.compactMap { $0.points.last.map { metric.utility(of: $0.value) } }.max()
        return Chart(
            label: "\(measure) of the last trainings, over epochs", xTitle: "epoch",
            yTitle: measure,
            series: curves.map { curve in
                let isBest = curve.points.last.map { metric.utility(of: $0.value) } == last
                let points = curve.points.map { point in
                    Chart.Point(
                        x: Double(point.epoch), y: point.value,
                        title: "trial \(curve.trial): \(Words.value(point.value, of: metric))")
                }
                return Chart.Series(
                    style: isBest ? "s1" : "muted", mark: points.count == 1 ? .dots : .line, points: points)
            }, xText: Words.countTick, yText: { Words.tick($0, of: metric) }, width: 1200,
            height: 340)
    }
}

extension SearchProgress {
    /// The trials, ordered by parameters, that are better than all smaller ones.
    fileprivate static func edge(of trials: [Metrics]) -> [Metrics] {
        var best = -Double.infinity
        return trials.filter { trial in
            defer { best = max(best, trial.objective) }
            return trial.objective > best
        }
    }
}
