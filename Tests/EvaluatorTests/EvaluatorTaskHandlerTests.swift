import Answers
import Datasets
import EvaluatorClient
import Foundation
import Model
import Networks
import RegistryClient
import ServiceTestSupport
import TestSupport
import Testing
import Torch
import WorkQueueClient
import WorkerSupport

@testable import EvaluatorWorker

@Suite(.serialized, .timeLimit(.minutes(2))) struct EvaluatorTaskHandlerTests {
    /// Prepares the dataset and a network with fresh weights, as a trainer would leave them.
    static func set(up fixture: WorkerFixture) async throws -> (task: EvaluationTask, expected: Evaluation) {
        let recipe = try WorkerFixture.recipe()
        let file = fixture.directory.file("dataset")
        try await withTaskExecutorPreference(WorkerThread()) { try DatasetPreparer().prepare(recipe, to: file.path) }
        let blob = try await fixture.registry.upload(file: file)
        _ = try await fixture.registry.register(
            RegisteredDataset(name: "digits", recipe: BlobDigest(recipe.id), blob: blob, classes: 10))
        let description = try WorkerFixture.network()
        let network = try ScriptedNetwork(description, seed: 3)
        try network.saveWeights(to: fixture.directory.file("network.safetensors"))
        let task = EvaluationTask(
            weights: try await fixture.registry.upload(file: fixture.directory.file("network.safetensors")),
            network: description, dataset: recipe.id, latencyRuns: 5)
        return (task, try network.evaluate(on: PreparedDataset(opening: file.path).source(.test)))
    }

    static func evaluate(_ fixture: WorkerFixture, _ task: EvaluationTask) async throws -> EvaluationResult {
        let handler = EvaluatorTaskHandler(registry: fixture.registry, cache: fixture.cache)
        let lease = WorkerFixture.lease(EvaluationTask.kind, try task.payload())
        return try EvaluationResult(result: try await handler.work(on: lease))
    }

    @Test func `a network is scored, counted and timed`() async throws {
        try await WorkerFixture.run { fixture in
            let (task, expected) = try await Self.set(up: fixture)
            let result = try await Self.evaluate(fixture, task)
            #expect(result.metrics["accuracy"] == expected.accuracy)
            #expect(result.metrics["accuracy-error"] == expected.standardErrors["accuracy"])
            #expect(result.metrics["macro-f1"] == expected.metrics["macro-f1"])
            #expect(result.confusion == expected.confusionRows)
            #expect(result.confusion.joined().reduce(0, +) == 60 && result.samples == 60)
            // Half of LeNet3's channels: kernels, normalization, classifier.
            #expect(result.parameters == 25 * 4 + 9 * 4 * 8 + 9 * 8 * 16 + 2 * 28 + (16 * 9 + 1) * 10)
            #expect(result.operations == 25 * 4 * 784 + 9 * 4 * 8 * 196 + 9 * 8 * 16 * 49 + 1440)
            #expect(result.latencyMilliseconds > 0)
        }
    }

    @Test func `answers are kept on request, with what the network saw`() async throws {
        try await WorkerFixture.run { fixture in
            var (task, expected) = try await Self.set(up: fixture)
            #expect(try await Self.evaluate(fixture, task).answers == nil)
            task.keepsAnswers = true
            let digest = try #require(try await Self.evaluate(fixture, task).answers)
            let path = fixture.directory.file("answers")
            try await fixture.registry.download(digest, to: path)
            let file = try AnswerFile(opening: path.path)
            #expect(file.outputs == expected.outputs && .classes(file.classes) == expected.answers)
            #expect(file.count == 60 && file.samples == Array(0..<60) && file.importances == nil)
            let pictures = try #require(file.pictures["image"])
            #expect(pictures.values.allSatisfy { $0.shape == [1, 28, 28] })
            // The most wrong sample has its picture.
            #expect(pictures[file.rowsByError[0]] != nil)
            #expect(try await Self.evaluate(fixture, task).answers == digest, "the same file each time")
        }
    }

    @Test func `a network is timed without using the test split`() async throws {
        try await WorkerFixture.run { fixture in
            var (task, _) = try await Self.set(up: fixture)
            task.split = nil
            let result = try await Self.evaluate(fixture, task)
            #expect(result.metrics.isEmpty && result.samples == 0 && result.confusion.isEmpty)
            #expect(result.latencyMilliseconds > 0 && result.parameters > 0)
        }
    }

    @Test func `a file that does not match the network is refused`() async throws {
        try await WorkerFixture.run { fixture in
            var (task, _) = try await Self.set(up: fixture)
            task.network = try TableSix.leNet5.network(input: "image", shape: [1, 28, 28], classes: 10)
            try await Self.expectRefusal(fixture, task, "conv")
            task.network = try WorkerFixture.network()
            task.weights = try await fixture.registry.upload(bytes: Array("no weights".utf8))
            try await Self.expectRefusal(fixture, task, "safetensors")
            task.weights = BlobDigest(hashing: [7])
            try await Self.expectRefusal(fixture, task, "no blob")
        }
    }

    @Test func `no code of a file that somebody names is run`() async throws {
        try await WorkerFixture.run { fixture in
            var (task, _) = try await Self.set(up: fixture)
            let hostile = try await HostileFile(in: fixture)
            task.weights = hostile.blob
            try await Self.expectRefusal(fixture, task, "safetensors")
            #expect(try hostile.isHarmless)
        }
    }

    private static func expectRefusal(
        _ fixture: WorkerFixture, _ task: EvaluationTask, _ word: String
    ) async throws {
        let failure = await #expect(throws: Failure.self) { try await evaluate(fixture, task) }
        #expect(failure?.isRetriable == false)
        #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
    }
}
