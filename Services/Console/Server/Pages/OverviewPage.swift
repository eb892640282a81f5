import DesignerClient
import Hummingbird
import Model
import Presentation
import ServiceClient
import WorkQueueClient

/// The overall state: services, queues, workers and the latest scenarios.
struct OverviewPage: Sendable {
    /// Maximum number of scenarios shown.
    private static let latest = 6

    let backends: Backends
    let renderer: Renderer

    func response() async -> Response {
        async let services = services()
        async let queues = queues()
        async let scenarios = backends.part(.designer) { try await $0.designer.scenarios(limit: Self.latest) }
        let (health, (bars, workers)) = await (services, queues)
        var values: [String: Any] = [
            "services": health, "queues": bars, "workers": workers, "hasWorkers": !workers.isEmpty,
            "allUp": health.allSatisfy { $0["isUp"] as? Bool ?? false },
            "up": health.count { $0["isUp"] as? Bool ?? false }, "of": health.count,
        ]
        switch await scenarios {
        case .success(let found):
            values["scenarios"] = found.map(ScenarioRow.values)
            values["hasScenarios"] = !found.isEmpty
        case .failure(let failure): values["scenariosNote"] = failure.message
        }
        return renderer.page("overview", title: "Overview", section: .overview, values)
    }

    // MARK: - Services

    private func services() async -> [[String: Any]] {
        await withTaskGroup { group in
            for name in ServiceName.allCases {
                group.addTask {
                    (name, await backends.part(name) { try await $0.service(name).health(timeout: .seconds(1)) })
                }
            }
            let found = await group.reduce(into: [ServiceName: Result<ServiceHealth, Failure>]()) { $0[$1.0] = $1.1 }
            return ServiceName.allCases.compactMap { name in found[name].map { Self.values(name, $0) } }
        }
    }

    private static func values(_ name: ServiceName, _ health: Result<ServiceHealth, Failure>) -> [String: Any] {
        var values: [String: Any] = ["name": name.rawValue, "what": duty(of: name), "isUp": false]
        switch health {
        case .success(let health):
            values["isUp"] = health.isReady
            values["state"] = health.isReady ? "ready" : "starting"
            values["note"] = "up \(Words.span(health.uptime.inSeconds)) · process \(health.process)"
        case .failure(let failure):
            values["state"] = "unavailable"
            values["note"] = failure.message
        }
        return values
    }

    private static func duty(of service: ServiceName) -> String {
        switch service {
        case .registry: "networks, models, data"
        case .designer: "scenarios and searches"
        case .knowledge: "what worked for which scenario"
        case .trainer: "training tasks"
        case .evaluator: "scoring tasks"
        }
    }

    // MARK: - Queues

    private func queues() async -> (bars: [[String: Any]], workers: [[String: Any]]) {
        await withTaskGroup { group in
            for name in Backends.withQueue {
                group.addTask { (name, await backends.part(name) { try await $0.queue(of: name).statistics() }) }
            }
            let found = await group.reduce(into: [ServiceName: Result<QueueStatistics, Failure>]()) { $0[$1.0] = $1.1 }
            let bars = Backends.withQueue.compactMap { name in found[name].map { Self.values(name, $0) } }
            let workers = Backends.withQueue.flatMap { name in
                Self.rows(
                    ((try? found[name]?.get())?.workers ?? []).filter { !Self.isInternal($0, of: name) }, of: name)
            }
            return (bars, workers)
        }
    }

    /// A warning if tasks wait and no worker is there to do them; nil otherwise. The designer runs its scenarios
    /// itself.
    static func shortage(_ name: ServiceName, _ statistics: QueueStatistics) -> [String: Any]? {
        let waiting = statistics.tasks[.queued] ?? 0
        guard name != .designer, waiting > 0, statistics.workers.isEmpty else { return nil }
        let what = waiting == 1 ? "1 task is waiting" : "\(Words.count(waiting)) tasks are waiting"
        return ["what": "\(what), but there is no \(name) worker", "command": "gyrus scale \(name)-worker=1"]
    }

    /// Whether a worker is merely an idle slot of the designer for a search.
    private static func isInternal(_ worker: QueueStatistics.Worker, of name: ServiceName) -> Bool {
        name == .designer && worker.task == nil && worker.name.hasPrefix("search-")
    }

    /// One row per process. A process that does several tasks at a time has several worker names, which differ only
    /// after the last dash.
    static func rows(_ workers: [QueueStatistics.Worker], of name: ServiceName) -> [[String: Any]] {
        Dictionary(grouping: workers) { worker in
            String(worker.name.prefix(upTo: worker.name.lastIndex(of: "-") ?? worker.name.endIndex))
        }.sorted { $0.key < $1.key }.map { process, workers in
            let tasks = workers.compactMap(\.task).sorted()
            let silence = workers.map(\.silence).min() ?? .zero
            return [
                "name": workers.count == 1 ? workers[0].name : "\(process) (\(workers.count) at a time)",
                "queue": name.rawValue, "task": tasks.joined(separator: ", "), "isBusy": !tasks.isEmpty,
                "heard": "\(Words.span(silence.inSeconds)) ago", "device": workers.first?.offer.text ?? "",
            ]
        }
    }

    private static func values(_ name: ServiceName, _ statistics: Result<QueueStatistics, Failure>) -> [String: Any] {
        guard let statistics = try? statistics.get() else { return ["name": name.rawValue, "isAway": true] }
        let states: [TaskState] = [.queued, .leased, .succeeded, .failed, .cancelled, .dead]
        let words = ["waiting", "running", "done", "failed", "cancelled", "dead"]
        var values: [String: Any] = [
            "name": name.rawValue,
            "states": zip(states, words).map { state, word in
                let count = statistics.tasks[state] ?? 0
                return ["word": word, "count": Words.count(count), "isZero": count == 0] as [String: Any]
            },
            "hasDead": (statistics.tasks[.dead] ?? 0) > 0,
        ]
        values["shortage"] = shortage(name, statistics)
        return values
    }
}

extension Duration {
    /// The timestamp as a number.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
