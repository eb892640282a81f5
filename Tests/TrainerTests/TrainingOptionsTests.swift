import Datasets
import Foundation
import Model
import Networks
import RegistryClient
import ServiceTestSupport
import Testing
import Torch
import TrainerClient
import WorkQueueClient
import WorkerSupport

@testable import TrainerWorker

@Suite(.serialized, .timeLimit(.minutes(2))) struct TrainingOptionsTests {
    @Test func `a task says how a network learns in its payload`() throws {
        var task = try TrainerTaskHandlerTests.task()
        task.options = TrainingOptions(
            schedule: LearningSchedule(.constant, warmUp: 0.25, clipping: 3),
            loss: TrainingLoss(labelSmoothing: 0.1, classWeights: .balanced, huber: 0.5), patience: 4, keepsBest: true,
            augmentation: .strong, flips: true)
        task.metric = .macroF1
        task.kinds = ["image": .image]
        #expect(try TrainingTask(payload: task.payload()) == task)
        #expect(try TrainingTask(payload: TrainerTaskHandlerTests.task().payload()).options == TrainingOptions())
    }

    /// Steps so large that epochs get better and worse.
    private static func unsteady(epochs: Int) throws -> TrainingTask {
        var task = try TrainerTaskHandlerTests.task(epochs: epochs)
        task.optimizers = [.init(rule: .sgd, learningRate: 0.4, momentum: 0.9)]
        task.options = TrainingOptions(schedule: LearningSchedule(.constant), keepsBest: true)
        task.metric = .logLoss
        return task
    }

    @Test func `the best epoch is the result, even after a takeover`() async throws {
        try await WorkerFixture.run { fixture in
            let prepared = try await TrainerTaskHandlerTests.prepare(fixture)
            let log = ReportLog()
            let progress = TaskProgress(logger: quiet) { report in
                await log.add(report)
                return .proceed
            }
            let task = try Self.unsteady(epochs: 6)
            let whole = try await TrainerTaskHandlerTests.train(
                fixture, task, checkpointInterval: .zero, progress: progress)
            let reports = await log.reports
            let losses = Dictionary(
                reports.compactMap { report in report.metrics["validation-log-loss"].map { (report.step, $0) } },
                uniquingKeysWith: { $1 })
            let best = try #require(losses.min { ($0.value, $0.key) < ($1.value, $1.key) })
            #expect(whole.metrics["best-epoch"] == Double(best.key))
            #expect(whole.metrics["validation-log-loss"] == best.value)
            let network = try ScriptedNetwork(loading: try await fixture.cache.file(for: whole.script))
            let dataset = try PreparedDataset(
                opening: try await fixture.cache.file(for: prepared.blob).path)
            #expect(try network.evaluate(on: dataset.source(.validation)).metrics["log-loss"] == best.value)
            let checkpoints = reports.compactMap(\.checkpoint)
            for checkpoint in [checkpoints[checkpoints.count / 2], try #require(checkpoints.last)] {
                let continued = try await TrainerTaskHandlerTests.train(fixture, task, checkpoint: checkpoint)
                #expect(continued.script == whole.script && continued.metrics["best-epoch"] == Double(best.key))
            }
        }
    }

    @Test func `a training that no longer improves ends early`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await TrainerTaskHandlerTests.prepare(fixture)
            var task = try TrainerTaskHandlerTests.task(epochs: 50)
            // Too small to change a weight, and there is no normalization with running statistics.
            task.network = try TableSix.leNet3.network(
                input: "image", shape: [1, 28, 28], classes: 10, width: 0.5, normalized: false)
            task.optimizers = [.init(rule: .sgd, learningRate: 1e-30)]
            task.options = TrainingOptions(patience: 2)
            let log = ReportLog()
            let progress = TaskProgress(logger: quiet) { report in
                await log.add(report)
                return .proceed
            }
            let result = try await TrainerTaskHandlerTests.train(fixture, task, progress: progress)
            #expect(await log.reports.last?.step == 3)
            #expect(result.metrics["best-epoch"] == 1 && result.checkpoint == nil)
        }
    }

    @Test func `augmented, weighted and clipped trainings produce a network`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await TrainerTaskHandlerTests.prepare(fixture)
            var task = try TrainerTaskHandlerTests.task(epochs: 2)
            task.options = TrainingOptions(
                schedule: LearningSchedule(warmUp: 0.2, clipping: 1),
                loss: TrainingLoss(labelSmoothing: 0.1, classWeights: .balanced), augmentation: .light)
            task.kinds = ["image": .image]
            let augmented = try await TrainerTaskHandlerTests.train(fixture, task)
            task.options.augmentation = .none
            #expect(try await TrainerTaskHandlerTests.train(fixture, task).script != augmented.script)
            #expect(augmented.metrics["validation-macro-f1"] != nil && augmented.metrics["training-accuracy"] != nil)
        }
    }
}
