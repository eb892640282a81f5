import Datasets
import Foundation
import Model
import Networks
import RegistryClient
import ServiceTestSupport
import Synchronization
import TestSupport
import Testing
import Torch
import TrainerClient
import WorkQueueClient
import WorkerSupport

@testable import TrainerWorker

@Suite(.serialized, .timeLimit(.minutes(2))) struct TrainerTaskHandlerTests {
    static func prepare(_ fixture: WorkerFixture) async throws -> PreparationResult {
        let handler = TrainerTaskHandler(registry: fixture.registry, cache: fixture.cache)
        let payload = try PreparationTask(recipe: WorkerFixture.recipe()).payload()
        let lease = WorkerFixture.lease(PreparationTask.kind, payload)
        return try PreparationResult(result: try await handler.work(on: lease))
    }

    static func task(epochs: Int = 3) throws -> TrainingTask {
        TrainingTask(
            network: try WorkerFixture.network(), dataset: try WorkerFixture.recipe().id,
            optimizers: [
                .init(branch: "image.", rule: .adam, learningRate: 0.01),
                .init(rule: .sgd, learningRate: 0.05, momentum: 0.9),
            ], epochs: epochs, batch: 16, seed: 5, checkpointInterval: .seconds(1000))
    }

    static func train(
        _ fixture: WorkerFixture, _ task: TrainingTask, checkpoint: BlobDigest? = nil,
        checkpointInterval: Duration? = nil, progress: TaskProgress = TaskProgress(logger: quiet)
    ) async throws -> TrainingResult {
        var handler = TrainerTaskHandler(registry: fixture.registry, cache: fixture.cache)
        handler.checkpointInterval = checkpointInterval
        let lease = WorkerFixture.lease(TrainingTask.kind, try task.payload(), checkpoint: checkpoint)
        return try TrainingResult(result: try await handler.work(on: lease, progress: progress))
    }

    @Test func `a dataset is prepared, registered, and found again`() async throws {
        try await WorkerFixture.run { fixture in
            let first = try await Self.prepare(fixture)
            let second = try await Self.prepare(fixture)
            #expect(first == second)
            let registered = try await fixture.registry.dataset(recipe: BlobDigest(first.recipe))
            #expect(registered?.blob == first.blob)
            #expect(registered?.classes == 10)
            #expect(registered?.attributes["training.samples"] == "120")
            #expect(try await fixture.registry.datasets().count == 1)
        }
    }

    @Test(arguments: [true, false])
    func `a dataset whose file was lost or damaged is prepared again`(isLost: Bool) async throws {
        try await WorkerFixture.run { fixture in
            let first = try await Self.prepare(fixture)
            let name = first.blob.hexadecimal
            let file = fixture.directory.file("blobs/\(name.prefix(2))/\(name)")
            if isLost {
                try FileManager.default.removeItem(at: file)
            } else {
                try Data([1, 2, 3]).write(to: file)
            }
            let second = try await Self.prepare(fixture)
            #expect(second.blob == first.blob)
            #expect(try await fixture.registry.state(of: second.blob).isComplete)
            #expect(try await fixture.registry.dataset(recipe: BlobDigest(first.recipe))?.blob == second.blob)
            _ = try await Self.train(fixture, Self.task(epochs: 1))
        }
    }

    @Test func `training reports every epoch and uploads a network that has learned`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await Self.prepare(fixture)
            let log = ReportLog()
            let progress = TaskProgress(logger: quiet) { report in
                await log.add(report)
                return .proceed
            }
            let result = try await Self.train(fixture, Self.task(epochs: 6), progress: progress)
            let reports = await log.reports
            #expect(reports.map(\.step) == Array(1...6))
            #expect(reports.allSatisfy { $0.steps == 6 && $0.checkpoint == nil })
            let losses = reports.compactMap { $0.metrics["training-loss"] }
            #expect(losses.count == 6 && losses[5] < losses[0])
            let accuracy = try #require(result.metrics["validation-accuracy"])
            #expect(accuracy > 0.5, "chance is 0.1")
            #expect(result.metrics["seconds"].map { $0 > 0 } == true)

            let network = try ScriptedNetwork(loading: try await fixture.cache.file(for: result.script))
            let dataset = try PreparedDataset(
                opening: try await fixture.registry.datasetFile(recipe: Self.task().dataset, in: fixture.cache).path)
            #expect(try network.evaluate(on: dataset.source(.validation)).accuracy == accuracy)
            let fresh = try ScriptedNetwork(WorkerFixture.network(), seed: 99)
            try fresh.loadWeights(from: try await fixture.cache.file(for: result.weights))
            #expect(try fresh.evaluate(on: dataset.source(.validation)).accuracy == accuracy)
        }
    }

    @Test func `another worker resumes from each checkpoint and ends with the same files`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await Self.prepare(fixture)
            let undisturbed = try await Self.train(fixture, Self.task())
            let log = ReportLog()
            let progress = TaskProgress(logger: quiet) { report in
                await log.add(report)
                return .proceed
            }
            // A checkpoint after every piece of work, within epochs and at their ends.
            let watched = try await Self.train(
                fixture, Self.task(), checkpointInterval: .zero, progress: progress)
            #expect(watched.script == undisturbed.script && watched.weights == undisturbed.weights)
            let checkpoints = await log.reports.compactMap(\.checkpoint)
            #expect(checkpoints.count >= 3)
            for checkpoint in checkpoints {
                let continued = try await Self.train(fixture, Self.task(), checkpoint: checkpoint)
                #expect(continued.script == undisturbed.script && continued.weights == undisturbed.weights)
                #expect(continued.metrics["training-loss"] == undisturbed.metrics["training-loss"])
                #expect(continued.metrics["validation-accuracy"] == undisturbed.metrics["validation-accuracy"])
            }
        }
    }

    @Test func `a mini-batch that does not fit into memory is split, which is reported`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await Self.prepare(fixture)
            let log = ReportLog()
            let progress = TaskProgress(logger: quiet) { report in
                await log.add(report)
                return .proceed
            }
            let lease = WorkerFixture.lease(TrainingTask.kind, try Self.task().payload())
            var handler = TrainerTaskHandler(registry: fixture.registry, cache: fixture.cache)
            handler.mostSamples = 5
            let result = try TrainingResult(result: await handler.work(on: lease, progress: progress))
            #expect(result.metrics["batch-parts"] == 4)
            let notices = await log.reports.filter { !$0.notice.isEmpty }
            #expect(notices.count == 1 && notices.first?.metrics == ["batch-parts": 4])
            #expect(notices.first?.notice.contains("goes through the network in 4 parts") == true)
        }
    }

    @Test(arguments: [true, false])
    func `a paused training resumes elsewhere with the same files, even without its checkpoint`(
        isThere: Bool
    ) async throws {
        try await WorkerFixture.run { fixture in
            _ = try await Self.prepare(fixture)
            let undisturbed = try await Self.train(fixture, Self.task())
            #expect(undisturbed.checkpoint == nil)
            var task = try Self.task()
            var accuracies: [Double?] = []
            for epochs in [1, 2] {
                task.pauseAfter = epochs
                let log = ReportLog()
                let progress = TaskProgress(logger: quiet) { report in
                    await log.add(report)
                    return .proceed
                }
                let paused = try await Self.train(fixture, task, progress: progress)
                #expect(await log.reports.map(\.step) == [epochs])
                #expect(paused.script != undisturbed.script)
                let checkpoint: BlobDigest = try #require(paused.checkpoint)
                task.checkpoint = checkpoint
                // Requested again, as after a crash, it gives the same result without training.
                #expect(try await Self.train(fixture, task).script == paused.script)
                accuracies.append(paused.metrics["validation-accuracy"])
            }
            #expect(accuracies.allSatisfy { $0 != nil })
            task.pauseAfter = nil
            if !isThere { task.checkpoint = BlobDigest(hashing: [1]) }
            let continued = try await Self.train(fixture, task)
            #expect(continued.script == undisturbed.script && continued.weights == undisturbed.weights)
            #expect(continued.metrics["validation-accuracy"] == undisturbed.metrics["validation-accuracy"])
            #expect(continued.checkpoint == nil)
        }
    }

    @Test func `a worker that must end stores a checkpoint first, and the task resumes from it`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await Self.prepare(fixture)
            let undisturbed = try await Self.train(fixture, Self.task())
            let log = ReportLog()
            let stop = Mutex<TaskProgress?>(nil)
            let progress = TaskProgress(logger: quiet) { report in
                await log.add(report)
                stop.withLock { $0 }?.stop(.shutdown)
                return .proceed
            }
            stop.withLock { $0 = progress }
            await #expect(throws: CancellationError.self) {
                try await Self.train(fixture, Self.task(), progress: progress)
            }
            let reports = await log.reports
            #expect(reports.count == 2 && reports[0].step == 1)
            let checkpoint = try #require(reports.last?.checkpoint)
            let continued = try await Self.train(fixture, Self.task(), checkpoint: checkpoint)
            #expect(continued.script == undisturbed.script)
        }
    }

    @Test func `a canceled training stops without a checkpoint`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await Self.prepare(fixture)
            let log = ReportLog()
            let progress = TaskProgress(logger: quiet) { report in
                await log.add(report)
                return .cancel
            }
            await #expect(throws: CancellationError.self) {
                try await Self.train(fixture, Self.task(epochs: 1000), progress: progress)
            }
            #expect(await log.reports.count == 1)
        }
    }

    @Test func `a missing or damaged checkpoint costs only time`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await Self.prepare(fixture)
            let undisturbed = try await Self.train(fixture, Self.task())
            let damaged = try await fixture.registry.upload(bytes: Array("no checkpoint".utf8))
            for checkpoint in [BlobDigest(hashing: [1]), damaged] {
                let result = try await Self.train(fixture, Self.task(), checkpoint: checkpoint)
                #expect(result.script == undisturbed.script)
            }
        }
    }

    @Test func `impossible tasks report the reason and are not retried`() async throws {
        try await WorkerFixture.run { fixture in
            var unprepared = try Self.task()
            unprepared.dataset = try WorkerFixture.recipe(seed: 2).id
            try await Self.expectRefusal(fixture, unprepared, "prepares it first")
            _ = try await Self.prepare(fixture)
            var task = try Self.task()
            task.batch = 0
            try await Self.expectRefusal(fixture, task, "batch is 0")
            let handler = TrainerTaskHandler(registry: fixture.registry, cache: fixture.cache)
            for (part, other, word) in [("{", "(", "description"), ("sgd", "mag", "no optimizer 'mag'")] {
                let payload = try Self.task().payload()
                    .replacing(Array(part.utf8), with: Array(other.utf8), maxReplacements: 1)
                let failure = await #expect(throws: Failure.self) {
                    try await handler.work(on: WorkerFixture.lease(TrainingTask.kind, payload))
                }
                #expect(failure?.isRetriable == false)
                #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
            }
            for (kind, payload) in [("teleport", []), (TrainingTask.kind, [UInt8(255)])] {
                let lease = WorkerFixture.lease(kind, payload)
                let failure = await #expect(throws: Failure.self) {
                    try await handler.work(on: lease)
                }
                #expect(failure?.isRetriable == false)
            }
        }
    }

    @Test func `no code of a file that somebody names is run`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await Self.prepare(fixture)
            let hostile = try await HostileFile(in: fixture)
            var task = try Self.task()
            task.initialWeights = [.init(hostile.blob)]
            try await Self.expectRefusal(fixture, task, "safetensors")
            // A checkpoint that is none costs time only.
            let lease = WorkerFixture.lease(TrainingTask.kind, try Self.task().payload(), checkpoint: hostile.blob)
            let handler = TrainerTaskHandler(registry: fixture.registry, cache: fixture.cache)
            _ = try TrainingResult(result: try await handler.work(on: lease))
            #expect(try hostile.isHarmless)
        }
    }

    private static func expectRefusal(_ fixture: WorkerFixture, _ task: TrainingTask, _ word: String) async throws {
        let failure = await #expect(throws: Failure.self) { try await train(fixture, task) }
        #expect(failure?.isRetriable == false)
        #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
    }
}
