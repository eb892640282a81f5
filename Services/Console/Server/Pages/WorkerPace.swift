import Model
import Presentation

/// Metrics of the workers of a distributed training in their last epoch.
struct WorkerPace: Hashable, Sendable {
    let trial: Int
    /// Workers by rank.
    var workers: [WorkerReport]

    /// The distributed training that reported last; nil if there is none.
    static func latest(of events: [Event], scenario: String) -> WorkerPace? {
        // By task: a trial that continues after a pause has another task, whose attempts count from 1 again.
        var workers: [String: [Int: WorkerReport]] = [:]
        var latest: TrainingReport?
        for event in events {
            guard let report = TrainingReport(event, of: scenario), let rank = report.rank else { continue }
            if event.kind == "task.left" {
                workers[report.task]?[rank] = nil
            } else if report.metrics["samples-per-second"] != nil {
                workers[report.task, default: [:]].take(report)
                latest = report
            }
        }
        return latest.map { report in
            WorkerPace(trial: report.trial, workers: (workers[report.task] ?? [:]).values.sorted { $0.rank < $1.rank })
        }
    }

    /// Template values.
    var values: [String: Any] {
        let rows = workers.map { worker in
            let metrics = worker.metrics
            return [
                "rank": "\(worker.rank)", "name": worker.name,
                "rate": metrics["samples-per-second"].map { Words.short($0) } ?? "–",
                "idle": Words.percent(metrics["idle-share"]),
                "waiting": metrics["waiting-seconds"].map { "\(Words.fixed($0, 2)) s" } ?? "–",
                "bytes": metrics["exchanged-bytes"].map { Words.bytes(UInt64(max(0, $0))) } ?? "–",
                "staleness": metrics["staleness"].map { Words.fixed($0, 1) } ?? "–",
            ]
        }
        return ["trial": trial, "rows": rows]
    }
}
