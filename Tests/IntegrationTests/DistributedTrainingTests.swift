import Foundation
import Messaging
import Model
import Networks
import ServiceClient
import TestSupport
import Testing
import TrainerClient

/// Processes that train one network together.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DistributedTrainingTests {
    private func task(
        _ trainer: TrainerClient, _ distribution: Distribution, epochs: Int = 60, batch: Int = 16
    ) async throws -> TrainingTask {
        let recipe = try DatasetRecipe(
            modalities: ["image": .init(dataset: "synthetic-digits")],
            counts: .init(training: 400, validation: 60, test: 60), seed: 5)
        _ = try await trainer.prepare(PreparationTask(recipe: recipe), id: "prepare", group: "g")
        let lenet = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10, width: 1)
        return TrainingTask(
            network: try NetworkDescription.fused(branches: [("image", lenet)], classes: 10),
            dataset: recipe.id, optimizers: [Optimizer(rule: .adam, learningRate: 1e-3)], epochs: epochs,
            batch: batch, seed: 11, checkpointInterval: .milliseconds(100), distribution: distribution)
    }

    @Test(arguments: [Distribution(workers: 2), Distribution(workers: 2, kind: .pipeline)])
    func `the death of any worker costs time, but the resulting network is the same`(
        of distribution: Distribution
    ) async throws {
        try await Cluster.run(workers: 2) { cluster in
            let trainer = TrainerClient(try cluster.connect(to: .trainer))
            let task = try await task(trainer, distribution)
            let undisturbed = try await trainer.train(task, id: "undisturbed", group: "g")
            for victim in [Cluster.Part.trainerWorker(1), .trainerWorker(2)] {
                let id = "killed-\(victim)"
                async let result = trainer.train(task, id: id, group: "g")
                try await checkpoint(of: id, cluster)
                try await cluster.killAndRestart([victim])
                #expect(try await result.weights == undisturbed.weights)
                let events = try await cluster.events(of: .trainer).filter { $0.subject == id }
                let leased = events.filter { $0.kind == "task.leased" }
                #expect(leased.map { $0.attributes["attempt"] } == ["1", "1", "2", "2"])
                #expect(leased.map { $0.attributes["rank"] } == ["0", "1", "0", "1"])
                #expect(events.count { $0.kind == "task.returned" } == 1)
            }
        }
    }

    @Test func `an asynchronous training continues without a dead worker, and accepts another`() async throws {
        try await Cluster.run(workers: 2) { cluster in
            let trainer = TrainerClient(try cluster.connect(to: .trainer))
            let task = try await task(
                trainer,
                Distribution(workers: 2, synchronization: .parameterServer, updates: .delayCompensated))
            let undisturbed = try await trainer.train(task, id: "undisturbed", group: "g")
            async let result = trainer.train(task, id: "killed", group: "g")
            try await checkpoint(of: "killed", cluster)
            let second = try await cluster.events(of: .trainer).first {
                $0.subject == "killed" && $0.kind == "task.leased" && $0.attributes["rank"] == "1"
            }
            let name = try #require(second?.attributes["worker"])
            let victim = try #require([1, 2].first { name.hasPrefix("\(Cluster.Part.trainerWorker($0))") })
            try await cluster.killAndRestart([.trainerWorker(victim)])
            let accuracies = try await [undisturbed, result].map { $0.metrics["validation-accuracy"] ?? 0 }
            #expect(abs(accuracies[0] - accuracies[1]) < 0.1)
            let events = try await cluster.events(of: .trainer).filter { $0.subject == "killed" }
            #expect(!events.contains { $0.kind == "task.returned" })
            #expect(events.count { $0.kind == "task.leased" && $0.attributes["rank"] == "0" } == 1)
        }
    }

    @Test(arguments: [
        Distribution.Synchronization.dynamicBatch, .localSGD, .overlap, .easgd, .pso, .parameterServer,
    ])
    func `whichever worker dies, a training ends with an equally good network`(
        by synchronization: Distribution.Synchronization
    ) async throws {
        try await Cluster.run(workers: 2) { cluster in
            let trainer = TrainerClient(try cluster.connect(to: .trainer))
            let task = try await task(trainer, Distribution(workers: 2, synchronization: synchronization))
            let start = ContinuousClock.now
            let undisturbed = try await trainer.train(task, id: "undisturbed", group: "g")
            let time = ContinuousClock.now - start
            async let result = trainer.train(task, id: "killed", group: "g")
            try await Task.sleep(for: time * Double.random(in: 0.1..<0.8))
            try await cluster.killAndRestart([.trainerWorker(Int.random(in: 1...2))])
            let accuracies = try await [undisturbed, result].map { $0.metrics["validation-accuracy"] ?? 0 }
            // With 60 samples: two standard errors of a difference at 90 %.
            #expect(accuracies[1] > accuracies[0] - 0.11)
        }
    }

    @Test func `a training continues with the workers that remain`() async throws {
        try await Cluster.run(workers: 2) { cluster in
            let trainer = TrainerClient(try cluster.connect(to: .trainer))
            try await cluster.stop(.trainerWorker(2))
            // Long enough for a process to start meanwhile.
            let long = try await task(trainer, Distribution(workers: 2, minWorkers: 1), epochs: 300, batch: 64)
            async let result = trainer.train(long, id: "t", group: "g")
            try await checkpoint(of: "t", cluster)
            try cluster.start(.trainerWorker(2))
            try await leases(3, of: "t", cluster)
            // Not a crash, and nothing counts against the task, because the remaining worker returned it.
            #expect(try await reasons(cluster) == ["released"])
            try await cluster.stop(.trainerWorker(1), SIGKILL)
            #expect(try await (result.metrics["validation-accuracy"] ?? 0) > 0.8)
            let leased = try await cluster.events(of: .trainer).filter { $0.kind == "task.leased" && $0.subject == "t" }
            #expect(leased.map { $0.attributes["attempt"] } == ["1", "2", "2", "3"])
            #expect(try await reasons(cluster).count == 2)
        }
    }

    @Test func `a disconnected worker delays the others only until that is noticed`() async throws {
        try await Cluster.run(workers: 3) { cluster in
            let trainer = TrainerClient(try cluster.connect(to: .trainer))
            let task = try await task(trainer, Distribution(workers: 2))
            let undisturbed = try await trainer.train(task, id: "undisturbed", group: "g")
            async let result = trainer.train(task, id: "t", group: "g")
            try await checkpoint(of: "t", cluster)
            let second = try await cluster.events(of: .trainer).last { $0.kind == "task.leased" && $0.subject == "t" }
            let name = try #require(second?.attributes["worker"])
            let victim = try #require([1, 2, 3].first { name.hasPrefix("\(Cluster.Part.trainerWorker($0))") })
            let start = ContinuousClock.now
            // It neither answers nor closes the connection, like behind a broken link.
            cluster.signal(.trainerWorker(victim), SIGSTOP)
            defer { cluster.signal(.trainerWorker(victim), SIGCONT) }
            try await leases(4, of: "t", cluster)
            #expect(ContinuousClock.now - start < .seconds(25))
            #expect(try await result.weights == undisturbed.weights)
        }
    }

    /// Waits until a number of workers have begun an attempt.
    private func leases(_ count: Int, of task: String, _ cluster: Cluster) async throws {
        var seen = 0
        for try await page in try cluster.service(.trainer).follow(after: 0) {
            let events = page.filter { $0.subject == task }
            try #require(!events.contains { $0.kind == "task.succeeded" }, "the training was too short for this test")
            seen += events.count { $0.kind == "task.leased" }
            if seen >= count { return }
        }
    }

    private func reasons(_ cluster: Cluster) async throws -> [String] {
        try await cluster.events(of: .trainer).filter { $0.kind == "task.returned" }
            .compactMap { $0.attributes["reason"] }
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
