import Model

/// What the workers of one training did in their last epoch, where several train together.
struct WorkerPace: Hashable, Sendable {
    /// One of them.
    struct Worker: Hashable, Sendable {
        var rank: Int
        var name: String
        var figures: [String: Double]
    }

    let trial: Int
    /// By rank.
    var workers: [Worker]

    /// The training that reported last of those that several do; nil where there is none.
    static func latest(of events: [Event], scenario: String) -> WorkerPace? {
        var latest: WorkerPace?
        for event in events {
            let parts = event.subject.split(separator: "/")
            guard parts.count == 3, parts[0] == scenario || parts[0].hasPrefix("\(scenario)."),
                let trial = Int(parts[1]), let rank = event.attributes["rank"].flatMap({ Int($0) }),
                event.attributes["metric.samples-per-second"] != nil
            else { continue }
            var pace = latest?.trial == trial ? latest : nil
            pace = pace ?? WorkerPace(trial: trial, workers: [])
            let figures = event.attributes.reduce(into: [String: Double]()) { figures, attribute in
                guard attribute.key.hasPrefix("metric.") else { return }
                figures[String(attribute.key.dropFirst("metric.".count))] = Double(attribute.value)
            }
            pace?.workers.removeAll { $0.rank == rank }
            pace?.workers.append(Worker(rank: rank, name: event.attributes["worker"] ?? "", figures: figures))
            latest = pace
        }
        latest?.workers.sort { $0.rank < $1.rank }
        return latest
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
