import Foundation
import Messaging
import Model
import ServiceClient
import ServiceLifecycle
import TestSupport
import Testing
import WorkQueueClient

/// The queue of the built `trainer`, repeatedly killed under load.
@Suite(.timeLimit(.minutes(2)))
struct QueueProcessTests {
    private struct Echo: TaskHandler {
        func handle(_ lease: TaskLease, progress: TaskProgress) async throws -> [UInt8] {
            try await progress.report(step: 1, steps: 1, metrics: ["bytes": Double(lease.payload.count)])
            return lease.payload
        }
    }

    @Test func `a queue that is killed five times loses no task and counts none twice`() async throws {
        try await ProcessFixture.run { fixture in
            let directory = ServiceDirectory(environment: fixture.environment)
            let loop = MessageLoop()
            func connect() throws -> RequestClient { try directory.connect(to: .trainer, loop: loop, logger: quiet) }
            var service = try fixture.start("trainer", ["serve"])
            let queue = QueueClient(try connect())
            let workers = try (1...3).map { number in
                TaskWorker(
                    queue: QueueClient(try connect()), name: "w\(number)", kinds: ["echo"], handler: Echo(),
                    logger: quiet)
            }
            let group = ServiceGroup(services: workers, logger: quiet)
            let working = Task { try await group.run() }
            let ids = (0..<200).map { "task-\($0)" }
            for (number, id) in ids.enumerated() {
                let submission = TaskSubmission(id: id, kind: "echo", group: "g", payload: Array(id.utf8))
                try await queue.submit(submission, patience: .seconds(60))
                guard number % 40 == 20 else { continue }
                service.signal(SIGKILL)
                #expect(await service.end() == 128 + SIGKILL)
                service = try fixture.start("trainer", ["serve"])
            }
            for id in ids {
                let task = try await queue.end(of: id, patience: .seconds(60))
                #expect(task.state == .succeeded)
                #expect(task.result == Array(id.utf8))
            }
            await group.triggerGracefulShutdown()
            try await working.value
            try await check(ServiceClient(try connect()), queue, ids)
        }
    }

    private func check(_ client: ServiceClient, _ queue: QueueClient, _ ids: [String]) async throws {
        var events: [Event] = []
        while true {
            let page = try await client.events(after: events.last?.sequence ?? 0)
            if page.events.isEmpty { break }
            events += page.events
        }
        #expect(events.map(\.sequence) == (1...UInt64(events.count)).map { $0 })
        for kind in ["task.submitted", "task.succeeded"] {
            let subjects = events.filter { $0.kind == kind }.map(\.subject)
            #expect(subjects.sorted() == ids.sorted())
        }
        #expect(try await queue.list(group: "g").map(\.id) == ids)
        #expect(try await queue.statistics().tasks == [.succeeded: ids.count])
    }

    @Test func `a service whose folder is in use reports it and exits`() async throws {
        try await ProcessFixture.run { fixture in
            _ = try fixture.start("trainer", ["serve"])
            let client = ServiceClient(
                try ServiceDirectory(environment: fixture.environment).connect(
                    to: .trainer, loop: MessageLoop(), logger: quiet))
            _ = try await retrying(for: .seconds(30)) { try await client.health() }
            let second = try fixture.start(
                "trainer", ["serve", "--endpoint", "ipc://\(fixture.directory.path)/run/other.sock"], name: "second")
            #expect(await second.end() != 0)
            #expect(try String(contentsOf: second.log, encoding: .utf8).contains("in use by another process"))
        }
    }

    @Test func `a damaged database is named, and the service exits`() async throws {
        try await ProcessFixture.run { fixture in
            let file = fixture.directory.appending(path: "state/trainer/trainer.sqlite")
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("this is no database, and long enough to be seen as none".utf8).write(to: file)
            let service = try fixture.start("trainer", ["serve"])
            #expect(await service.end() != 0)
            let log = try String(contentsOf: service.log, encoding: .utf8)
            #expect(log.contains(file.path))
            #expect(log.contains("is damaged or not a database"))
        }
    }
}
