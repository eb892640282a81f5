import Foundation
import Model
import TestSupport
import Testing

@testable import Storage

/// What services remove by themselves, and what they report about it.
@Suite(.timeLimit(.minutes(10))) struct RetentionTests {
    @Test(arguments: [
        ("", "events=90d/5000000 tasks=30d dead-tasks=180d files=90d/200GB"),
        ("events=12h tasks=forever", "events=12h tasks=forever dead-tasks=180d files=90d/200GB"),
        ("files=50GB, events=1000", "events=1000 tasks=30d dead-tasks=180d files=50GB"),
        ("events=1.5h/10", "events=90m/10 tasks=30d dead-tasks=180d files=90d/200GB"),
    ])
    func `a policy is parsed, and the rest keeps its defaults`(text: String, policy: String) throws {
        #expect(try RetentionPolicy(text).description == policy)
        #expect(try RetentionPolicy(policy).description == policy)
    }

    @Test(arguments: [
        ("event=3d", "'event=3d' is not part of a retention policy"), ("events", "'events' is not part"),
        ("events=3x", "'3x' is not a limit for events"), ("events=5GB", "'5GB' is not a limit for events"),
        ("files=1000", "'1000' is not a limit for files"), ("tasks=-1", "'-1' is not a limit for tasks"),
    ])
    func `an invalid policy is refused with the possible ones`(text: String, message: String) throws {
        let failure = try #require(throws: Failure.self) { try RetentionPolicy(text) }
        #expect(failure.code == .invalidArgument && failure.message.contains(message), "\(failure.message)")
    }

    @Test func `the oldest events are removed by number and by age, and the rest has no gap`() async throws {
        let database = try ServiceDatabase.inMemory(migrations: EventLog.registerMigrations)
        let clock = Clock()
        let log = EventLog(database, service: "test", now: { clock.now })
        for number in 1...5_000 {
            clock.now = Date(timeIntervalSince1970: Double(number))
            try await database.write { db in try log.append(kind: "note", subject: "\(number)", in: db) }
        }
        #expect(try await log.remove(beyond: .init()) == 0)
        #expect(try await log.removal().last == 0)
        #expect(try await log.remove(beyond: .init(count: 4_000)) == 1_000)
        #expect(try await log.read().first?.sequence == 1_001)
        #expect(try await log.remove(beyond: .init(age: .seconds(500))) == 3_499)
        #expect(try await log.read().map(\.sequence) == Array(4_500...5_000))
        let removal = try await log.removal()
        #expect(removal.last == 4_499)
        #expect(removal.time == Date(timeIntervalSince1970: 4_499))
        #expect(try await log.remove(beyond: .init(count: 0)) == 501)
        #expect(try await log.read().isEmpty)
        try await database.write { db in try log.append(kind: "note", subject: "next", in: db) }
        #expect(try await log.read().map(\.sequence) == [5_001])
    }

    /// Only the test's own task moves it.
    private final class Clock: @unchecked Sendable {
        var now = Date(timeIntervalSince1970: 0)
    }

    @Test func `a reader learns of events that are no longer kept`() async throws {
        try await withProject(environment: ["GYRUS_RETENTION": "events=10"]) { gyrus in
            #expect(try await gyrus.run(["up", "-d", "registry"]).status == 0)
            // The registry adds its zoo at the first start, which makes far more than ten events.
            while try await gyrus.run(["events", "--service", "registry"]).out.split(separator: "\n").count > 10 {
                try await Task.sleep(for: .milliseconds(50))
            }
            let all = try await gyrus.run(["events", "--service", "registry", "--format", "json"])
            let first = try #require(all.out.firstMatch(of: /"seq":([0-9]+)/)?.output.1)
            let number = try #require(Int(first))
            #expect(number > 10)
            #expect(all.err.contains("events up to \(number - 1) of the registry"), "\(all.err)")
            let cut = try await gyrus.run(["events", "--service", "registry", "--since", "seq:\(number - 5)"])
            #expect(cut.err.contains("no longer kept"))
            let rest = try await gyrus.run(["events", "--service", "registry", "--since", "seq:\(number - 1)"])
            #expect(rest.status == 0 && !rest.err.contains("no longer kept"), "\(rest.err)")
            let long = try await gyrus.run(["events", "--service", "registry", "--since", "10m"])
            #expect(long.err.contains("no longer kept"))
        }
    }

    @Test func `an invalid policy keeps a service from starting and names the variable`() async throws {
        try await ProcessFixture.run { fixture in
            let registry = try fixture.start("registry", [], environment: ["GYRUS_RETENTION": "events=soon"])
            #expect(await registry.end() == 78)
            #expect(
                try String(contentsOf: registry.log, encoding: .utf8).contains("GYRUS_RETENTION: 'soon' is not a limit")
            )
        }
    }
}
