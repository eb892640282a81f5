import ArgumentParser
import Foundation
import GRDB
import KnowledgeClient
import KnowledgeServer
import Logging
import Messaging
import Model
import ServiceTestSupport
import Storage

/// How long ranking and learning take with many outcomes.
struct KnowledgeScaleBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "knowledge-scale", abstract: "Measure how long ranking and learning take with many outcomes.")

    @Option(help: "Number of outcomes.")
    var observations = 100_000

    @Option(help: "Number of models.")
    var models = 1000

    @Option(help: "Number of outcomes of each scenario.")
    var trials = 200

    func run() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "gyrus-knowledge-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let pool = try ServiceDatabase.open(at: directory.appending(path: "knowledge.sqlite")) { migrator in
            EventLog.registerMigrations(in: &migrator)
            KnowledgeDatabase.registerMigrations(in: &migrator)
        }
        let store = KnowledgeStore(pool, events: EventLog(pool, service: "knowledge"))
        let learner = KnowledgeLearner(
            store: store, logger: Logger(label: "knowledge") { _ in SwiftLogNoOpLogHandler() })
        var router = Router()
        KnowledgeHarness(store: store, learner: learner).register(in: &router)
        try await withServer(router) { requests in
            try await measure(KnowledgeClient(requests, patience: .seconds(600)))
        }
    }

    private func measure(_ client: KnowledgeClient) async throws {
        let filling = try await seconds { try await fill(client) }
        print(String(format: "%d outcomes recorded in %.1f s", observations, filling))
        print(String(format: "first learning run: %.2f s", try await seconds { _ = try await client.learn() }))
        for model in 0..<trials { try await client.record(observation(observations / trials, model)) }
        print(
            String(
                format: "learning run after one more search: %.2f s", try await seconds { _ = try await client.learn() }
            ))
        let candidates = (0..<models).map { ModelCandidate(key: ModelKey(space: "space", genome: "\($0 + 1).1")) }
        var times: [Double] = []
        for number in 0..<21 {
            times.append(
                try await seconds {
                    _ = try await client.rank(
                        for: features(number), space: "space", candidates: candidates, limit: 10)
                })
        }
        times.sort()
        print(String(format: "ranking of %d models: %.1f ms (median of %d)", models, 1000 * times[10], times.count))
    }

    private func fill(_ client: KnowledgeClient) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<observations {
                if number >= 256 { try await group.next() }
                group.addTask { try await client.record(observation(number / trials, number % trials)) }
            }
            try await group.waitForAll()
        }
    }

    private func observation(_ scenario: Int, _ trial: Int) -> Observation {
        let model = (scenario * 37 + trial * 5) % models
        return Observation(
            id: "\(scenario)/\(trial)", scenario: "\(scenario)", features: features(scenario), genome: "\(model + 1).1",
            space: "space", objective: sin(Double(model)) + cos(Double(model * scenario)))
    }

    private func features(_ scenario: Int) -> ScenarioFeatures {
        ScenarioFeatures(
            task: "classification", datasets: ["image": "data\(scenario % 40)"], functions: ["vision.shape"],
            numbers: ["samples": Double(100 + scenario), "classes": Double(2 + scenario % 20)])
    }

    private func seconds(_ body: () async throws -> Void) async throws -> Double {
        let start = ContinuousClock.now
        try await body()
        return (ContinuousClock.now - start) / .seconds(1)
    }
}
