import ArgumentParser
import Foundation
import GRDB
import Logging
import Messaging
import Storage
import WorkQueueClient
import WorkQueueServer

/// Durable tasks per second through the queue: submitted, pulled and completed over ipc://, each on disk before it is
/// acknowledged. Compared with a plain queue: the same three steps over plain libzmq, each its own SQLite transaction.
struct TasksBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks",
        abstract: "Measure durable tasks/s (submit, pull, complete), compared with plain libzmq and SQLite.")

    @Option(help: "Number of rounds, in which both sides take turns.")
    var rounds = 3

    @Option(help: "Duration of each measurement in seconds.")
    var seconds = 2.0

    @Option(help: "Size of a task's payload and of its result, in bytes.")
    var payload = 256

    @Option(parsing: .upToNextOption, help: "Numbers of tasks in flight.")
    var inFlight = [1, 16, 64]

    func run() async throws {
        for inFlight in inFlight {
            var comparison = Comparison("tasks, \(inFlight) in work", unit: "tasks", peer: "libzmq + SQLite")
            for _ in 0..<rounds {
                let theirs = try await PlainQueue.tasks(inFlight: inFlight, payloadBytes: payload, seconds: seconds)
                let ours = try await tasks(inFlight: inFlight)
                comparison.add(ours: ours, theirs: theirs)
            }
            print(comparison.line)
        }
    }

    private func tasks(inFlight: Int) async throws -> Double {
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let directory = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString.prefix(8))")
        defer { try? FileManager.default.removeItem(at: directory) }
        let pool = try ServiceDatabase.open(at: directory.appending(path: "queue.sqlite")) { migrator in
            EventLog.registerMigrations(in: &migrator)
            WorkQueue.registerMigrations(in: &migrator)
        }
        let queue = try await WorkQueue(pool, events: EventLog(pool, service: "benchmark"), logger: logger)
        var router = Router()
        QueueHarness(queue).register(in: &router)
        let endpoint = try Endpoint("ipc://\(directory.path(percentEncoded: false))/s")
        let server = RequestServer(endpoint: endpoint, router: router, loop: MessageLoop(), logger: logger)
        let serving = Task { try await server.run() }
        let expiring = Task { try await queue.run() }
        let connection = RequestClient(to: try await server.boundEndpoint, loop: MessageLoop(), logger: logger)
        let result = try await work(QueueClient(connection), lanes: inFlight)
        await connection.close()
        expiring.cancel()
        serving.cancel()
        try await serving.value
        _ = try? await expiring.value
        return result
    }

    private func work(_ queue: QueueClient, lanes: Int) async throws -> Double {
        let bytes = [UInt8](repeating: 7, count: payload)
        let end = ContinuousClock.now + .seconds(seconds)
        return try await rate {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for lane in 0..<lanes {
                    group.addTask {
                        var count = 0
                        while ContinuousClock.now < end {
                            try await queue.submit(
                                TaskSubmission(id: "\(lane)-\(count)", kind: "benchmark", payload: bytes))
                            let lease = try await queue.pull(
                                worker: "worker-\(lane)", kinds: ["benchmark"], waiting: .seconds(10))
                            guard let lease else { continue }
                            _ = try await queue.complete(lease.attempt, result: bytes)
                            count += 1
                        }
                        return count
                    }
                }
                return try await group.reduce(0, +)
            }
        }
    }
}
