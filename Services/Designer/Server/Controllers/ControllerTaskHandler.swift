import DesignerClient
import DesignerSearch
import Logging
public import Messaging
import Model
import Search
import ServiceClient
public import WorkQueueClient

/// Does the work of a replica: samples children, submits them, and submits gradients, until the search is over.
public struct ControllerTaskHandler: TaskHandler {
    /// The kinds of tasks that it does.
    public static let kinds = [ControllerTask.replicaKind]
    /// How often it checks whether to stop.
    private static let glance = Duration.milliseconds(200)

    private let designer: RequestClient
    private let directory: ServiceDirectory

    /// Makes a handler over a connection to the designer.
    public init(designer: RequestClient) {
        self.designer = designer
        directory = ServiceDirectory()
    }

    /// Does the work of one replica.
    public func handle(_ lease: TaskLease, progress: TaskProgress) async throws -> [UInt8] {
        let task = try ControllerTask(payload: lease.payload)
        let search = try await ControllerSearch(task, designer: DesignerClient(designer))
        let store = DesignerProxy(search, replica: task.number, designer)
        let shards = ControllerShards(worker: "replica-\(task.number)") { try await connect(search, progress) }
        let loop = ControllerLoop(
            search.replica(task.number), batch: search.settings.batch, store: store, shards: shards,
            where: search.space.isAllowed)
        let first = try await store.firstStep
        progress.logger.info("writing", metadata: ["replica": "\(task.number)", "step": "\(first)"])
        do {
            try await progress.untilStopped(looking: Self.glance) { [loop] in
                var loop = loop
                try await loop.run(from: first)
            }
        } catch {
            await shards.leave()
            throw error
        }
        await shards.leave()
        return []
    }

    private func connect(_ search: ControllerSearch, _ progress: TaskProgress) async throws -> [RequestClient] {
        let places = try await ControllerClient(designer, scenario: search.plan.id).shards(search.replication.shards)
        return try places.map { place in
            RequestClient(
                to: place.endpoint, security: try place.key.map { try directory.security(of: $0) },
                logger: progress.logger)
        }
    }
}

extension TaskProgress {
    /// Runs an operation, and cancels it if the worker should stop.
    func untilStopped(looking interval: Duration, _ work: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await work() }
            group.addTask {
                while !shouldStop { try await Task.sleep(for: interval) }
                throw CancellationError()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
