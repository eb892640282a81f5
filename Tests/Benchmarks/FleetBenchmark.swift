import ArgumentParser
import Foundation
import Logging
import Messaging
import Model
import ServiceClient
import WorkQueueClient

/// A simulated fleet: workers that pull, renew and complete tasks of the trainer, but train nothing.
struct FleetBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Measure the trainer with simulated workers and a long queue: tasks/s, p99 of a pull, memory.",
        discussion: """
            First, the queue is filled. Then the workers do tasks of some duration, and renew their leases like real ones. \
            Then they do tasks of no duration, which shows the maximum rate of the service. Finally, the service restarts \
            with the remaining tasks. Every worker has its own connection.
            """)

    @Option(help: "Number of simulated workers.")
    var workers = 1_000

    @Option(help: "Number of tasks that wait in the queue.")
    var tasks = 1_000_000

    @Option(help: "Duration of each measurement in seconds.")
    var seconds = 30.0

    @Option(help: "Length of a task in the first measurement, in seconds.")
    var taskSeconds = 10.0

    @Option(help: "Size of a task's payload and of its result, in bytes.")
    var payload = 1_024

    private static let submitters = 256
    private static let loops = 2
    private static let quiet = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }

    func run() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let arguments = ["serve", "--capacity", "\(tasks)"]
        let trainer = try ServiceProcess(.trainer, arguments, directory: directory)
        let loops = (0..<Self.loops).map { _ in MessageLoop() }
        let clients = (0..<workers).map { index in
            RequestClient(to: trainer.endpoint, loop: loops[index % loops.count], logger: Self.quiet)
        }
        let observer = ServiceClient(clients[0])
        _ = try await trainer.start { _ = try await retrying(for: .seconds(60)) { try await observer.health() } }

        let filled = try await fill(QueueClient(clients[0]))
        print("submitted \(tasks) tasks: \(Int(filled)) tasks/s, database \(try megabytes(in: directory)) MB")
        try await look(QueueClient(clients[0]), observer)
        for time in [taskSeconds, 0] {
            let before = (ContinuousClock.now, try trainer.processorTimes(), try await writing(observer))
            let (done, pulls) = try await work(clients, taskSeconds: time)
            let elapsed = (ContinuousClock.now - before.0).inSeconds
            let threads = try trainer.processorTimes().map { ($0.value - (before.1[$0.key] ?? 0)) / elapsed }
            let share = (try await writing(observer) - before.2) / elapsed
            print(
                "\(workers) workers, tasks of \(time) s: \(Int(Double(done) / elapsed)) tasks/s; pull "
                    + Self.quantiles(pulls)
                    + "; trainer \(Self.rounded(threads.reduce(0, +))) cores, busiest thread "
                    + "\(Self.rounded(threads.max() ?? 0)), writing to the database \(Self.rounded(share)) of the time, "
                    + "\(try trainer.memory() >> 20) MiB")
        }
        try await look(QueueClient(clients[0]), observer)
        trainer.stop()
        let again = try ServiceProcess(.trainer, arguments, directory: directory)
        let start = try await again.start {
            _ = try await retrying(for: .seconds(300)) { try await observer.health() }
        }
        print("restarted in \(Self.rounded(start.inSeconds)) s, \(try again.memory() >> 20) MiB")
        again.stop()
        for client in clients { await client.close() }
    }

    // MARK: Parts

    private func fill(_ queue: QueueClient) async throws -> Double {
        let bytes = [UInt8](repeating: 7, count: payload)
        return try await rate {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<Self.submitters {
                    group.addTask {
                        for number in stride(from: lane, to: tasks, by: Self.submitters) {
                            try await queue.submit(
                                TaskSubmission(id: "fleet/\(number)/train", kind: "train", payload: bytes),
                                patience: .seconds(60))
                        }
                    }
                }
                try await group.waitForAll()
            }
            return tasks
        }
    }

    /// Times what people and monitors request while the queue is long.
    private func look(_ queue: QueueClient, _ observer: ServiceClient) async throws {
        func time(_ body: () async throws -> Void) async throws -> String {
            let start = ContinuousClock.now
            try await body()
            return "\(Int((ContinuousClock.now - start).inSeconds * 1_000)) ms"
        }
        let statistics = try await time { _ = try await queue.statistics() }
        let metrics = try await time { _ = try await observer.metrics(timeout: .seconds(60)) }
        let list = try await time { _ = try await queue.list(states: [.queued], limit: 100) }
        print("requests: statistics \(statistics), metrics \(metrics), 100 waiting tasks \(list)")
    }

    /// - Returns: Number of completed tasks, and how long each pull took.
    private func work(_ clients: [RequestClient], taskSeconds: Double) async throws -> (Int, [Double]) {
        let bytes = [UInt8](repeating: 7, count: payload)
        let end = ContinuousClock.now + .seconds(seconds)
        return try await withThrowingTaskGroup(of: (Int, [Double]).self) { group in
            for (index, client) in clients.enumerated() {
                group.addTask {
                    let queue = QueueClient(client)
                    var (count, pulls) = (0, [Double]())
                    // Not all at once, as in a real fleet.
                    if taskSeconds > 0 {
                        try await Task.sleep(for: .seconds(.random(in: 0...min(taskSeconds, seconds / 2))))
                    }
                    while ContinuousClock.now < end {
                        let start = ContinuousClock.now
                        let lease = try await retrying(for: .seconds(60)) {
                            try await queue.pull(
                                worker: "worker-\(index)", instance: "i", kinds: ["train"], waiting: .seconds(10),
                                timeout: .seconds(60))
                        }
                        pulls.append((ContinuousClock.now - start).inSeconds)
                        guard let lease else { continue }
                        let over = ContinuousClock.now + .seconds(taskSeconds)
                        while over - .now > .zero {
                            try await Task.sleep(for: min(lease.heartbeat, over - .now))
                            _ = try await queue.renew(lease.attempt, timeout: .seconds(30))
                        }
                        _ = try await queue.complete(lease.attempt, result: bytes, patience: .seconds(60))
                        count += 1
                    }
                    return (count, pulls)
                }
            }
            return try await group.reduce(into: (0, [])) { sum, part in
                sum.0 += part.0
                sum.1 += part.1
            }
        }
    }

    /// Seconds that the service has spent in write transactions.
    private func writing(_ observer: ServiceClient) async throws -> Double {
        let text = try await observer.metrics(timeout: .seconds(60))
        let line = text.split(separator: "\n").first {
            $0.hasPrefix("\(ServiceMetric.transactions.name)_sum") && $0.contains("\"write\"")
        }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) } ?? 0
    }

    private func megabytes(in directory: URL) throws -> Int {
        let files = try FileManager.default.contentsOfDirectory(
            at: directory, includingPropertiesForKeys: [.fileSizeKey])
        return try files.reduce(0) { $0 + (try $1.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0) } / 1_000_000
    }

    private static func quantiles(_ times: [Double]) -> String {
        let sorted = times.sorted()
        func at(_ share: Double) -> String {
            sorted.isEmpty
                ? "–" : "\(rounded(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] * 1_000)) ms"
        }
        return "p50 \(at(0.5)), p99 \(at(0.99)) of \(sorted.count)"
    }

    private static func rounded(_ value: Double) -> String { String(format: "%.2f", value) }
}
