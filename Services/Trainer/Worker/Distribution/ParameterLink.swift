import Logging
import Messaging
import Model
import ParameterServer
import Schema
import Torch
import WorkQueueClient

/// A worker's connection to the parameter server of its training, including the server itself at rank 0.
final class ParameterLink {
    let rank: Int
    let host: ParameterHost?
    var meter = WorkerMeter()

    private let worker: String
    private let client: RequestClient
    private let compression: Distribution.Compression
    private var parameters: ParameterClient
    private var earlier = ParameterClient.Statistics()

    /// - Parameter clock: A monotonic clock for the server, replaced in tests.
    init(
        _ distribution: Distribution, of session: TrainingSession, as place: GangPlace, worker: String,
        host address: String, epochs: Int, _ progress: TaskProgress,
        clock: @escaping @Sendable () -> Duration = monotonicClock
    ) async throws {
        rank = place.rank
        // The mean of a step is computed in the order of names, so that equal steps give equal bits.
        self.worker = String(rank + 1_000) + worker
        host =
            place.rank == 0
            ? try await ParameterHost(
                distribution.updates, session, workers: place.size, host: address,
                epochs: min(epochs, session.plan.epochs), progress.logger, clock: clock) : nil
        let told = try await progress.rendezvous(at: host?.address)
        client = try connect(toParametersAt: told, logger: progress.logger)
        compression = distribution.compression
        parameters = try await .join([client], worker: self.worker, compression: compression)
    }

    /// Reads the weights; waits while this worker is too far ahead.
    func pull() async throws -> [Float] {
        do {
            return try await exchange { try await $0.pull() }
        } catch var failure as Failure where failure.code == .unavailable {
            // This server will not find a lost worker again, but the training can continue from its checkpoint.
            failure.isRetriable = true
            throw failure
        }
    }

    /// Submits this worker's update.
    func push(_ values: [Float], weight: Float = 1) async throws {
        try await exchange { try await $0.push(values, weight: weight) }
    }

    /// Reports a mini-batch as done, and asks for another.
    func nextBatch(after done: (place: BatchPlace, statistics: BatchStatistics)?) async throws -> Wire.NextBatchReply {
        let outcome = done.map { done in
            Wire.BatchOutcome(
                place: Wire.BatchPlace(epoch: UInt32(done.place.epoch), batch: UInt32(done.place.batch)),
                loss: done.statistics.loss, correct: done.statistics.correct, samples: done.statistics.samples)
        }
        return try await client.callRetrying(.nextBatch, Wire.NextBatchRequest(worker: worker, done: outcome))
    }

    /// Leaves the training.
    func leave() async { await parameters.leave() }

    /// Rejoins after this worker was silent for too long because its machine stalled.
    private func exchange<Reply: Sendable>(
        _ body: (ParameterClient) async throws -> Reply
    ) async throws -> Reply {
        do { return try await body(parameters) } catch let failure as Failure where failure.code == .stale {
            parameters = try await .join([client], worker: worker, compression: compression)
            earlier = ParameterClient.Statistics()
            return try await body(parameters)
        }
    }

    /// This worker's statistics since the last call.
    /// - Parameter time: How long this worker has trained, including all waiting.
    func takeStatistics(over time: Duration) async -> [String: Double] {
        let now = await parameters.statistics
        var statistics = meter.take(over: time)
        statistics["exchanged-bytes"] = Double(now.bytesSent - earlier.bytesSent)
        statistics["waiting-seconds"] = (now.pulling - earlier.pulling) / .seconds(1)
        let pushes = now.pushes - earlier.pushes
        if pushes > 0 { statistics["staleness"] = Double(now.stalenessSum - earlier.stalenessSum) / Double(pushes) }
        earlier = now
        return statistics
    }
}
