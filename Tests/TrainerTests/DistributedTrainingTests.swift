import Datasets
import Foundation
import Model
import Networks
import RegistryClient
import ServiceTestSupport
import Synchronization
import Testing
import Torch
import TrainerClient
import WorkQueueClient
import WorkerSupport

@testable import TrainerWorker

/// An address that one worker announces and others wait for.
private actor Announcement {
    private var address: String?
    private var waiting: [CheckedContinuation<String, Never>] = []

    func tell(_ said: String?) async -> String {
        if let said {
            address = said
            for continuation in waiting { continuation.resume(returning: said) }
            waiting = []
            return said
        }
        if let address { return address }
        return await withCheckedContinuation { waiting.append($0) }
    }
}

/// A clock that stands still until it is set.
private final class HandClock: Sendable {
    private let time = Mutex(Duration.zero)
    func advance(by duration: Duration) { time.withLock { $0 += duration } }
    var now: Duration { time.withLock { $0 } }
}

@Suite(.serialized, .timeLimit(.minutes(3)))
struct DistributedTrainingTests {
    /// Plain gradient descent, so that small differences stay small.
    private func task(_ distribution: Distribution?, epochs: Int = 2) throws -> TrainingTask {
        var task = try TrainerTaskHandlerTests.task(epochs: epochs)
        task.optimizers = [.init(rule: .sgd, learningRate: 0.05, momentum: 0.9)]
        task.distribution = distribution
        return task
    }

    /// Trains with workers of this process; returns the result of the first, and what each reported.
    private func train(
        _ fixture: WorkerFixture, _ task: TrainingTask, workers: Int
    ) async throws -> (TrainingResult, [[TaskReport]]) {
        let rendezvous = Announcement()
        let logs = (0..<workers).map { _ in ReportLog() }
        let results = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            for rank in 0..<workers {
                var lease = WorkerFixture.lease(TrainingTask.kind, try task.payload())
                lease.gang = GangPlace(rank: rank, size: workers, key: "key")
                let progress = TaskProgress(logger: quiet) { report in
                    await logs[rank].add(report)
                    return .proceed
                } meet: {
                    await rendezvous.tell($0)
                }
                let handler = TrainerTaskHandler(registry: fixture.registry, cache: fixture.cache)
                group.addTask { [lease] in (rank, try await handler.work(on: lease, progress: progress)) }
            }
            return try await group.reduce(into: [Int: [UInt8]]()) { $0[$1.0] = $1.1 }
        }
        for rank in 1..<workers { #expect(results[rank] == []) }
        var reports: [[TaskReport]] = []
        for log in logs { reports.append(await log.reports) }
        return (try TrainingResult(result: try #require(results[0])), reports)
    }

    private func weights(
        _ fixture: WorkerFixture, _ description: NetworkDescription, _ result: TrainingResult
    ) async throws -> [Float] {
        let network = try ScriptedNetwork(description, seed: 0)
        try network.loadWeights(from: try await fixture.cache.file(for: result.weights))
        return try network.tensorNames.flatMap { try network.values(of: $0) }
    }

    @Test(arguments: [2, 3], [Distribution.Synchronization.allReduce, .parameterServer])
    func `several workers with one batch equal one worker`(
        workers: Int, by choice: Distribution.Synchronization
    ) async throws {
        try await WorkerFixture.run { fixture in
            _ = try await TrainerTaskHandlerTests.prepare(fixture)
            // Batch normalization would depend on a worker's share of a batch, so the network has none.
            let network = try TableSix.leNet3.network(
                input: "image", shape: [1, 28, 28], classes: 10, width: 0.5, normalized: false)
            var task = try task(nil)
            task.network = network
            let alone = try await TrainerTaskHandlerTests.train(fixture, task)
            task.distribution = Distribution(workers: workers, synchronization: choice)
            let (together, reports) = try await train(fixture, task, workers: workers)
            let (a, b) = (try await weights(fixture, network, alone), try await weights(fixture, network, together))
            #expect(zip(a, b).map { abs($0 - $1) }.max() ?? 1 < 1e-6)
            let losses = [alone, together].compactMap { $0.metrics["training-loss"] }
            #expect(abs(losses[0] - losses[1]) < 1e-4)
            for own in reports {
                #expect(own.map(\.step) == [1, 2])
                #expect(own.allSatisfy { ($0.metrics["exchanged-bytes"] ?? 0) > 0 })
                #expect(own.allSatisfy { ($0.metrics["samples-per-second"] ?? 0) > 0 })
                // For each of 8 mini-batches, both ways send a gradient and three statistics. With Gloo, the first epoch
                // also begins with the weights.
                #expect(own.last?.metrics["exchanged-bytes"] == Double(8 * (a.count + 3) * 4))
            }
        }
    }

    @Test(arguments: Distribution.Synchronization.allCases)
    func `every synchronization method gives one trained network`(by choice: Distribution.Synchronization) async throws
    {
        try await WorkerFixture.run { fixture in
            _ = try await TrainerTaskHandlerTests.prepare(fixture)
            let distribution = Distribution(workers: 2, synchronization: choice, interval: 2)
            let (result, _) = try await train(fixture, try task(distribution, epochs: 12), workers: 2)
            // Ten classes: 0.1 by chance.
            #expect(try #require(result.metrics["validation-accuracy"]) > 0.3)
        }
    }

    @Test(arguments: [Distribution.Updates.staleness(0), .staleness(4), .delayCompensated])
    func `a parameter server applies updates as they arrive`(updates: Distribution.Updates) async throws {
        try await WorkerFixture.run { fixture in
            _ = try await TrainerTaskHandlerTests.prepare(fixture)
            let way = Distribution(workers: 2, synchronization: .parameterServer, updates: updates)
            let (result, reports) = try await train(fixture, try task(way, epochs: 12), workers: 2)
            // Ten classes: 0.1 by chance.
            #expect(try #require(result.metrics["validation-accuracy"]) > 0.3)
            #expect(reports[0].map(\.step) == Array(1...12))
            #expect(reports[0].allSatisfy { ($0.metrics["exchanged-bytes"] ?? 0) > 0 })
        }
    }

    @Test(arguments: [Distribution.Updates.synchronous, .staleness(4)])
    func `half the bits are half the bytes, and the network learns equally well`(
        updates: Distribution.Updates
    ) async throws {
        try await WorkerFixture.run { fixture in
            _ = try await TrainerTaskHandlerTests.prepare(fixture)
            var bytes: [Double] = [], accuracies: [Double] = []
            for compression in Distribution.Compression.allCases {
                let way = Distribution(
                    workers: 2, synchronization: .parameterServer, updates: updates, compression: compression)
                let (result, reports) = try await train(fixture, try task(way, epochs: 12), workers: 2)
                // How many mini-batches each worker did is random if they do not wait for each other.
                bytes.append(reports.joined().reduce(0) { $0 + ($1.metrics["exchanged-bytes"] ?? 0) })
                accuracies.append(try #require(result.metrics["validation-accuracy"]))
            }
            if updates == .synchronous { #expect(bytes[1] == bytes[0] / 2) }
            #expect(bytes[1] < 0.6 * bytes[0])
            #expect(accuracies.allSatisfy { $0 > 0.3 }, "ten classes: 0.1 by chance")
        }
    }

    @Test func `no synchronous step continues without a lost worker, and the training is retriable`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await TrainerTaskHandlerTests.prepare(fixture)
            let task = try task(nil)
            let dataset = try PreparedDataset(
                opening: try await fixture.registry.datasetFile(recipe: task.dataset, in: fixture.cache).path)
            let session = try TrainingSession(
                WorkerFixture.network(), plan: TrainingPlan(task), samples: dataset.source(.training))
            let way = Distribution(workers: 2, synchronization: .parameterServer)
            let rendezvous = Announcement()
            let clock = HandClock()
            let progress = TaskProgress(logger: quiet) { _ in
                .proceed
            } meet: {
                await rendezvous.tell($0)
            }
            let first = try await ParameterLink(
                way, of: session, as: GangPlace(rank: 0, size: 2, key: "key"), worker: "alive",
                host: "127.0.0.1", epochs: 1, progress, clock: { clock.now })
            do {
                // Nothing refers to it any longer, so its heartbeats stop, as if its process had been killed.
                let second = try await ParameterLink(
                    way, of: session, as: GangPlace(rank: 1, size: 2, key: "key"), worker: "dead",
                    host: "127.0.0.1", epochs: 1, progress)
                _ = try await second.pull()
            }
            try await first.push(try await first.pull())
            clock.advance(by: .seconds(121))
            do {
                _ = try await first.pull()
                Issue.record("a step was done without the lost worker")
            } catch let failure as Failure {
                #expect(failure.code == .unavailable)
                #expect(failure.isRetriable)
                #expect(failure.message.contains("dead"))
            }
        }
    }

    @Test func `a batch that is too small for all workers is refused`() async throws {
        try await WorkerFixture.run { fixture in
            _ = try await TrainerTaskHandlerTests.prepare(fixture)
            var task = try task(Distribution(workers: 2))
            task.batch = 1
            let failure = await #expect(throws: Failure.self) { try await train(fixture, task, workers: 2) }
            #expect(failure?.code == .invalidArgument)
        }
    }
}
