import Model
import Networks
import RegistryClient
import TestSupport
import Testing
import TrainerClient
import WorkQueueClient
import WorkerSupport

@testable import TrainerWorker

/// A model that knows five digits learns the other five.
@Suite(.serialized, .timeLimit(.minutes(4))) struct UpdateTests {
    private static func recipe(_ labels: [Int]) throws -> DatasetRecipe {
        try DatasetRecipe(
            modalities: ["image": .init(dataset: "synthetic-digits")],
            counts: .init(training: 400, validation: 150, test: 150), labels: labels)
    }

    private static func work(_ fixture: WorkerFixture, _ kind: String, _ payload: [UInt8]) async throws -> [UInt8] {
        let handler = TrainerTaskHandler(registry: fixture.registry, cache: fixture.cache)
        return try await handler.work(on: WorkerFixture.lease(kind, payload))
    }

    /// A live model of digits 0 to 4, and the recipe of the others.
    private static func firstVersion(_ fixture: WorkerFixture) async throws -> (id: String, others: String) {
        let (first, second) = try (recipe([0, 1, 2, 3, 4]), recipe([5, 6, 7, 8, 9]))
        for recipe in [first, second] {
            _ = try await work(fixture, PreparationTask.kind, PreparationTask(recipe: recipe).payload())
        }
        let network = try WorkerFixture.network()
        let task = TrainingTask(
            network: network, dataset: first.id,
            optimizers: [.init(rule: .adam, learningRate: 0.005)], epochs: 4, batch: 16, seed: 1)
        let trained = try TrainingResult(result: await work(fixture, TrainingTask.kind, task.payload()))
        _ = try await fixture.registry.register(
            BaseNetwork(
                id: network.id, name: "LeNet3", category: "LeNet", areas: ["vision"], functions: ["classification"],
                description: network.canonicalJSON))
        let model = try await fixture.registry.register(
            PretrainedModel(
                id: "digits/1", network: network.id, platform: "Gyrus1.0", dataset: "synthetic-digits",
                optimizer: "Adam", accuracy: 0.9,
                files: [ModelFile(.torchScript, trained.script), ModelFile(.safetensors, trained.weights)],
                lineage: .init(recipe: BlobDigest(first.id)), series: "digits"))
        _ = try await fixture.registry.move(model.id, to: .live, by: "test", note: "")
        return (model.id, second.id)
    }

    @Test func `replay retains knowledge and its version goes live; fine-tuning forgets and is only kept`()
        async throws
    {
        try await WorkerFixture.run { fixture in
            let (model, others) = try await Self.firstVersion(fixture)
            func update(_ method: String) async throws -> UpdateResult {
                let task = UpdateTask(
                    model: model, dataset: others, method: method, memory: 300, epochs: 5, batch: 16,
                    learningRate: 0.005, allowedForgetting: 0.06, person: "tester")
                return try UpdateResult(result: await Self.work(fixture, UpdateTask.kind, task.payload()))
            }
            let forgetful = try await update("fine-tuning")
            #expect(forgetful.stage == "none")
            #expect(try #require(forgetful.metrics["forgetting"]) > 0.5)
            #expect(try await fixture.registry.model(model).stage == .live)

            let careful = try await update("replay")
            #expect(try #require(careful.metrics["forgetting"]) <= 0.06)
            #expect(try #require(careful.metrics["new-accuracy"]) > 0.7)
            #expect(careful.stage == "live")
            #expect(try await fixture.registry.model(model).stage == .archived)
            let version = try await fixture.registry.model(careful.model)
            #expect(version.lineage.parent == model)
            #expect(version.series == "digits")
            #expect(version.version == 3)
            // Repeating it after a crash gives the same version.
            #expect(try await update("replay").model == careful.model)
        }
    }

    /// `gyrus models import --network` registers a model whose training data nobody knows.
    @Test func `a model imported with its base network continues to learn`() async throws {
        try await WorkerFixture.run { fixture in
            let (known, others) = try await Self.firstVersion(fixture)
            var imported = try await fixture.registry.model(known)
            imported = try await fixture.registry.register(
                PretrainedModel(
                    id: "imported-1", network: imported.network, platform: "PyTorch", dataset: "digits",
                    optimizer: "unknown", accuracy: nil, files: imported.files,
                    lineage: .init(license: "MIT", origin: "weights.safetensors")))
            func update(_ method: String) async throws -> UpdateResult {
                let task = UpdateTask(
                    model: imported.id, dataset: others, method: method, memory: 300, epochs: 5, batch: 16,
                    learningRate: 0.005, allowedForgetting: 0.06, person: "tester")
                return try UpdateResult(result: await Self.work(fixture, UpdateTask.kind, task.payload()))
            }
            let failure = await #expect(throws: Failure.self) { try await update("replay") }
            #expect(failure?.message.contains("Use distillation, which needs none") == true)
            let result = try await update("distillation")
            let before = try #require(result.metrics["new-accuracy.before"])
            #expect(try #require(result.metrics["new-accuracy"]) > before + 0.3)
            // What it forgot cannot be measured without its data.
            #expect(result.metrics["forgetting"] == nil)
            let version = try await fixture.registry.model(result.model)
            #expect(version.lineage.parent == imported.id && version.lineage.license == "MIT")
        }
    }

    @Test func `impossible updates are refused with advice`() async throws {
        try await WorkerFixture.run { fixture in
            let (model, others) = try await Self.firstVersion(fixture)
            func failure(_ task: UpdateTask) async -> Failure? {
                await #expect(throws: Failure.self) {
                    _ = try await Self.work(fixture, UpdateTask.kind, task.payload())
                }
            }
            let unknown = await failure(UpdateTask(model: model, dataset: others, method: "magic", person: "tester"))
            #expect(unknown?.message.contains("replay, distillation, ewc, fine-tuning") == true)
            let missing = await failure(
                UpdateTask(model: model, dataset: String(repeating: "0", count: 64), person: "tester"))
            #expect(missing?.code == .notFound)
            let nobody = await failure(UpdateTask(model: "nobody", dataset: others, person: "tester"))
            #expect(nobody?.code == .notFound)
        }
    }
}
