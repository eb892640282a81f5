import Foundation
import GRDB
import Model
import ServiceLifecycle
import Storage
import Synchronization
import Testing
import WorkQueueServer

@Suite(.timeLimit(.minutes(10)))
struct OutboxTests {
    /// What arrived, and how the receiver behaves.
    private final class Receiver: Sendable {
        private let received = Mutex<[String]>([])
        private let changes = WaitList<Bool>()
        /// Attempts, counted from 1, at which it is away.
        private let away: Range<Int>
        private let attempts = Mutex(0)

        init(away: Range<Int> = 0..<0) { self.away = away }

        func receive(_ message: Outbox.Message) throws {
            let attempt = attempts.withLock { attempts in
                attempts += 1
                return attempts
            }
            if away.contains(attempt) { throw Failure(.unavailable, "away") }
            let text = String(decoding: message.payload, as: UTF8.self)
            if text == "bad" { throw Failure(.invalidArgument, "no such thing") }
            if text == "unreadable" { _ = try JSONDecoder().decode(Int.self, from: Data(text.utf8)) }
            received.withLock { $0.append(text) }
            changes.wake(true)
        }

        func texts(_ count: Int) async -> [String] {
            while true {
                let ticket = changes.ticket(for: [true])
                defer { ticket.discard() }
                let texts = received.withLock { $0 }
                if texts.count >= count { return texts }
                await ticket.wait(for: .seconds(30))
            }
        }
    }

    private let database: ServiceDatabase
    private let events: EventLog

    init() throws {
        database = try ServiceDatabase.inMemory { migrator in
            EventLog.registerMigrations(in: &migrator)
            Outbox.registerMigrations(in: &migrator)
        }
        events = EventLog(database, service: "test")
    }

    private func outbox(_ receivers: [String: Receiver]) -> Outbox {
        Outbox(
            database, events: events, logger: quiet, pauses: .milliseconds(1)...(.milliseconds(5)),
            deliveries: receivers.mapValues { receiver in { message in try receiver.receive(message) } })
    }

    private func withRunning(_ outbox: Outbox, _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(services: [outbox], logger: quiet)
        let running = Task { try await group.run() }
        try await body()
        await group.triggerGracefulShutdown()
        try await running.value
    }

    private func post(_ text: String, to destination: String, _ outbox: Outbox) async throws {
        try await database.write { db in try outbox.post(Array(text.utf8), to: destination, in: db) }
    }

    @Test func `messages arrive in order and are removed`() async throws {
        let receiver = Receiver()
        let outbox = outbox(["a": receiver])
        try await withRunning(outbox) {
            for number in 0..<50 { try await post("\(number)", to: "a", outbox) }
            #expect(await receiver.texts(50) == (0..<50).map { "\($0)" })
        }
        #expect(try await outbox.waiting(for: "a") == 0)
    }

    @Test func `messages posted before a restart arrive after it`() async throws {
        let receiver = Receiver()
        try await post("kept", to: "a", outbox(["a": Receiver()]))
        try await withRunning(outbox(["a": receiver])) {
            #expect(await receiver.texts(1) == ["kept"])
        }
    }

    @Test func `a change that is rolled back posts nothing`() async throws {
        let receiver = Receiver()
        let outbox = outbox(["a": receiver])
        try await withRunning(outbox) {
            await #expect(throws: Failure.self) {
                try await database.write { db in
                    try outbox.post([1], to: "a", in: db)
                    throw Failure(.conflict, "undone")
                }
            }
            try await post("done", to: "a", outbox)
            #expect(await receiver.texts(1) == ["done"])
        }
    }

    @Test func `an unavailable destination delays only its own messages`() async throws {
        let away = Receiver(away: 1..<(.max))
        let back = Receiver(away: 1..<6)
        let there = Receiver()
        let outbox = outbox(["away": away, "back": back, "there": there])
        try await withRunning(outbox) {
            for destination in ["away", "back", "there"] { try await post("x", to: destination, outbox) }
            #expect(await there.texts(1) == ["x"])
            #expect(await back.texts(1) == ["x"])
        }
        #expect(try await outbox.waiting(for: "away") == 1)
    }

    @Test func `delivered messages do not arrive again after their destination went away`() async throws {
        let receiver = Receiver(away: 6..<9)
        let outbox = outbox(["a": receiver])
        for number in 0..<10 { try await post("\(number)", to: "a", outbox) }
        try await withRunning(outbox) {
            #expect(await receiver.texts(10) == (0..<10).map { "\($0)" })
        }
        #expect(try await outbox.waiting(for: "a") == 0)
    }

    @Test func `permanently refused messages are set aside, and the rest is delivered`() async throws {
        let receiver = Receiver()
        let outbox = outbox(["a": receiver])
        try await withRunning(outbox) {
            try await post("bad", to: "a", outbox)
            try await post("good", to: "a", outbox)
            #expect(await receiver.texts(1) == ["good"])
        }
        let refusal = try await events.read().first
        #expect(refusal?.kind == "delivery.refused")
        #expect(refusal?.attributes["message"] == "no such thing")
        #expect(try await outbox.waiting(for: "a") == 0)
    }

    @Test func `unreadable messages are set aside, and the rest is delivered`() async throws {
        let receiver = Receiver()
        let outbox = outbox(["a": receiver])
        try await withRunning(outbox) {
            try await post("unreadable", to: "a", outbox)
            try await post("good", to: "a", outbox)
            #expect(await receiver.texts(1) == ["good"])
        }
        #expect(try await events.read().map(\.kind) == ["delivery.refused"])
        #expect(try await outbox.waiting(for: "a") == 0)
    }
}
