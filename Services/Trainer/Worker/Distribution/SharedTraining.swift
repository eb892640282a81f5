import Model
import Torch
import TrainerClient
import WorkQueueClient

/// One worker's part in a training that several do together.
protocol SharedTraining: AnyObject {
    /// Number of this worker; that of 0 validates, saves checkpoints and submits the result.
    var rank: Int { get }

    /// Trains on at most so many mini-batches.
    /// - Returns: the epoch, if one has ended.
    /// - Throws: `CancellationError` if the queue has given the task up, `Failure` with code `unavailable` if another
    ///   worker is gone and nobody knows why.
    func train(batches: Int) async throws -> TrainingSession.Epoch?

    /// What this worker did since it was asked last.
    ///
    /// `exchanged-bytes` is what it submitted to be added up, held or passed on; what came back is not counted, so that
    /// all ways can be compared.
    /// - Parameter time: How long it has trained, with everything that it has waited for.
    func takeFigures(over time: Duration) async -> [String: Double]

    /// Does something with the network as it would come out now, which for some ways is none that any worker trains.
    func publishing<Result>(_ body: () throws -> Result) rethrows -> Result

    /// Has whatever waits for other workers fail soon; any thread may call it, where nobody wants the result any more.
    var giveUp: @Sendable () -> Void { get }

    /// Tells the other workers that nothing more is to be done.
    func dismiss() throws
}

extension SharedTraining {
    // Without a pipeline every worker knows by itself when the last epoch is over.
    func dismiss() throws {}

    func publishing<Result>(_ body: () throws -> Result) rethrows -> Result { try body() }

    // Requests to other workers end by themselves when their task is canceled.
    var giveUp: @Sendable () -> Void { {} }
}

extension Distribution {
    /// Meets the other workers of a task; returns when all are there.
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
                "\(place.size) workers cannot share a batch of \(session.plan.batch) samples; take a larger batch.")
        }
        guard synchronisation == .parameterServer else {
            return try await DistributedTraining(self, of: session, as: place, host: host, progress)
        }
        let link = try await ParameterLink(
            self, of: session, as: place, worker: lease.attempt.worker, host: host, epochs: epochs, progress)
        return updates == .synchronous
            ? SynchronousUpdates(session, place, link) : AsynchronousUpdates(session, place, link, updates)
    }
}

extension PipelineTraining: SharedTraining {
    // It knows itself which of its time was a pipeline's.
    func takeFigures(over time: Duration) -> [String: Double] { takeFigures() }
}

extension WorkerGroup {
    /// Meets the other workers of a task; returns when all are there.
    /// - Parameter host: Address of this machine at which the others reach it.
    convenience init(of place: GangPlace, host: String, _ progress: TaskProgress) async throws {
        let meeting: MeetingPoint
        if place.rank == 0 {
            meeting = try MeetingPoint(on: host)
            _ = try await progress.rendezvous(at: meeting.address)
        } else {
            meeting = try MeetingPoint(at: try await progress.rendezvous())
        }
        try self.init(at: meeting, name: place.key, host: host, rank: place.rank, size: place.size)
    }
}
