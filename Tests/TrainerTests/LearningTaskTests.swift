import Model
import RegistryClient
import ServiceTestSupport
import TestSupport
import Testing
import Torch
import TrainerClient
import WorkQueueClient
import WorkerSupport

@testable import TrainerWorker

/// Tasks that learn from few labels.
@Suite(.serialized, .timeLimit(.minutes(4))) struct LearningTaskTests {
    private static let ways = [
        Learning(labels: 20), Learning(.semiSupervised, labels: 20),
        Learning(.autoencoder, labels: 20, pretraining: 2, transfer: .fineTuning),
        Learning(.contrastive, labels: 20, pretraining: 2),
    ]

    private static func task(_ learning: Learning) throws -> TrainingTask {
        var task = try TrainerTaskHandlerTests.task(epochs: 2)
        task.learning = learning
        task.kinds = ["image": .image]
        return task
    }

    @Test(arguments: ways) func `a task says how it learns in its payload`(_ way: Learning) throws {
        let task = try Self.task(way)
        #expect(try TrainingTask(payload: task.payload()) == task)
        #expect(try TrainingTask(payload: Self.task(Learning()).payload()).learning.isUsual)
    }

    @Test func `every kind of supervision reports its epochs and resumes from any checkpoint`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await TrainerTaskHandlerTests.prepare(fixture)
            for way in Self.ways {
                let task = try Self.task(way)
                let log = ReportLog()
                let progress = TaskProgress(logger: quiet) { report in
                    await log.add(report)
                    return .proceed
                }
                // A checkpoint after every piece of work.
                let whole = try await TrainerTaskHandlerTests.train(
                    fixture, task, checkpointInterval: .zero, progress: progress)
                #expect(whole.metrics["labels"] == 20)
                let reports = await log.reports
                let pretraining = way.mode.isPretrained ? 2 : 0
                #expect(reports.last?.step == 2 + pretraining && reports.last?.steps == 2 + pretraining)
                #expect(reports.contains { $0.metrics["pretraining-loss"] != nil } == way.mode.isPretrained)
                let checkpoints = reports.compactMap(\.checkpoint)
                try #require(checkpoints.count >= 3)
                for place in [0, checkpoints.count / 2, checkpoints.count - 1] {
                    let checkpoint = checkpoints[place]
                    let continued = try await TrainerTaskHandlerTests.train(fixture, task, checkpoint: checkpoint)
                    #expect(continued.script == whole.script && continued.weights == whole.weights, "\(way.mode)")
                }
            }
        }
    }

    @Test func `what cannot be learned from few labels is refused`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await TrainerTaskHandlerTests.prepare(fixture)
            let trained = try await TrainerTaskHandlerTests.train(fixture, TrainerTaskHandlerTests.task(epochs: 1))
            var task = try Self.task(Learning(.contrastive, labels: 20))
            task.initialWeights = [.init(trained.weights)]
            let failure = await #expect(throws: Failure.self) {
                try await TrainerTaskHandlerTests.train(fixture, task)
            }
            #expect(failure?.isRetriable == false)
            #expect(failure?.message.contains("fresh weights") == true, "\(failure?.message ?? "")")
        }
    }
}
