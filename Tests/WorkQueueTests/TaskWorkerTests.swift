import Foundation
import GRDB
import Glibc
import Logging
import Messaging
import Model
import ServiceLifecycle
import Synchronization
import Testing
import WorkQueueClient
import WorkQueueServer

@Suite(.timeLimit(.minutes(10)))
struct TaskWorkerTests {
    /// How long a test waits for an unavailable queue.
    private static let patience = Duration.seconds(120)

    /// Frequent heartbeats, and no delay between attempts, because time stands still unless a test advances it.
    private var brisk: QueueSettings {
        var settings = QueueSettings()
        settings.heartbeat = .milliseconds(40)
        settings.firstDelay = .zero
        return settings
    }

    /// Runs a worker until `body` ends, then stops it as SIGTERM would.
    private func withWorker(
        _ service: QueueService, name: String = "worker", handler: ClosureHandler,
        settings: WorkerSettings = WorkerSettings(), _ body: () async throws -> Void
    ) async throws {
        let worker = TaskWorker(
            queue: service.client(), name: name, kinds: ["work"], handler: handler, settings: settings, logger: quiet)
        let group = ServiceGroup(services: [worker], logger: quiet)
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            do { try await body() } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test func `a task goes through the socket to a worker and its result comes back`() async throws {
        try await QueueService.with { service, queue in
            let handler = ClosureHandler { lease, progress in
                try await progress.report(step: 1, steps: 2, metrics: ["loss": 0.25])
                return lease.payload.reversed()
            }
            try await withWorker(service, handler: handler) {
                let payload = Array("stressed".utf8)
                try await queue.submit(TaskSubmission(id: "a", kind: "work", group: "g", payload: payload))
                let task = try await queue.end(of: "a", patience: Self.patience)
                #expect(task.state == .succeeded)
                #expect(task.result == Array("desserts".utf8))
                let progress = try await service.event("task.progress", "a")
                #expect(progress.attributes["metric.loss"] == "0.25")
                #expect(progress.attributes["worker"]?.hasPrefix("worker-") == true)
                #expect(try await queue.statistics().tasks == [.succeeded: 1])
                #expect(try await queue.list(group: "g").map(\.id) == ["a"])
            }
        }
    }

    @Test func `a failure arrives word for word, with the last lines of the log`() async throws {
        try await QueueService.with { service, queue in
            let handler = ClosureHandler { _, progress in
                progress.logger.info("opening", metadata: ["file": "x.idx"])
                throw Failure(.corrupt, "The file x.idx ends in its header.")
            }
            try await withWorker(service, handler: handler) {
                try await queue.submit(TaskSubmission(id: "a", kind: "work"))
                let task = try await queue.end(of: "a", patience: Self.patience)
                #expect(task.state == .failed)
                #expect(task.failure == Failure(.corrupt, "The file x.idx ends in its header."))
                #expect(task.logTail.contains("info opening"))
                #expect(task.logTail.contains("file=x.idx"))
            }
        }
    }

    @Test func `an error that is not a failure counts as a crash, and three end the task`() async throws {
        struct Broken: Error {}
        try await QueueService.with(brisk) { service, queue in
            try await withWorker(service, handler: ClosureHandler { _, _ in throw Broken() }) {
                try await queue.submit(TaskSubmission(id: "a", kind: "work"))
                let task = try await queue.end(of: "a", patience: Self.patience)
                #expect(task.state == .dead)
                #expect(task.attempt == 3)
                #expect(task.failure?.message.contains("Broken") == true)
                #expect(try await queue.requeue("a"))
                #expect(try await queue.end(of: "a", patience: Self.patience).attempt == 6)
                #expect(try await queue.drop("a"))
                #expect(try await queue.task("a").state == .cancelled)
            }
        }
    }

    @Test(arguments: [
        DatabaseError(resultCode: .SQLITE_IOERR), DatabaseError(resultCode: .SQLITE_FULL),
        DatabaseError(resultCode: .SQLITE_ERROR),
    ])
    func `a queue whose disk fails temporarily gets the result eventually`(_ error: DatabaseError) async throws {
        let faults = Mutex(3)
        let failing: WorkQueue.SuccessHook = { _, _ in
            let isFaulty = faults.withLock { faults in
                faults -= 1
                return faults >= 0
            }
            if isFaulty { throw error }
        }
        try await QueueService.with(brisk, onSuccess: failing) { service, queue in
            try await withWorker(service, handler: ClosureHandler { _, _ in [7] }) {
                try await queue.submit(TaskSubmission(id: "a", kind: "work"))
                let task = try await queue.end(of: "a", patience: Self.patience)
                #expect(task.state == .succeeded)
                #expect(task.result == [7])
                #expect(task.attempt == 1)
            }
        }
        #expect(faults.withLock { $0 } < 0)
    }

    @Test func `a result that the queue cannot store fails the task`() async throws {
        try await QueueService.with(brisk) { service, queue in
            let size = QueueSettings().largestPayload + 1
            let handler = ClosureHandler { _, _ in [UInt8](repeating: 0, count: size) }
            try await withWorker(service, handler: handler) {
                try await queue.submit(TaskSubmission(id: "a", kind: "work"))
                let task = try await queue.end(of: "a", patience: Self.patience)
                #expect(task.state == .failed)
                #expect(task.failure?.message.contains("\(size) bytes") == true)
            }
        }
    }

    @Test func `the largest payload and the largest result fit into one reply`() async throws {
        try await QueueService.with { _, queue in
            let most = [UInt8](repeating: 1, count: QueueSettings().largestPayload)
            let name = String(repeating: "n", count: QueueSettings().longestName)
            try await queue.submit(TaskSubmission(id: name, kind: name, group: name, payload: most))
            let lease = try #require(try await queue.pull(worker: name, kinds: [name], waiting: .zero))
            #expect(try await queue.complete(lease.attempt, result: most) == .proceed)
            let task = try await queue.task(name)
            #expect(task.payload == most && task.result == most)
        }
    }

    @Test func `a handler that blocks its thread still sends heartbeats`() async throws {
        try await QueueService.with(brisk) { service, queue in
            let isOver = Flag()
            let handler = ClosureHandler { _, _ in
                while !isOver.isRaised { usleep(1_000) }
                return [1]
            }
            try await withWorker(service, handler: handler) {
                try await queue.submit(TaskSubmission(id: "a", kind: "work"))
                _ = try await service.event("task.leased", "a")
                // Four times the silence that ends a lease would pass without a heartbeat.
                for _ in 0..<8 {
                    await service.pass(brisk.silence / 2)
                    while try await queue.statistics().workers.first?.silence != .zero {
                        try await Task.sleep(for: .milliseconds(5))
                    }
                }
                isOver.raise()
                let task = try await queue.end(of: "a", patience: Self.patience)
                #expect(task.state == .succeeded)
                #expect(task.attempt == 1)
            }
        }
    }

    @Test func `a canceled task stops its handler`() async throws {
        try await QueueService.with(brisk) { service, queue in
            let started = Flag()
            let stopped = Flag()
            let handler = ClosureHandler { _, progress in
                started.raise()
                while !progress.shouldStop { usleep(1_000) }
                #expect(progress.isCancelled)
                stopped.raise()
                throw CancellationError()
            }
            try await withWorker(service, handler: handler) {
                try await queue.submit(TaskSubmission(id: "a", kind: "work", group: "g"))
                await started.wait()
                #expect(try await queue.cancel(group: "g") == 1)
                await stopped.wait()
                #expect(try await queue.task("a").state == .cancelled)
            }
        }
    }

    @Test func `a worker that must end leaves a checkpoint and returns its task`() async throws {
        try await QueueService.with(brisk) { service, queue in
            let checkpoint = BlobDigest(hashing: [1, 2, 3])
            let started = Flag()
            let first = ClosureHandler { _, progress in
                started.raise()
                while !progress.isStopping { usleep(1_000) }
                try await progress.report(step: 3, checkpoint: checkpoint)
                throw CancellationError()
            }
            try await queue.submit(TaskSubmission(id: "a", kind: "work"))
            try await withWorker(service, handler: first) { await started.wait() }
            #expect(try await queue.task("a").state == .queued)
            #expect(try await service.event("task.returned", "a").attributes["reason"] == "released")
            let second = ClosureHandler { lease, _ in Array((lease.checkpoint?.hexadecimal ?? "").utf8) }
            try await withWorker(service, handler: second) {
                let task = try await queue.end(of: "a", patience: Self.patience)
                #expect(task.result == Array(checkpoint.hexadecimal.utf8))
                #expect(task.attempt == 2)
            }
        }
    }

    @Test func `an idle worker ends immediately`() async throws {
        try await QueueService.with { service, _ in
            // Without cancellation, a pull would stay open for longer than the test may take.
            var settings = WorkerSettings()
            settings.pullWait = .seconds(3_600)
            try await withWorker(service, handler: ClosureHandler { _, _ in [] }, settings: settings) {
                _ = try await service.event("worker.joined")
            }
        }
    }

    @Test func `a surviving worker keeps its task across a restart of the queue`() async throws {
        try await QueueService.with(brisk) { service, queue in
            let started = Flag()
            let proceed = Flag()
            let handler = ClosureHandler { _, progress in
                started.raise()
                await proceed.wait()
                try await progress.report(step: 1)
                return [7]
            }
            try await withWorker(service, handler: handler) {
                try await queue.submit(TaskSubmission(id: "a", kind: "work"))
                await started.wait()
                await service.stop()
                proceed.raise()
                try await Task.sleep(for: .milliseconds(100))
                try await service.start()
                let task = try await queue.end(of: "a", patience: Self.patience)
                #expect(task.result == [7])
                #expect(task.attempt == 1)
            }
        }
    }

    @Test func `a worker waits for a queue that is not yet running`() async throws {
        let service = try QueueService()
        try await withWorker(service, handler: ClosureHandler { _, _ in [1] }) {
            try await Task.sleep(for: .milliseconds(50))
            try await service.start()
            let queue = service.client()
            try await queue.submit(TaskSubmission(id: "a", kind: "work"), patience: Self.patience)
            #expect(try await queue.end(of: "a", patience: Self.patience).state == .succeeded)
        }
        await service.stop()
    }

    @Test func `restarts in the middle of many tasks lose none and count none twice`() async throws {
        try await QueueService.with(brisk) { service, queue in
            let handler = ClosureHandler { lease, progress in
                try await progress.report(step: 1)
                return lease.payload
            }
            let ids = (0..<60).map { "t\($0)" }
            try await withWorker(service, name: "one", handler: handler) {
                try await withWorker(service, name: "two", handler: handler) {
                    for (number, id) in ids.enumerated() {
                        let payload = Array(id.utf8)
                        try await queue.submit(
                            TaskSubmission(id: id, kind: "work", payload: payload), patience: Self.patience)
                        if number % 20 == 10 { try await service.restart() }
                    }
                    for id in ids {
                        let task = try await queue.end(of: id, patience: Self.patience)
                        #expect(task.state == .succeeded)
                        #expect(task.result == Array(id.utf8))
                    }
                }
            }
            let history = try await service.history()
            for id in ids {
                #expect(history.count { $0 == "task.succeeded \(id)" } == 1)
                #expect(history.count { $0 == "task.submitted \(id)" } == 1)
            }
        }
    }
}
