import DesignerClient
import Foundation
import GRDB
import Logging
import Messaging
import Model
import Search
import ServiceLifecycle
import Storage
import Synchronization
import Testing

@testable import DesignerSearch
@testable import DesignerServer

/// A designer with a database that survives it.
struct Designer {
    let service: DesignerService

    static func database() throws -> ServiceDatabase {
        try ServiceDatabase.inMemory { migrator in
            EventLog.registerMigrations(in: &migrator)
            DesignerStore.registerMigrations(in: &migrator)
        }
    }

    init(_ database: ServiceDatabase, _ world: FakeWorld) async throws {
        let logger = Logger(label: "designer", factory: { _ in SwiftLogNoOpLogHandler() })
        let events = EventLog(database, service: "designer")
        service = try await DesignerService(database, events: events, peers: world.peers, logger: logger)
    }

    /// Runs the designer during `body`; afterwards it is gone like after a crash.
    func living<Value: Sendable>(_ body: @Sendable (DesignerService) async throws -> Value) async throws -> Value {
        try await withThrowingTaskGroup { group in
            for part in service.services { group.addTask { try await part.run() } }
            defer { group.cancelAll() }
            return try await body(service)
        }
    }
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct DesignerServiceTests {
    func end(of id: String, _ service: DesignerService) async throws -> ScenarioStatus {
        while true {
            let status = try await service.scenario(id, waiting: .seconds(30))
            if status.state.isFinal { return status }
        }
    }

    func trace(_ service: DesignerService, _ id: String) async throws -> [String] {
        try await service.trials(of: id, from: 0, limit: 0).map { trial in
            "\(trial.id.number) \(trial.genome) \(trial.origin) \(trial.state) \(trial.objective ?? -1)"
        }
    }

    @Test func `a published scenario produces a registered network`() async throws {
        let world = FakeWorld()
        let designer = try await Designer(Designer.database(), world)
        let status = try await designer.living { service in
            let published = try await service.publish(scenarioText(), file: "f.yaml", as: "s1")
            #expect(published.state == .queued)
            return try await end(of: "s1", service)
        }
        #expect(status.state == .succeeded)
        #expect(status.endedTrials == 24)
        #expect(status.trials == 24)
        #expect(status.model == "s1/24")
        #expect(status.best?.id.number == 24)
        #expect(status.best?.metrics["test-accuracy"] != nil)
        #expect(status.ended != nil)
        let state = world.state.withLock { $0 }
        #expect(state.models["s1/24"]?.accuracy == status.best?.metrics["test-accuracy"])
        #expect(state.prepared == ["s1/prepare"])
        #expect(state.trainings.values.allSatisfy { $0 == 1 })
        let kinds = Set(try await designer.service.store.events.read(limit: 10_000).map(\.kind))
        let expected: Set = [
            "scenario.published", "scenario.started", "scenario.prepared", "scenario.seeded", "trial.proposed",
            "trial.trained", "trial.finished", "scenario.finalist", "scenario.result",
        ]
        #expect(kinds.isSuperset(of: expected))
    }

    @Test func `outcomes reach the knowledge service and the finalist the registry, despite a restart`() async throws {
        let world = FakeWorld()
        let database = try Designer.database()
        _ = try await Designer(database, world).living { service in
            try await service.publish(scenarioText(), file: "f.yaml", as: "s1")
            return try await end(of: "s1", service)
        }
        let designer = try await Designer(database, world)
        try await designer.living { _ in
            while try await designer.service.store.outbox.waiting() > 0 { await Task.yield() }
        }
        let state = world.state.withLock { $0 }
        #expect(Set(state.observations.keys) == Set((0..<24).map { "s1/\($0)" }))
        #expect(Set(state.models.keys) == ["s1/24"])
    }

    @Test func `a search reports how many trials it lost to machine failures`() async throws {
        let broken = Failure(.internal, "a layer of the network cannot be"), lost = Failure(.unavailable, "disk")
        let world = FakeWorld(failing: { order in
            order.id.hasSuffix("/3/train") || order.id.hasSuffix("/7/train")
                ? lost : order.id.hasSuffix("/5/train") ? broken : nil
        })
        let designer = try await Designer(Designer.database(), world)
        let status = try await designer.living { service in
            try await service.publish(scenarioText(), file: "f.yaml", as: "s1")
            return try await end(of: "s1", service)
        }
        #expect(status.state == .succeeded)
        #expect(status.failure?.message.hasPrefix("2 of 25 trials were lost to machine") == true)
        let result = try await designer.service.store.events.read(limit: 10_000).first { $0.kind == "scenario.result" }
        #expect(result?.attributes["lost-trials"] == "2")
    }

    @Test(arguments: 1...3)
    func `a designer that crashes repeatedly finishes with the same trials`(order: UInt64) async throws {
        let reference = try await Designer(Designer.database(), FakeWorld()).living { service in
            try await service.publish(scenarioText(), file: "f.yaml", as: "s1")
            _ = try await end(of: "s1", service)
            return try await trace(service, "s1")
        }
        let database = try Designer.database()
        let world = FakeWorld(order: order)
        var generator = SeededGenerator(seed: order)
        var isOver = false
        var lives = 0
        while !isOver {
            lives += 1
            let patience = lives > 200 ? Int.max : generator.below(400)
            isOver = try await Designer(database, world).living { service in
                try await service.publish(scenarioText(), file: "f.yaml", as: "s1")
                for _ in 0..<patience {
                    if try await service.scenario("s1", waiting: .zero).state.isFinal { return true }
                    await Task.yield()
                }
                return false
            }
        }
        let designer = try await Designer(database, world)
        #expect(try await trace(designer.service, "s1") == reference)
        #expect(try await designer.service.scenario("s1", waiting: .zero).state == .succeeded)
        let events = try await designer.service.store.events.read(limit: 10_000)
        #expect(events.count { $0.kind == "trial.finished" } == 25)
        #expect(events.count { $0.kind == "scenario.result" } == 1)
    }

    @Test func `publishing again changes nothing, and a different text under the same ID is refused`() async throws {
        let designer = try await Designer(Designer.database(), FakeWorld())
        let first = try await designer.service.publish(scenarioText(), file: "f.yaml", as: "s1")
        let again = try await designer.service.publish(scenarioText(), file: "f.yaml", as: "s1")
        #expect(first == again)
        let failure = await #expect(throws: Failure.self) {
            try await designer.service.publish(scenarioText(seed: 8), file: "f.yaml", as: "s1")
        }
        #expect(failure?.code == .conflict)
        #expect(try await designer.service.scenarios(limit: 0).count == 1)
    }

    @Test(arguments: [
        (
            scenarioText().replacing("mnist", with: "mnits"),
            "f.yaml:4:20: modalities.image.dataset: there is no dataset"
        ),
        (scenarioText(more: "objective: {limits: {parameters: 12}}"), "objective.limits.parameters: no network"),
        (scenarioText(more: "colour: red"), "f.yaml:10:1: colour: there is no such field."),
    ])
    func `an invalid scenario is refused at publication`(text: String, message: String) async throws {
        let designer = try await Designer(Designer.database(), FakeWorld())
        let failure = await #expect(throws: Failure.self) {
            try await designer.service.publish(text, file: "f.yaml", as: "s1")
        }
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
        #expect(try await designer.service.scenarios(limit: 0).isEmpty)
    }

    @Test func `a canceled scenario stops, cancels its tasks and can be resumed with the same trace`() async throws {
        let reference = try await Designer(Designer.database(), FakeWorld()).living { service in
            try await service.publish(scenarioText(), file: "f.yaml", as: "s1")
            _ = try await end(of: "s1", service)
            return try await trace(service, "s1")
        }
        let reached = WaitList<String>()
        let ticket = reached.ticket(for: ["reached"])
        let world = FakeWorld(gate: { order in
            if order.id == "s1/9/train" {
                reached.wake("reached")
                while true { try await Task.sleep(for: .seconds(60)) }
            }
        })
        let database = try Designer.database()
        let designer = try await Designer(database, world)
        try await designer.living { service in
            try await service.publish(scenarioText(), file: "f.yaml", as: "s1")
            await ticket.wait(for: .seconds(60))
            let cancelled = try await service.cancel("s")
            #expect(cancelled.state == .cancelled)
            #expect(try await service.cancel("s1").state == .cancelled)
            while !world.state.withLock({ $0.cancelledGroups.contains("s1") }) { await Task.yield() }
            let trials = try await service.trials(of: "s1", from: 0, limit: 0)
            #expect(trials.allSatisfy { $0.state.isFinal })
            #expect(trials.contains { $0.state == .cancelled })

            let resumed = try await service.resume("s1")
            #expect(!resumed.state.isFinal)
            let status = try await end(of: "s1", service)
            #expect(status.state == .succeeded)
            #expect(try await trace(service, "s1") == reference)
            #expect(try await service.resume("s1").state == .succeeded)
        }
    }

    @Test func `a missing dataset fails the scenario with the reason, and resuming tries again`() async throws {
        let failure = Failure(.notFound, "The folder fsdd is not there.")
        let database = try Designer.database()
        let status = try await Designer(database, FakeWorld(preparationFailure: failure)).living { service in
            try await service.publish(scenarioText(), file: "f.yaml", as: "s1")
            return try await end(of: "s1", service)
        }
        #expect(status.state == .failed)
        #expect(status.failure?.message == "The dataset could not be prepared: The folder fsdd is not there.")
        let resumed = try await Designer(database, FakeWorld()).living { service in
            _ = try await service.resume("s1")
            return try await end(of: "s1", service)
        }
        #expect(resumed.state == .succeeded)
        #expect(resumed.failure == nil)
    }

    @Test func `a search that began in another search space is not continued`() async throws {
        let database = try Designer.database()
        let designer = try await Designer(database, FakeWorld())
        try await designer.service.publish(scenarioText(), file: "f.yaml", as: "s1")
        try await database.write { db in try db.execute(sql: "UPDATE scenarios SET space = 'other'") }
        let status = try await designer.living { service in try await end(of: "s1", service) }
        #expect(status.state == .failed)
        #expect(status.failure?.message.contains("another search space") == true)
    }

    @Test func `several scenarios run at a time, and the others wait`() async throws {
        let running = Mutex<(now: Set<String>, most: Int)>(([], 0))
        let world = FakeWorld(gate: { order in
            running.withLock { state in
                state.now.insert(order.group)
                state.most = max(state.most, state.now.count)
            }
        })
        let designer = try await Designer(Designer.database(), world)
        try await designer.living { service in
            for number in 0..<7 {
                try await service.publish(scenarioText(trials: 6), file: "f.yaml", as: "s\(number)")
            }
            for number in 0..<7 {
                let status = try await end(of: "s\(number)", service)
                #expect(status.state == .succeeded)
                running.withLock { _ = $0.now.remove("s\(number)") }
            }
        }
        #expect(running.withLock(\.most) > 1)
    }

    @Test func `unknown scenarios and ambiguous prefixes are refused`() async throws {
        let designer = try await Designer(Designer.database(), FakeWorld())
        try await designer.service.publish(scenarioText(), file: "f.yaml", as: "ab1")
        try await designer.service.publish(scenarioText(), file: "f.yaml", as: "ab2")
        for (id, code) in [("x", Failure.Code.notFound), ("", .notFound), ("ab", .invalidArgument), ("%", .notFound)] {
            let failure = await #expect(throws: Failure.self) {
                try await designer.service.scenario(id, waiting: .zero)
            }
            #expect(failure?.code == code)
        }
        #expect(try await designer.service.scenario("ab2", waiting: .zero).id.text == "ab2")
    }

    @Test func `the routes answer a client over a socket`() async throws {
        let designer = try await Designer(Designer.database(), FakeWorld())
        let logger = Logger(label: "designer", factory: { _ in SwiftLogNoOpLogHandler() })
        var router = Router()
        DesignerHarness(designer.service).register(in: &router)
        let directory = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let endpoint = try Endpoint("ipc://\(directory.path)/d.sock")
        let server = RequestServer(endpoint: endpoint, router: router, logger: logger)
        let requests = RequestClient(to: endpoint, logger: logger)
        let client = DesignerClient(requests)
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            _ = try await server.boundEndpoint
            try await designer.living { _ in
                let id = try ScenarioID("s1")
                try await client.publish(scenarioText(), file: "f.yaml", as: id)
                let status = try await client.waitForEnd(of: "s1")
                #expect(status.state == .succeeded)
                #expect(status.text == scenarioText())
                let trials = try await client.trials(of: "s1")
                #expect(trials.count == 25)
                #expect(trials.last == status.best)
                #expect(try await client.scenarios().map(\.id) == [id])
                #expect(try await client.scenarios().first?.text == "")
                let failure = await #expect(throws: Failure.self) {
                    try await client.publish("scenario: x", file: "g.yaml", as: .random())
                }
                #expect(failure?.message.hasPrefix("g.yaml:1:1: modalities:") == true)
            }
        }
        await requests.close()
    }
}
