import Model
import Torch
import TrainerClient
import WorkQueueClient

/// One worker's part in a training that several do together.
final class DistributedTraining {
    /// How long a worker that lost another waits for the queue to say why, so that one that left without fault is not taken
    /// for one that crashed: two heartbeats and a bit.
    private static let verdictGrace = Duration.seconds(5)

    private let session: TrainingSession
    private let group: WorkerGroup
    private var synchronisation: any Synchronisation
    private var meter = WorkerMeter()
    private var earlier = (bytes: 0, waited: Duration.zero)

    /// Number of this worker; that of 0 validates, saves checkpoints and hands in the result.
    var rank: Int { group.rank }

    /// Meets the other workers of a task; returns when all are there.
    /// - Parameter host: Address of this machine at which the others reach it.
    init(
        _ distribution: Distribution, of training: any ResumableTraining, as place: GangPlace, host: String,
        _ progress: TaskProgress
    ) async throws {
        guard let session = training as? TrainingSession else {
            throw Failure(
                .invalidArgument, "Only a network that learns from all labels can be trained by several workers.")
        }
        guard session.plan.batch >= place.size else {
            throw Failure(
                .invalidArgument,
                "\(place.size) workers cannot share a batch of \(session.plan.batch) samples; take a larger batch.")
        }
        self.session = session
        let meeting: MeetingPoint
        if place.rank == 0 {
            meeting = try MeetingPoint(on: host)
            _ = try await progress.rendezvous(at: meeting.address)
        } else {
            meeting = try MeetingPoint(at: try await progress.rendezvous())
        }
        group = try WorkerGroup(at: meeting, name: place.key, host: host, rank: place.rank, size: place.size)
        synchronisation = Self.synchronisation(distribution, session, place)
        try beginTogether()
    }

    /// All begin with the same weights at the same place, or not at all: one whose checkpoint is gone would go astray.
    private func beginTogether() throws {
        let places = try group.gather(Float(session.finishedEpochs * session.batchesPerEpoch + session.finishedBatches))
        guard Set(places).count == 1 else {
            throw Failure(
                .unavailable,
                "The workers found different checkpoints, after \(places.map { "\(Int($0))" }.joined(separator: ", ")) "
                    + "mini-batches; the training is tried again.")
        }
        session.parameters = try group.broadcast(session.parameters, from: 0)
    }

    private static func synchronisation(
        _ distribution: Distribution, _ session: TrainingSession, _ place: GangPlace
    ) -> any Synchronisation {
        let (workers, interval) = (place.size, distribution.interval)
        func replicas(_ rule: some ReplicaRule) -> any Synchronisation {
            ReplicaTraining(rule, every: interval, workers: workers)
        }
        switch distribution.synchronisation {
        case .allReduce: return GradientMean(workers: workers)
        case .dynamicBatch: return GradientMean(workers: workers, adaptingEvery: interval)
        case .localSGD: return replicas(LocalSGD())
        case .overlap: return replicas(OverlappedSGD(session.parameters))
        case .easgd: return replicas(ElasticAveraging(session.parameters))
        case .pso:
            let seed = session.plan.seed &+ UInt64(place.rank)
            return replicas(ParticleSwarm(session.parameters, seed: seed))
        }
    }

    /// Trains on at most so many mini-batches of the epoch under way.
    /// - Returns: the epoch, if that ended it.
    /// - Throws: `CancellationError` where another worker has left and the queue has said so, `Failure` with code
    ///   `unavailable` where one is gone and nobody knows why.
    func train(batches: Int) async throws -> TrainingSession.Epoch? {
        do {
            for _ in 0..<batches where !session.isFinished {
                if let epoch = try synchronisation.trainBatch(of: session, with: group, meter: &meter) { return epoch }
            }
            return nil
        } catch let failure as Failure where failure.code == .unavailable {
            try await Task.sleep(for: Self.verdictGrace)
            throw failure
        }
    }

    /// What this worker did since it was asked last.
    func takeFigures() -> [String: Double] {
        var figures = meter.take()
        figures["exchanged-bytes"] = Double(group.bytes - earlier.bytes)
        figures["waiting-seconds"] = (group.waited - earlier.waited) / .seconds(1)
        earlier = (group.bytes, group.waited)
        return figures
    }
}
