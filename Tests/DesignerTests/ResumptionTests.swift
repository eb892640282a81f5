import DesignerClient
import EvaluatorClient
import GRDB
import Model
import Search
import Storage
import Synchronization
import Testing

@testable import DesignerSearch
@testable import DesignerServer

@Suite(.timeLimit(.minutes(10))) struct ResumptionTests {
    private func end(of id: String, _ service: DesignerService) async throws -> ScenarioStatus {
        while true {
            let status = try await service.scenario(id, waiting: .seconds(30))
            if status.state.isFinal { return status }
        }
    }

    @Test func `a resumed scenario checks its dataset and keeps its initial genomes`() async throws {
        let database = try Designer.database()
        let known = [try Genome("1.1.1-0.0.0")]
        let broken = FakeWorld(known: known, failing: { _ in Failure(.notFound, "The blob is gone.") })
        let failed = try await Designer(database, broken).living { service in
            try await service.publish(scenarioText(), file: "f.yaml", as: "s1")
            return try await end(of: "s1", service)
        }
        #expect(failed.state == .failed)
        let mended = FakeWorld()
        let designer = try await Designer(database, mended)
        let status = try await designer.living { service in
            _ = try await service.resume("s1")
            return try await end(of: "s1", service)
        }
        #expect(status.state == .succeeded)
        #expect(mended.state.withLock { $0.prepared } == ["s1.1/prepare"])
        #expect(mended.state.withLock { $0.asked }.isEmpty)
        let trials = try await designer.service.trials(of: "s1", from: 0, limit: 0)
        #expect(trials.first?.genome == known[0].description)
        #expect(trials.count == 25)
    }

    @Test func `a resumed search ends only when all its trials have ended`() throws {
        var driver = try SearchRunTests.Driver(scenarioText(), order: 1)
        try driver.run()
        for number in [3, 24] { driver.rows.trials[number]?.state = .training }
        var search = try driver.restored()
        var final = try search.begin().steps
        #expect(final.count == 2)
        let other = final.removeFirst()
        while let step = final.popLast() {
            let decision = try search.handle(driver.event(of: step))
            final += decision.steps
            #expect(decision.conclusion == nil)
            #expect(!final.contains { if case .register = $0 { true } else { false } })
        }
        let evaluation = try #require(try search.handle(driver.event(of: other)).steps.first)
        let registration = try #require(try search.handle(driver.event(of: evaluation)).steps.first)
        #expect(try search.handle(driver.event(of: registration)).conclusion != nil)
    }

    @Test(arguments: [(Double.nan, 3.0), (.infinity, 3), (0.5, .nan), (0.5, .infinity)])
    func `an evaluation without a number fails its trial`(accuracy: Double, latency: Double) throws {
        let driver = try SearchRunTests.Driver(scenarioText(), order: 1)
        var search = try driver.restored()
        _ = try search.begin()
        _ = try search.handle(.prepared(.success(())))
        let training = try #require(try search.handle(.found(.init())).steps.first)
        _ = try search.handle(driver.event(of: training))
        var score = FakeWorld.score(accuracy)
        score.latencyMilliseconds = latency
        let decision = try search.handle(.evaluated(number: 0, .success(score)))
        #expect(decision.trials.first?.state == .failed)
        #expect(decision.trials.first?.failure != nil)
        #expect(decision.deliveries.isEmpty)
    }

    @Test(arguments: ["metrics = 'no json'", "script = 'no digest'", "genome = 'no genome'"])
    func `a scenario with an unreadable row fails immediately`(damage: String) async throws {
        let database = try Designer.database()
        let designer = try await Designer(database, FakeWorld())
        try await designer.service.publish(scenarioText(), file: "f.yaml", as: "s1")
        try await database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO trials (scenario, number, state, genome, origin, network, code, metrics)
                    VALUES ('s1', 0, 1, '1.1.1-0.0.0', 'random', 'n', 'c', '{}')
                    """)
            try db.execute(sql: "UPDATE trials SET \(damage)")
            try db.execute(sql: "UPDATE scenarios SET prepared = 1, seeds = ''")
        }
        let status = try await designer.living { service in try await end(of: "s1", service) }
        #expect(status.state == .failed)
        #expect(status.failure?.isRetriable == false)
        let events = try await designer.service.store.events.read(limit: 10_000)
        #expect(events.count { $0.kind == "scenario.failed" && $0.subject == "s1" } == 1)
    }
}
