import Model
import Torch
import WorkQueueClient

/// One worker's part in a training that several do together.
protocol SharedTraining: AnyObject {
    /// Number of this worker; that of 0 validates, saves checkpoints and hands in the result.
    var rank: Int { get }
    /// Trains on at most so many mini-batches of the epoch under way.
    /// - Returns: the epoch, if that ended it.
    /// - Throws: `Failure` with code `unavailable` where another worker is gone.
    func train(batches: Int) async throws -> TrainingSession.Epoch?
    /// What this worker did since it was asked last.
    func takeFigures() async -> [String: Double]
    /// Tells the other workers that nothing more is to be done.
    func dismiss() throws
}

extension DistributedTraining {
    // Every worker knows by itself when the last epoch is over.
    func dismiss() {}
}

extension PipelineTraining: SharedTraining {}

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
