import DesignerClient
import EvaluatorClient
import Foundation
import KnowledgeClient
import Messaging
import Model
import RegistryClient
import ServiceClient
import ServiceLifecycle
import TestSupport
import Testing
import TrainerClient
import WorkQueueClient

/// The built services without libtorch: workers in the test measure networks by a formula, almost instantly.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DesignerProcessTests {
    static let scenario = """
        scenario: digits
        modalities:
          image: {dataset: mnist}
          audio: {dataset: fsdd, noise: esc10}
        search: {population: 8, trials: 40, seed: 7, widths: [0.5, 1],
                 structures: [LeNet3, LeNet5, MediumNet, SparseNet]}
        """

    /// The same with trials that are stopped early.
    static let halving =
        scenario.replacing("seed: 7,", with: "seed: 7, halving: {first: 1},") + "\ntraining: {epochs: 9}"

    /// The same with a method that learns in a separate process.
    static let neural = scenario.replacing("seed: 7,", with: "seed: 7, method: nao,")

    /// Trains and scores by a formula of the order, so that the same order has the same outcome.
    struct Formula: TaskHandler {
        let registry: RegistryClient

        func handle(_ lease: TaskLease, progress: TaskProgress) async throws -> [UInt8] {
            let digest = BlobDigest(hashing: lease.payload)
            var checkpoint: BlobDigest?
            let accuracy = 0.5 + Double(UInt32(digest.hexadecimal.prefix(6), radix: 16) ?? 0) / Double(1 << 25)
            switch lease.kind {
            case PreparationTask.kind:
                let recipe = try PreparationTask(payload: lease.payload).recipe
                let blob = try await registry.upload(bytes: Array("data".utf8))
                return try PreparationResult(recipe: recipe.id, blob: blob).encoded()
            case TrainingTask.kind:
                // Long enough for kills to happen meanwhile.
                try await Task.sleep(for: .milliseconds(30))
                try await progress.report(step: 1, steps: 1, metrics: ["validation-accuracy": accuracy])
                let task = try TrainingTask(payload: lease.payload)
                if let before = task.checkpoint { #expect(try await registry.state(of: before).isComplete) }
                if let pause = task.pauseAfter {
                    checkpoint = try await registry.upload(bytes: Array("\(pause) \(digest)".utf8))
                }
                let script = try await registry.upload(bytes: Array("script \(digest)".utf8))
                let weights = try await registry.upload(bytes: Array("weights \(digest)".utf8))
                return try TrainingResult(
                    script: script, weights: weights, metrics: ["validation-accuracy": accuracy, "seconds": 0.03],
                    checkpoint: checkpoint
                ).encoded()
            default:
                return try EvaluationResult(
                    metrics: ["accuracy": accuracy], samples: 1, confusion: [], parameters: 1, operations: 1,
                    latencyMilliseconds: 1
                ).encoded()
            }
        }
    }

    /// The services of one installation, and clients for them.
    final class Installation {
        let fixture: ProcessFixture
        let loop = MessageLoop()
        private var processes: [ServiceName: ChildProcess] = [:]

        init(_ fixture: ProcessFixture) throws {
            self.fixture = fixture
            for name in ServiceName.allCases { try start(name) }
        }

        private func start(_ name: ServiceName) throws {
            let arguments = name == .trainer || name == .evaluator ? ["serve"] : []
            processes[name] = try fixture.start(name.rawValue, arguments)
        }

        func killAndRestart(_ names: [ServiceName]) async throws {
            for name in names { processes[name]?.signal(SIGKILL) }
            for name in names { _ = await processes[name]?.end() }
            for name in names { try start(name) }
        }

        /// Kills the processes that the designer has started.
        /// - Returns: How many there were.
        func killHelpers() -> Int {
            guard let designer = processes[.designer]?.id else { return 0 }
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(designer)/task")) ?? []
            let children = threads.flatMap { thread in
                let list = try? String(contentsOfFile: "/proc/\(designer)/task/\(thread)/children", encoding: .utf8)
                return list?.split(separator: " ").compactMap { Int32($0) } ?? []
            }
            return children.count { kill($0, SIGKILL) == 0 }
        }

        func connect(_ name: ServiceName) throws -> RequestClient {
            try ServiceDirectory(environment: fixture.environment).connect(to: name, loop: loop, logger: quiet)
        }

        func workers(_ count: Int) throws -> ServiceGroup {
            let handler = Formula(registry: RegistryClient(try connect(.registry)))
            let trainers = try (1...count).map { number in
                TaskWorker(
                    queue: QueueClient(try connect(.trainer)), name: "t\(number)",
                    kinds: [PreparationTask.kind, TrainingTask.kind], handler: handler, logger: quiet)
            }
            let evaluator = TaskWorker(
                queue: QueueClient(try connect(.evaluator)), name: "e1", kinds: [EvaluationTask.kind],
                handler: handler, logger: quiet)
            return ServiceGroup(services: trainers + [evaluator], logger: quiet)
        }
    }

    /// Runs a scenario to its end while calling `disturb` repeatedly; returns its trace.
    private func search(
        _ scenario: String = DesignerProcessTests.scenario, workers: Int = 2,
        disturb: (Installation, Int) async throws -> Void = { _, _ in }
    ) async throws -> [String] {
        try await ProcessFixture.run { fixture in
            let installation = try Installation(fixture)
            let group = try installation.workers(workers)
            let working = Task { try await group.run() }
            let designer = DesignerClient(try installation.connect(.designer))
            try await designer.publish(
                scenario, file: "digits.yaml", as: ScenarioID("s1"), patience: .seconds(60))
            var status = try await designer.scenario("s1")
            while !status.state.isFinal {
                try await disturb(installation, status.endedTrials)
                status = try await retrying(for: .seconds(60)) {
                    try await designer.scenario("s1", waiting: .milliseconds(100))
                }
            }
            #expect(status.state == .succeeded, "\(status.failure?.message ?? "")")
            let trials = try await retrying(for: .seconds(60)) { try await designer.trials(of: "s1") }
            if scenario == Self.scenario { try await check(installation, trials, status) }
            await group.triggerGracefulShutdown()
            try await working.value
            return trials.map {
                "\($0.id.number) \($0.genome) \($0.origin) \($0.state) \($0.objective ?? -1) \($0.rungs)"
            }
        }
    }

    /// Every trial was finished once, and everything about it arrived where it belongs.
    private func check(_ installation: Installation, _ trials: [Trial], _ status: ScenarioStatus) async throws {
        #expect(trials.count == 41)
        #expect(trials.allSatisfy { $0.state == .succeeded })
        // The designer's queue of scenarios is private: no client can pull or complete them.
        let outsider = QueueClient(try installation.connect(.designer))
        await #expect(throws: Failure.self) {
            try await outsider.pull(worker: "x", kinds: ["scenario"], waiting: .zero)
        }
        var events: [Event] = []
        let service = ServiceClient(try installation.connect(.designer))
        while true {
            let page = try await service.events(after: events.last?.sequence ?? 0)
            if page.events.isEmpty { break }
            events += page.events
        }
        #expect(events.map(\.sequence) == Array(1...UInt64(max(1, events.count))))
        let finished = events.filter { $0.kind == "trial.finished" }.map(\.subject)
        #expect(finished.count == 41 && Set(finished).count == 41)
        #expect(events.count { $0.kind == "scenario.result" } == 1)
        let registry = RegistryClient(try installation.connect(.registry))
        let model = try await registry.model(status.model ?? "")
        #expect(model.code?.description == status.best?.code)
        #expect(model.file(.torchScript) == status.best?.network?.script)
        #expect(model.lineage.recipe != nil && model.series == status.name)
        // Deliveries continue after the end of the search.
        let knowledge = KnowledgeClient(try installation.connect(.knowledge))
        // Only the final training is kept as a model, and the result, which can be a trial that was better.
        let kept = trials.filter(\.purpose.isFinal).map(\.id.description) + [status.model ?? ""]
        #expect(try await Set(registry.models().map(\.id)) == Set(kept))
        while try await knowledge.observations().count(where: { $0.space != ModelKey.pretrained }) < 40 {
            try await Task.sleep(for: .milliseconds(50))
        }
        // What is learned from the outcomes must not depend on how soon the second scenario is published.
        _ = try await knowledge.learn()
        try await checkKnowledge(installation, trials)
    }

    /// A similar scenario starts with the best networks of this one.
    private func checkKnowledge(_ installation: Installation, _ trials: [Trial]) async throws {
        let designer = DesignerClient(try installation.connect(.designer))
        let text = Self.scenario.replacing("trials: 40, seed: 7", with: "trials: 8, seed: 99")
        try await designer.publish(text, file: "digits.yaml", as: ScenarioID("s2"))
        #expect(try await designer.waitForEnd(of: "s2").state == .succeeded)
        let begun = try await designer.trials(of: "s2").prefix(4)
        #expect(begun.allSatisfy { $0.origin == "knowledge" })
        // How sure the knowledge service is of its ranking depends on how often it has learned by now, and so does
        // which good ones it proposes; it always proposes the best one.
        let objectives = Dictionary(
            trials.dropLast().map { ($0.genome, $0.objective ?? 0) }, uniquingKeysWith: max)
        let seeds = begun.compactMap { objectives[$0.genome] }
        #expect(seeds.count == 4)
        #expect(seeds.max() == objectives.values.max())
        #expect(mean(seeds) > mean(Array(objectives.values)))
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    @Test func `a search ends with the same trials, whatever is killed`() async throws {
        let reference = try await search()
        var kills = 0
        let disturbed = try await search { installation, ended in
            let order: [[ServiceName]] = [
                [.designer], [.designer, .trainer], [.registry], [.evaluator, .knowledge], ServiceName.allCases,
                [.designer],
            ]
            guard kills < order.count, ended >= 2 + kills * 6 else { return }
            try await installation.killAndRestart(order[kills])
            kills += 1
        }
        #expect(kills == 6)
        #expect(disturbed == reference)
    }

    @Test func `one worker and four pause and promote the same trials, whatever is killed`() async throws {
        let reference = try await search(Self.halving, workers: 1)
        #expect(reference.count == 41)
        #expect(reference.count { $0.contains("paused") } >= 25)
        #expect(reference.count { $0.contains("succeeded") } >= 2)
        var kills = 0
        let disturbed = try await search(Self.halving, workers: 4) { installation, ended in
            guard kills < 4, ended >= 4 + kills * 8 else { return }
            try await installation.killAndRestart(kills == 2 ? [.designer, .trainer, .registry] : [.designer])
            kills += 1
        }
        #expect(kills == 4)
        #expect(disturbed == reference)
    }

    @Test func `a neural search ends with the same trials although helper and designer are killed`()
        async throws
    {
        let reference = try await search(Self.neural)
        #expect(reference.count { $0.contains("gradient, round") } >= 20)
        var kills = 0, helpers = 0
        let disturbed = try await search(Self.neural, workers: 4) { installation, ended in
            // Three kills within one learning run would fail it.
            if helpers < 2 { helpers += installation.killHelpers() }
            guard kills < 2, ended >= 16 + kills * 8 else { return }
            try await installation.killAndRestart([.designer])
            kills += 1
        }
        #expect(kills == 2 && helpers > 0)
        #expect(disturbed == reference)
    }
}
