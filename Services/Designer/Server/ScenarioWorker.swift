import DesignerClient
import DesignerSearch
import Logging
import Model
import ServiceLifecycle
import WorkQueueClient
import WorkQueueServer

/// Takes scenarios from the designer's own queue and runs several of their searches concurrently.
///
/// Its slots have fixed names, so that after a restart each slot gets its scenario back: the queue returns a worker's
/// existing lease.
struct ScenarioWorker: Service {
    /// Kind of the tasks that stand for scenarios.
    static let kind = "scenario"
    /// Prefix of the slots' names.
    static let slotPrefix = "search-"

    let queue: WorkQueue
    let store: DesignerStore
    let runner: SearchRunner
    /// Number of concurrent searches.
    let slots: Int
    let logger: Logger

    /// The task that stands for a scenario. It allows very many attempts, because only the designer itself can crash on
    /// it.
    static func task(for entry: DesignerStore.Entry) -> TaskSubmission {
        TaskSubmission(id: entry.task, kind: kind, group: entry.id.text, maximumAttempts: 1_000)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                for slot in 0..<slots { group.addTask { await work(Self.slotPrefix + "\(slot)") } }
            }
        }
    }

    private func work(_ slot: String) async {
        while !Task.isCancelled {
            do {
                if let lease = try await queue.pull(worker: slot, kinds: [Self.kind], waiting: .seconds(30)) {
                    try await handle(lease)
                }
            } catch {
                guard !Task.isCancelled else { return }
                logger.error("a search is blocked", metadata: ["error": "\(Failure(error).message)"])
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Runs one scenario. If the service stops, the lease remains, and the next start resumes the search.
    private func handle(_ lease: TaskLease) async throws {
        do {
            guard let entry = try await store.start(task: lease.task) else {
                _ = try await queue.complete(lease.attempt, result: [])
                return
            }
            try await search(entry, lease)
        } catch is CancellationError {
            return
        } catch {
            try await end(lease, because: error)
        }
    }

    private func search(_ entry: DesignerStore.Entry, _ lease: TaskLease) async throws {
        do {
            try await runRenewing(lease, entry)
        } catch let cancellation as CancellationError {
            if Task.isCancelled { throw cancellation }
        }
        _ = try await queue.complete(lease.attempt, result: [])
        let status = try await store.status(entry.id.text)
        if status.state == .failed || status.state == .cancelled { try await store.cancelTasks(of: entry) }
        _ = try await queue.cancel(group: ControllerTask.group(of: entry.task))
        await runner.broker.forget(entry.id)
    }

    /// Ends a scenario that can no longer succeed; retries a problem that may pass.
    private func end(_ lease: TaskLease, because error: any Error) async throws {
        var failure = Failure(error)
        if error is DecodingError {
            failure = Failure(
                .corrupt,
                "The designer cannot read this scenario's rows in its database; publish it again. \(error)")
        }
        // A database that is full or blocked may recover; invalid rows do not.
        if error is DecodingError || (error as? Failure)?.isRetriable == false {
            logger.error(
                "a search cannot continue", metadata: ["scenario": "\(lease.group)", "error": "\(failure.message)"])
            try await store.fail(task: lease.task, failure)
            _ = try await queue.complete(lease.attempt, result: [])
            return
        }
        failure.isRetriable = true
        logger.error(
            "a search was interrupted and will be resumed",
            metadata: ["scenario": "\(lease.group)", "error": "\(failure.message)"])
        _ = try await queue.fail(lease.attempt, failure, logTail: "")
    }

    /// How often the registry is asked to keep the search's files, and for how long.
    private static let holding = (interval: Duration.seconds(600), time: Duration.seconds(86_400))

    /// Keeps the registry from removing what the search has found, until it is canceled.
    private func hold(_ entry: DesignerStore.Entry, _ features: FeatureFiles) async throws {
        while true {
            do {
                let files = try await store.files(of: entry.id) + features.all
                try await runner.peers.registry.hold(files, for: Self.holding.time)
            } catch let failure as Failure {
                // The next time is long before the end of the last.
                logger.warning(
                    "files of a search are not held",
                    metadata: ["scenario": "\(entry.id)", "failure": "\(failure.message)"])
            }
            try await Task.sleep(for: Self.holding.interval)
        }
    }

    /// Runs the search while its lease is renewed; a lost lease or a canceled scenario stops it.
    private func runRenewing(_ lease: TaskLease, _ entry: DesignerStore.Entry) async throws {
        let features = FeatureFiles()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await runner.run(entry, noting: features)
                return true
            }
            group.addTask {
                while try await queue.renew(lease.attempt) == .proceed {
                    try await Task.sleep(for: lease.heartbeat / 4)
                }
                return false
            }
            group.addTask {
                try await hold(entry, features)
                return false
            }
            let isDone = try await group.next() ?? false
            group.cancelAll()
            // The search must be over before its end is reported.
            while !group.isEmpty { _ = try? await group.next() }
            if !isDone { throw CancellationError() }
        }
    }
}
