import Model

/// Figures of the workers of a distributed training in their last epoch.
struct WorkerPace: Hashable, Sendable {
    /// One worker.
    struct Worker: Hashable, Sendable {
        var rank: Int
        var name: String
        /// Number of its attempt at the task.
        var attempt: Int
        var figures: [String: Double]
    }

    let trial: Int
    /// Workers by rank.
    var workers: [Worker]

    /// The distributed training that reported last; nil if there is none.
    static func latest(of events: [Event], scenario: String) -> WorkerPace? {
        // Grouped by task: a trial that continues after a pause has another task, whose attempts count from 1 again.
        var paces: [String: WorkerPace] = [:]
        var latest: String?
        for event in events {
            let parts = event.subject.split(separator: "/")
            guard parts.count == 3, parts[0] == scenario || parts[0].hasPrefix("\(scenario)."),
                let trial = Int(parts[1]), let rank = event.attributes["rank"].flatMap({ Int($0) })
            else { continue }
            if event.kind == "task.left" {
                paces[event.subject]?.workers.removeAll { $0.rank == rank }
                continue
            }
            guard event.attributes["metric.samples-per-second"] != nil else { continue }
            let figures = event.attributes.reduce(into: [String: Double]()) { figures, attribute in
                guard attribute.key.hasPrefix("metric.") else { return }
                figures[String(attribute.key.dropFirst("metric.".count))] = Double(attribute.value)
            }
            let worker = Worker(
                rank: rank, name: event.attributes["worker"] ?? "",
                attempt: event.attributes["attempt"].flatMap { Int($0) } ?? 0, figures: figures)
            paces[event.subject, default: WorkerPace(trial: trial, workers: [])].take(worker)
            latest = event.subject
        }
        guard var pace = latest.flatMap({ paces[$0] }) else { return nil }
        pace.workers.sort { $0.rank < $1.rank }
        return pace
    }

    /// Replaces a worker's earlier report with a new one.
    ///
    /// When a task begins, all its workers get the same attempt number, higher than all earlier ones; a worker that
    /// joins later gets a higher one. A worker whose number is below that of rank 0 has left.
    private mutating func take(_ worker: Worker) {
        workers.removeAll { $0.rank == worker.rank || (worker.rank == 0 && $0.attempt < worker.attempt) }
        workers.append(worker)
    }

    /// Template values.
    var values: [String: Any] {
        let rows = workers.map { worker in
            let figures = worker.figures
            return [
                "rank": "\(worker.rank)", "name": worker.name,
                "rate": figures["samples-per-second"].map { Words.short($0) } ?? "–",
                "idle": Words.percent(figures["idle-share"]),
                "waiting": figures["waiting-seconds"].map { "\(Words.fixed($0, 2)) s" } ?? "–",
                "bytes": figures["exchanged-bytes"].map { Words.bytes(UInt64(max(0, $0))) } ?? "–",
                "staleness": figures["staleness"].map { Words.fixed($0, 1) } ?? "–",
            ]
        }
        return ["trial": trial, "rows": rows]
    }
}
