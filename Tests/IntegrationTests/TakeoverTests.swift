import Foundation
import Messaging
import Model
import Networks
import ServiceClient
import TestSupport
import Testing
import TrainerClient
import WorkQueueClient

/// A training that loses its worker continues on another one.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct TakeoverTests {
    private struct Order {
        let trainer: TrainerClient
        let task: TrainingTask

        func train(_ id: String) async throws -> TrainingResult { try await trainer.train(task, id: id, group: "g") }
    }

    /// A training of a few seconds on a prepared dataset, which stores a checkpoint long before its end on any machine.
    private func order(_ cluster: Cluster) async throws -> Order {
        let trainer = TrainerClient(try cluster.connect(to: .trainer))
        let recipe = try DatasetRecipe(
            modalities: ["image": .init(dataset: "synthetic-digits")],
            counts: .init(training: 400, validation: 60, test: 60), seed: 5)
        _ = try await trainer.prepare(PreparationTask(recipe: recipe), id: "prepare", group: "g")
        let network = try NetworkDescription.fused(
            branches: [
                ("image", try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10, width: 1))
            ],
            classes: 10)
        let task = TrainingTask(
            network: network, dataset: recipe.id,
            optimizers: [Optimizer(rule: .adam, learningRate: 1e-3)], epochs: 160, batch: 16, seed: 11,
            checkpointInterval: .milliseconds(100))
        return Order(trainer: trainer, task: task)
    }

    @Test func `a training resumes from its checkpoint and ends with the same network`() async throws {
        try await Cluster.run(workers: 1) { cluster in
            let order = try await order(cluster)
            let undisturbed = try await order.train("undisturbed")
            for (signal, reason) in [(SIGKILL, "silence"), (SIGTERM, "released")] {
                async let result = order.train(reason)
                try await checkpoint(of: reason, cluster)
                try await cluster.stopAndRestart([.trainerWorker(1)], signal)
                let disturbed = try await result
                #expect(disturbed.weights == undisturbed.weights)
                #expect(disturbed.script == undisturbed.script)
                try check(try await cluster.events(of: .trainer).filter { $0.subject == reason }, reason)
            }
        }
    }

    /// The task was taken over once, at the checkpoint that its first worker left.
    private func check(_ events: [Event], _ reason: String) throws {
        let returned = try #require(events.firstIndex { $0.kind == "task.returned" })
        #expect(events[returned].attributes["reason"] == reason)
        #expect(events.filter { $0.kind == "task.leased" }.map { $0.attributes["attempt"] } == ["1", "2"])
        let saved = try #require(events[..<returned].last { $0.attributes["checkpoint"] != nil })
        let savedStep = saved.attributes["step"].flatMap { Int($0) } ?? 0
        let steps = events[returned...].compactMap { $0.attributes["step"].flatMap { Int($0) } }
        #expect(savedStep > 0)
        #expect(try #require(steps.first) >= savedStep)
    }

    /// Waits for the first checkpoint of a training that is far from its end.
    private func checkpoint(of task: String, _ cluster: Cluster) async throws {
        for try await page in try cluster.service(.trainer).follow(after: 0) {
            let events = page.filter { $0.subject == task }
            try #require(!events.contains { $0.kind == "task.succeeded" }, "the training was too short for this test")
            if events.contains(where: { $0.attributes["checkpoint"] != nil }) { return }
        }
    }
}
