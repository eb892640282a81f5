import Datasets
import Foundation
import Model
import Networks
import RegistryClient
import ServiceTestSupport
import TestSupport
import Testing
import Torch
import TrainerClient
import WorkQueueClient
import WorkerSupport

@testable import TrainerWorker

/// Networks that are assembled without training.
@Suite(.serialized, .timeLimit(.minutes(2))) struct AssembledNetworkTests {
    private static func work(_ fixture: WorkerFixture, _ kind: String, _ payload: [UInt8]) async throws -> [UInt8] {
        let handler = TrainerTaskHandler(registry: fixture.registry, cache: fixture.cache)
        return try await handler.work(on: WorkerFixture.lease(kind, payload))
    }

    @Test func `a product of answers is assembled on features, and with its backbones' weights`() async throws {
        try await WorkerFixture.run { fixture in
            let recipe = try DatasetRecipe(
                modalities: [
                    "image": .init(dataset: "synthetic-digits"), "sketch": .init(dataset: "synthetic-digits"),
                ],
                counts: .init(training: 20, validation: 60, test: 20))
            _ = try await Self.work(fixture, PreparationTask.kind, PreparationTask(recipe: recipe).payload())
            let lenet = try TableSix.leNet3.network(shape: [1, 28, 28], classes: 10, width: 0.5)
            let backbones = try ["image", "sketch"].map { try Backbone(modality: $0, network: lenet) }
            let networks = try backbones.map { try ScriptedNetwork($0.network, seed: 1) }
            var weights: [BlobDigest] = []
            var features: [String] = []
            for (backbone, network) in zip(backbones, networks) {
                let file = fixture.directory.file("\(backbone.modality).safetensors")
                try network.saveWeights(to: file)
                let blob = try await fixture.registry.upload(file: file)
                let task = FeatureTask(
                    modality: backbone.modality, network: backbone.network, weights: blob,
                    dataset: recipe.id)
                let result = try await Self.work(fixture, FeatureTask.kind, task.payload())
                features.append(try FeatureResult(result: result).features)
                weights.append(blob)
            }

            let head = try FusionHead(productOf: backbones, classes: 10)
            var task = TrainingTask(
                network: head.network(named: "head"), dataset: recipe.id, optimizers: [], epochs: 0,
                batch: 16, seed: 1, features: features)
            let above = try await TrainerTaskHandlerTests.train(fixture, task)
            #expect(above.checkpoint == nil)
            task.network = head.whole(named: "whole")
            task.features = []
            // The head's file has no tensors.
            task.initialWeights = (weights + [above.weights]).map { TrainingTask.InitialWeights($0) }
            let whole = try await TrainerTaskHandlerTests.train(fixture, task)
            #expect(above.metrics["validation-accuracy"] == whole.metrics["validation-accuracy"])
            let losses = try [above, whole].map { try #require($0.metrics["validation-loss"]) }
            #expect(abs(losses[0] - losses[1]) < 1e-4)

            let dataset = try PreparedDataset(
                opening: try await fixture.registry.datasetFile(recipe: recipe.id, in: fixture.cache).path)
            let samples = try dataset.source(.validation)
            let network = try ScriptedNetwork(loading: try await fixture.cache.file(for: whole.script))
            let sums = try network.outputs(for: samples, width: 10).joined()
            let parts = try networks.map { try $0.outputs(for: samples, width: 10).joined() }
            let errors = zip(sums, zip(parts[0], parts[1])).map { sum, part in abs(sum - part.0 - part.1) }
            #expect(errors.count == 600)
            #expect(errors.max() ?? 1 < 1e-4)
        }
    }

    @Test func `a network with tensors but without weights must be trained`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await TrainerTaskHandlerTests.prepare(fixture)
            let failure = await #expect(throws: Failure.self) {
                try await TrainerTaskHandlerTests.train(fixture, TrainerTaskHandlerTests.task(epochs: 0))
            }
            #expect(failure?.code == .invalidArgument)
            #expect(failure?.message.contains("epochs are 0") == true, "\(failure?.message ?? "")")
        }
    }
}
