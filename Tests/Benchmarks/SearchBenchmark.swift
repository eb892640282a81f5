import ArgumentParser
import Brain
import DesignerClient
import DesignerSearch
import DesignerServer
import EvaluatorClient
import Foundation
import KnowledgeClient
import Logging
import Messaging
import Model
import Search
import ServiceLifecycle
import Storage
import TrainerClient

/// Trials per second of a search with a trivial objective: the real designer with its database and socket, and services
/// that answer immediately, compared with Optuna with SQLite storage.
///
/// Both store every trial on disk when it is proposed and when it has ended. The designer also does so when it is
/// trained, and stores an event each time.
struct SearchBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Measure search-loop trials/s with a trivial objective, compared with Optuna and SQLite.")

    @Option(help: "A Python that has Optuna, as Tests/Benchmarks/peers prints it; without it, only Gyrus is measured.")
    var python: String?

    @Option(help: "Number of rounds, in which both sides take turns.")
    var rounds = 3

    @Option(help: "Number of trials of the search.")
    var trials = 600

    @Option(help: "Number of trials of Optuna's study, which gets slower as it grows.")
    var peerTrials = 150

    @Option(help: "Number of trials in flight, and the size of the population.")
    var population = 12

    @Option(parsing: .upToNextOption, help: "Optuna's samplers: evolution, random, default.")
    var samplers = ["evolution", "random"]

    func run() async throws {
        guard let python else {
            print("search: gyrus \(try await search().grouped) trials/s (no --python, so there is no comparison)")
            return
        }
        for sampler in samplers {
            var comparison = Comparison("search", unit: "trials", peer: "Optuna (\(sampler)) + SQLite")
            for _ in 0..<rounds {
                let theirs = try OptunaPeer.trials(
                    peerTrials, population: population, sampler: sampler, python: python)
                comparison.add(ours: try await search(), theirs: theirs)
            }
            print(comparison.line)
        }
    }

    private var scenario: String {
        """
        scenario: benchmark
        stimuli: [see written digits, hear spoken digits]
        modalities:
          image: {dataset: mnist}
          audio: {dataset: fsdd}
        search: {method: evolution, population: \(population), trials: \(trials), seed: 7}
        """
    }

    /// From publishing the scenario until the client knows that it has ended.
    private func search() async throws -> Double {
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let directory = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString.prefix(8))")
        defer { try? FileManager.default.removeItem(at: directory) }
        let pool = try ServiceDatabase.open(at: directory.appending(path: "designer.sqlite")) { migrator in
            EventLog.registerMigrations(in: &migrator)
            DesignerStore.registerMigrations(in: &migrator)
        }
        let events = EventLog(pool, service: "designer")
        let world = TrivialWorld()
        let service = try await DesignerService(
            pool, events: events,
            peers: DesignerPeers(
                trainer: world, evaluator: world, knowledge: world, registry: world, brain: world, attention: world),
            logger: logger)
        var router = Router()
        DesignerHarness(service).register(in: &router)
        let endpoint = try Endpoint("ipc://\(directory.path(percentEncoded: false))/s")
        let server = RequestServer(endpoint: endpoint, router: router, loop: MessageLoop(), logger: logger)
        let parts = service.services + [server]
        let running = Task {
            try await withThrowingTaskGroup { group in
                for part in parts { group.addTask { try await part.run() } }
                try await group.waitForAll()
            }
        }
        let connection = RequestClient(to: try await server.boundEndpoint, loop: MessageLoop(), logger: logger)
        let result = try await trialsPerSecond(DesignerClient(connection))
        await connection.close()
        running.cancel()
        _ = try? await running.value
        return result
    }

    private func trialsPerSecond(_ designer: DesignerClient) async throws -> Double {
        try await rate {
            let id = ScenarioID.random()
            _ = try await designer.publish(scenario, file: "benchmark.yaml", as: id)
            let status = try await designer.waitForEnd(of: id.text)
            if let failure = status.failure { throw failure }
            return status.endedTrials
        }
    }
}

/// The other services, which answer immediately.
private struct TrivialWorld: Trainer, Evaluator, KnowledgeBase, ModelRegistry, ScenarioResolver {
    private let resolver = Resolver(AreaMap(computedFrom: .shipped), digest: AtlasFiles.shipped.digest)

    /// A number that depends only on the genome.
    private func accuracy(of genome: Genome?) -> Double {
        let hash = "\(genome, default: "none")".utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return Double(hash) / 4_294_967_296
    }

    func prepare(_ order: PreparationOrder) {}

    func train(_ order: Order<TrainingTask>) -> TrainingResult {
        let digest = BlobDigest(hashing: Array("\(order.genome, default: "none")".utf8))
        return TrainingResult(
            script: digest, weights: digest, metrics: ["validation-accuracy": accuracy(of: order.genome)])
    }

    func evaluate(_ order: Order<EvaluationTask>) -> EvaluationResult {
        EvaluationResult(
            metrics: order.task.split == nil ? [:] : ["accuracy": accuracy(of: order.genome)], samples: 1,
            confusion: [],
            parameters: 0, operations: 0,
            latencyMilliseconds: 1)
    }

    func track(_ order: Order<TrackingTask>) throws -> TrackingResult {
        throw Failure(.internal, "This benchmark tracks nothing.")
    }

    func features(_ order: Order<FeatureTask>) throws -> FeatureResult { throw nothingToFuse }

    func hold(_ files: [BlobDigest], for time: Duration) {}

    func pretrained(_ model: String, modality: String) throws -> StoredBackbone { throw nothingToFuse }

    private var nothingToFuse: Failure { Failure(.notFound, "This benchmark fuses nothing.") }

    func cancel(group: String) {}

    func networks(
        for scenario: Scenario, activations: [String: Double], space: String, limit: Int
    ) -> [RankedModel] { [] }

    func structures(
        _ names: [String], of modality: String, for scenario: Scenario, activations: [String: Double]
    ) -> [RankedStructure] { [] }

    func record(_ observation: TrialObservation) {}

    func register(_ model: TrainedModel) {}

    func register(_ tracker: TrackerModel) {}

    func explain(_ scenario: Scenario) throws -> Explanation { try resolver.explain(.init(scenario)) }
}
