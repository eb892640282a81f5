import Model
import Torch
import TrainerClient
import WorkQueueClient

/// One worker's part in a training by several workers.
protocol SharedTraining: AnyObject {
    /// Rank of this worker; rank 0 validates, saves checkpoints and submits the result.
    var rank: Int { get }

    /// Trains on at most this many mini-batches.
    /// - Returns: the epoch, if one has ended.
    /// - Throws: `CancellationError` if the queue has revoked the lease, `Failure` with code `unavailable` if another
    ///   worker is lost for an unknown reason.
    func train(batches: Int) async throws -> TrainingSession.Epoch?

    /// This worker's statistics since the last call.
    ///
    /// `exchanged-bytes` counts what it sent to be summed, stored or passed on, but not what it received, so that all
    /// distribution strategies are comparable.
    /// - Parameter time: How long it has trained, including all waiting.
    func takeStatistics(over time: Duration) async -> [String: Double]

    /// Runs an operation on the network as it would result now, which with some distribution strategies is not any
    /// worker's own.
    func publishing<Result>(_ body: () throws -> Result) rethrows -> Result

    /// Makes calls that wait for other workers fail soon, once the result is not needed; any thread may call it.
    var giveUp: @Sendable () -> Void { get }

    /// Tells the other workers that there is nothing more to do.
    func dismiss() throws
}

extension SharedTraining {
    // Without a pipeline, every worker knows when the last epoch is over.
    func dismiss() throws {}

    func publishing<Result>(_ body: () throws -> Result) rethrows -> Result { try body() }

    // Requests to other workers end when their task is canceled.
    var giveUp: @Sendable () -> Void { {} }
}

extension Distribution {
    /// Joins the other workers of a task; returns once all are connected.
    /// - Parameters:
    ///   - host: Address of this machine at which the others reach it.
    ///   - epochs: Epochs after which the training pauses or ends.
    func begin(
        _ training: any ResumableTraining, _ lease: TaskLease, as place: GangPlace, host: String, epochs: Int,
        _ progress: TaskProgress
    ) async throws -> any SharedTraining {
        guard let session = training as? TrainingSession else {
            throw Failure(
                .invalidArgument, "Only a network that learns from all labels can be trained by several workers.")
        }
        guard session.plan.batch >= place.size else {
            throw Failure(
                .invalidArgument,
                "\(place.size) workers cannot share a batch of \(session.plan.batch) samples; use a larger batch.")
        }
        guard synchronization == .parameterServer else {
            return try await DistributedTraining(self, of: session, as: place, host: host, progress)
        }
        let link = try await ParameterLink(
            self, of: session, as: place, worker: lease.attempt.worker, host: host, epochs: epochs, progress)
        return updates == .synchronous
            ? SynchronousUpdates(session, place, link) : AsynchronousUpdates(session, place, link, updates)
    }
}

extension PipelineTraining: SharedTraining {
    // A pipeline measures its own waiting time.
    func takeStatistics(over time: Duration) -> [String: Double] { takeStatistics() }
}

extension WorkerGroup {
    /// Joins the other workers of a task; returns once all are connected.
    /// - Parameter host: Address of this machine at which the others reach it.
    convenience init(of place: GangPlace, host: String, _ progress: TaskProgress) async throws {
        let rendezvous: Rendezvous
        if place.rank == 0 {
            rendezvous = try Rendezvous(on: host)
            _ = try await progress.rendezvous(at: rendezvous.address)
        } else {
            rendezvous = try Rendezvous(at: try await progress.rendezvous())
        }
        try self.init(at: rendezvous, name: place.key, host: host, rank: place.rank, size: place.size)
    }
}
