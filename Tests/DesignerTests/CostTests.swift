import DesignerClient
import Model
import Testing

@testable import DesignerSearch
@testable import DesignerServer

@Suite struct CostTests {
    typealias Driver = SearchRunTests.Driver

    static func driver(_ objective: String, order: UInt64 = 1) throws -> Driver {
        try Driver(scenarioText(more: "objective: \(objective)"), order: order)
    }

    @Test func `a network over the limit of latency is never the result`() throws {
        var free = try Driver(scenarioText(), order: 1)
        try free.run()
        let best = try #require(free.rows.trials[24]?.purpose.source)
        var driver = try Self.driver("{limits: {latency: 4ms}}")
        driver.latency = { $0 == best ? 5 : 3 }
        try driver.run(crashing: 0.2)
        // Until the winner, both searches try the same networks.
        let excluded = try #require(driver.rows.trials[best])
        #expect(excluded.genome == free.rows.trials[best]?.genome)
        #expect(excluded.metrics["latency-milliseconds"] == 5)
        let number = try #require(driver.rows.trials[24]?.purpose.source)
        #expect(number != best)
        #expect(driver.rows.conclusion == .succeeded(model: "s1/24"))
    }

    @Test func `a final training over the limit is replaced by a trial within it`() throws {
        var driver = try Self.driver("{limits: {latency: 4ms}}")
        driver.latency = { $0 >= 24 ? 5 : 3 }
        try driver.run()
        let number = try #require(driver.rows.trials[24]?.purpose.source)
        #expect(driver.rows.conclusion == .succeeded(model: "s1/\(number)"))
    }

    @Test func `if no network keeps the limit, the scenario fails with the time of the fastest`() throws {
        var driver = try Self.driver("{limits: {latency: 4ms}}")
        driver.latency = { Double($0) + 7.25 }
        try driver.run()
        guard case .failed(let failure) = driver.rows.conclusion else {
            Issue.record("it did not fail")
            return
        }
        #expect(failure.message.hasPrefix("objective.limits.latency: none of 24 networks answers within 4.0 ms"))
        #expect(failure.message.contains("the fastest took 7.25 ms"))
    }

    @Test(arguments: 1..<4) func `with several objectives finalists come from the front`(order: UInt64) throws {
        let text = scenarioText(more: "objective: {minimize: [parameters, latency]}")
            .replacing("epochs: 5", with: "epochs: 5, candidates: 3")
        var driver = try Driver(text, order: order)
        driver.latency = { Double($0 * 7 % 11) }
        try driver.run(crashing: 0.1)
        let trials = (0..<24).compactMap { driver.rows.trials[$0] }
        let values = trials.map { trial in
            [trial.objective ?? 0] + ["parameters", "latency-milliseconds"].map { -(trial.metrics[$0] ?? 0) }
        }
        let front = trials.indices.filter { index in
            !values.contains { other in
                zip(other, values[index]).allSatisfy { $0 >= $1 } && other != values[index]
            }
        }
        #expect(front.count >= 3)
        let expected = front.sorted { values[$0][0] > values[$1][0] }.prefix(3).map { "final \($0)" }
        #expect((24..<27).map { driver.rows.trials[$0]?.origin } == expected)
    }

    @Test func `the front has what nothing beats in all objectives`() {
        func figures(_ number: Int, _ objective: Double, _ parameters: Double, _ latency: Double, _ operations: Double)
            -> SearchProgress.Metrics
        {
            .init(
                number: number, objective: objective, parameters: parameters, latency: latency, operations: operations)
        }
        let trials = [
            figures(0, 0.9, 10, 5, 1), figures(1, 0.8, 5, 5, 2), figures(2, 0.7, 20, 1, 3), figures(3, 0.7, 30, 1, 0),
            figures(4, 0.9, 10, 5, 1),
        ]
        let numbers = { (costs: [Scenario.Cost]) in SearchProgress.front(of: trials, by: costs).map(\.number) }
        #expect(numbers([]) == [1, 0, 2])
        #expect(numbers([.parameters]) == [1, 0])
        #expect(numbers([.latency]) == [0, 2])
        #expect(numbers([.operations]) == [0, 3])
    }
}
