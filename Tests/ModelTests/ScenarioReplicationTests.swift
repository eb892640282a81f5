import Model
import Testing

@Suite struct ScenarioReplicationTests {
    private func search(_ fields: String) throws -> Scenario.Search {
        let text = "scenario: digits\nmodalities: {image: {dataset: mnist}}\nsearch: {\(fields)}\n"
        return try ScenarioFile(text, file: "digits.yaml").scenario.search
    }

    @Test func `replicas of the controllers are read, and omitted fields get defaults`() throws {
        let one = try search("method: reinforce, shards: 3").replication
        #expect(one == Scenario.Replication(replicas: 1, shards: 3, updates: .plain))
        let four = try search("method: reinforce, replicas: 4, shards: 2, updates: {staleness: 5}, population: 10")
        #expect(four.replication == Scenario.Replication(replicas: 4, shards: 2, updates: .staleness(5)))
        #expect(four.replication?.batch(of: four) == 2)
        #expect(try search("method: reinforce, updates: delay-compensated").replication?.updates == .compensated)
        #expect(try search("method: reinforce").replication == nil)
    }

    @Test(arguments: [
        ("method: evolution, replicas: 2", "digits.yaml:3:39: search.replicas: only controllers have replicas"),
        ("shards: 2", "search.shards: only controllers have replicas"),
        ("method: reinforce, replicas: 0", "search.replicas: 0 is not from 1 to 64"),
        ("method: reinforce, shards: 17", "search.shards: 17 is not from 1 to 16"),
        ("method: reinforce, updates: fast", "search.updates: 'fast' is not one of the choices"),
        ("method: reinforce, updates: {bound: 1}", "search.updates.bound: there is no such field"),
        ("method: reinforce, updates: {}", "search.updates: the bound is missing"),
        ("method: reinforce, updates: {staleness: -1}", "search.updates.staleness: -1 is not from 0 to 1000"),
        ("method: reinforce, replicas: 2, halving: {first: 1}", "cannot be stopped early"),
    ])
    func `impossible settings are reported with their position`(fields: String, message: String) throws {
        let failure = #expect(throws: Failure.self) { try search(fields) }
        #expect(failure?.message.contains("digits.yaml:3:") == true, "\(failure?.message ?? "")")
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
    }
}
