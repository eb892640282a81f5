import Model

/// What the workers of one training did in their last epoch, where several train together.
struct WorkerPace: Hashable, Sendable {
    /// One of them.
    struct Worker: Hashable, Sendable {
        var rank: Int
        var name: String
        /// Number of the attempt at the task that it works in.
        var attempt: Int
        var figures: [String: Double]
    }

    let trial: Int
    /// By rank.
    var workers: [Worker]

    /// The training that reported last of those that several do; nil where there is none.
    static func latest(of events: [Event], scenario: String) -> WorkerPace? {
        // By task: a trial that goes on after a pause has another one, whose attempts count from 1 again.
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

    /// Takes what a worker reports in place of what it reported before.
    ///
    /// When a task begins all its workers get the same number, which is above all earlier ones, and who joins later
    /// gets a higher one: a worker whose number is below that of rank 0 is no longer there.
    private mutating func take(_ worker: Worker) {
        workers.removeAll { $0.rank == worker.rank || (worker.rank == 0 && $0.attempt < worker.attempt) }
        workers.append(worker)
    }

    /// What the page shows.
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
