import GRDB
import KnowledgeClient
import Logging
import Messaging
import Model
import Schema
import ServiceTestSupport
import Storage
import TestSupport
import Testing

@testable import KnowledgeAttention
@testable import KnowledgeServer

private let spoken = ScenarioFeatures(
    task: "classification", datasets: ["image": "mnist", "audio": "fsdd"], functions: ["vision.shape", "audition"],
    numbers: ["classes": 10, "samples": 2700])

@Suite struct SimilarityTests {
    @Test func `a scenario is fully similar to itself and not at all to another task`() {
        #expect(Similarity.between(spoken, spoken) == 1)
        var other = spoken
        other.task = "tracking"
        #expect(Similarity.between(spoken, other) == 0)
    }

    @Test func `each part has its weight`() {
        var other = spoken
        other.datasets["audio"] = "esc10"
        // One of three pairs of modality and dataset is common.
        #expect(abs(Similarity.between(spoken, other) - (1 - 0.30 * 2 / 3)) < 1e-12)
        other = spoken
        other.datasets["audio"] = nil
        #expect(abs(Similarity.between(spoken, other) - (1 - 0.30 / 2 - 0.30 / 2)) < 1e-12)
        other = spoken
        other.functions = []
        #expect(abs(Similarity.between(spoken, other) - 0.85) < 1e-12)
        other = spoken
        other.numbers = ["classes": 10]
        #expect(abs(Similarity.between(spoken, other) - 0.875) < 1e-12)
    }

    @Test(arguments: [
        (10.0, 10.0, 1.0), (10, 100, 0), (10, 1000, 0), (1, 3.1622776601683795, 0.5), (0, 0, 1), (0, 1, 0),
        (-1, 1, 0), (-2, -2, 1),
    ])
    func `numbers are close by their ratio`(one: Double, other: Double, closeness: Double) {
        #expect(abs(Similarity.closeness(one, other) - closeness) < 1e-9)
        #expect(Similarity.closeness(one, other) == Similarity.closeness(other, one))
    }

    @Test func `empty sets are fully similar`() {
        #expect(Similarity.jaccard(Set<String>(), []) == 1)
        #expect(Similarity.closeness([:], [:]) == 1)
    }
}

@Suite(.timeLimit(.minutes(10)))
struct KnowledgeTests {
    private let directory: TemporaryDirectory
    private let events: EventLog
    private let store: KnowledgeStore

    init() throws {
        directory = try TemporaryDirectory()
        let pool = try ServiceDatabase.open(at: directory.file("knowledge.sqlite")) { migrator in
            EventLog.registerMigrations(in: &migrator)
            KnowledgeDatabase.registerMigrations(in: &migrator)
        }
        events = EventLog(pool, service: "knowledge")
        store = KnowledgeStore(pool, events: events)
    }

    private func serve<Result: Sendable>(
        _ body: (KnowledgeClient, RequestClient) async throws -> Result
    ) async throws -> Result {
        var router = Router()
        let learner = KnowledgeLearner(store: store, logger: Logger(label: "test"))
        KnowledgeHarness(store: store, learner: learner).register(in: &router)
        return try await withServer(router, at: try socketEndpoint()) { requests in
            try await body(KnowledgeClient(requests, patience: .seconds(10)), requests)
        }
    }

    private func observation(
        _ id: String, scenario: String = "s1", features: ScenarioFeatures = spoken, genome: String? = nil,
        space: String = "fusion", objective: Double
    ) -> Observation {
        Observation(
            id: id, scenario: scenario, features: features, genome: genome ?? "genome of \(id)", space: space,
            objective: objective, metrics: ["seconds": 2.5])
    }

    @Test func `an observation is stored once and read back completely`() async throws {
        try await serve { client, _ in
            var sent = observation("s1/0", objective: 0.9)
            sent.code = try ArtificialCode("LeNet5; vision; classification; LeNet; mnist; 2M; 96%; SGD; Gyrus1.0")
            try await client.record(sent)
            var changed = sent
            changed.objective = 0.1
            try await client.record(changed)
            let known = try await client.observations()
            #expect(known.count == 1)
            #expect(known[0].created != nil)
            var expected = sent
            expected.created = known[0].created
            #expect(known[0] == expected)
        }
        #expect(try await events.read().map(\.kind) == ["observation.recorded"])
    }

    @Test func `observations are listed by scenario and in pages`() async throws {
        try await serve { client, _ in
            for number in 0..<7 {
                try await client.record(
                    observation("t\(number)", scenario: number < 5 ? "s1" : "s2", objective: Double(number)))
            }
            let first = try await client.observations(of: "s1", limit: 3)
            #expect(first.map(\.id) == ["t0", "t1", "t2"])
            let rest = try await client.observations(of: "s1", after: "t2")
            #expect(rest.map(\.id) == ["t3", "t4"])
            let all = try await client.observations()
            #expect(all.count == 7)
            let failure = await #expect(throws: Failure.self) { try await client.observations(after: "nobody") }
            #expect(failure?.code == .notFound)
        }
    }

    @Test func `long lists take several replies`() async throws {
        try await serve { client, _ in
            let genome = String(repeating: "g", count: 200_000)
            for number in 0..<9 {
                try await client.record(observation("t\(number)", genome: genome + "\(number)", objective: 1))
            }
            let all = try await client.observations()
            #expect(all.map(\.id) == (0..<9).map { "t\($0)" })
        }
    }

    @Test func `the best network of the most similar scenario comes first`() async throws {
        try await serve { client, _ in
            var far = spoken
            far.datasets = ["image": "cifar10"]
            far.functions = ["vision.colour"]
            for number in 0..<10 {
                try await client.record(
                    observation("near/\(number)", scenario: "near", objective: 0.5 + Double(number) / 100))
                try await client.record(
                    observation("far/\(number)", scenario: "far", features: far, objective: 0.9 + Double(number) / 100))
            }
            let best = try await client.rank(for: spoken, space: "fusion", limit: 3)
            #expect(best.map(\.model.key.genome) == ["genome of near/9", "genome of near/8", "genome of near/7"])
            #expect(best.allSatisfy { $0.similarity == 1 && $0.outcomes == 1 })
            let others = try await client.rank(for: far, space: "fusion", limit: 2)
            #expect(others.map(\.model.key.genome) == ["genome of far/9", "genome of far/8"])
        }
    }

    @Test func `the best of many counts more than a single one`() async throws {
        try await serve { client, _ in
            try await client.record(observation("only", scenario: "one", features: numbered(11), objective: 0.99))
            for number in 0..<4 {
                try await client.record(observation("m\(number)", scenario: "many", objective: Double(number) / 10))
            }
            let best = try await client.rank(for: spoken, space: "fusion", limit: 2)
            #expect(best.first?.model.key.genome == "genome of m3")
        }
    }

    @Test func `a genome is ranked once, and only within its space and task`() async throws {
        try await serve { client, _ in
            var tracking = spoken
            tracking.task = "tracking"
            try await client.record(observation("a", scenario: "s1", genome: "same", objective: 0.9))
            try await client.record(
                observation("b", scenario: "s2", features: numbered(11), genome: "same", objective: 0.8))
            try await client.record(observation("c", scenario: "s3", space: "other", objective: 1))
            try await client.record(observation("d", scenario: "s4", features: tracking, objective: 1))
            let best = try await client.rank(for: spoken, space: "fusion", limit: 10)
            #expect(best.map(\.model.key.genome) == ["same"])
            #expect(best.map(\.outcomes) == [2])
            let nothing = try await client.rank(for: spoken, space: "unknown", limit: 10)
            #expect(nothing.isEmpty)
        }
    }

    @Test func `what was learned survives the service, and repeated outcomes teach nothing`() async throws {
        try await serve { client, _ in
            for scenario in 0..<4 {
                for model in 0..<5 {
                    try await client.record(
                        observation(
                            "\(scenario)/\(model)", scenario: "\(scenario)", features: numbered(Double(scenario)),
                            genome: "\(model).1", objective: Double((model + scenario) % 5)))
                }
            }
            let training = try await client.learn()
            #expect(training.fresh == 4)
            #expect(training.scenarios == 4)
            let again = try await client.learn()
            #expect(again.fresh == 0)
            for model in 0..<5 {
                try await client.record(
                    observation(
                        "again/\(model)", scenario: "again", features: numbered(2), genome: "\(model).1",
                        objective: Double((model + 2) % 5)))
            }
            let repeated = try await client.learn()
            #expect(repeated.fresh == 0)
        }
        let learned = try await serve { client, _ in
            let training = try await client.learn()
            #expect(training.fresh == 0)
            return try await client.rank(for: numbered(2), space: "fusion", limit: 5)
        }
        #expect(learned.count == 5)
        #expect(abs(learned.reduce(0) { $0 + $1.weight } - 1) < 1e-5)
        #expect(learned.allSatisfy { $0.heads.count == 4 })
        #expect(try await events.read().filter { $0.kind == "attention.learned" }.count == 1)
    }

    /// Scenarios that differ in one number.
    private func numbered(_ number: Double) -> ScenarioFeatures {
        var features = spoken
        features.numbers["classes"] = number
        return features
    }

    @Test func `an incomplete or non-numeric observation is refused`() async throws {
        try await serve { client, _ in
            var unmeasured = observation("x", objective: .nan)
            let first = await #expect(throws: Failure.self) { try await client.record(unmeasured) }
            #expect(first?.code == .invalidArgument)
            #expect(first?.message.contains("objective") == true)
            unmeasured.objective = 1
            unmeasured.metrics["loss"] = .infinity
            let second = await #expect(throws: Failure.self) { try await client.record(unmeasured) }
            #expect(second?.message.contains("loss") == true)
            // A metric of the same name must not hide it.
            unmeasured.metrics["loss"] = nil
            unmeasured.metrics["classes"] = 1
            unmeasured.features.numbers["classes"] = .infinity
            let infinite = await #expect(throws: Failure.self) { try await client.record(unmeasured) }
            #expect(infinite?.code == .invalidArgument && infinite?.message.contains("numbers.classes") == true)
            let third = await #expect(throws: Failure.self) {
                try await client.record(observation("y", genome: "", objective: 1))
            }
            #expect(third?.message.contains("'genome'") == true)
            let all = try await client.observations()
            #expect(all.isEmpty)
        }
    }
}
