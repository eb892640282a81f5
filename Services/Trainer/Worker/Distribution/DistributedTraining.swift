import Model
import Torch
import TrainerClient
import WorkQueueClient

/// One worker's part in a training that sums vectors across workers with Gloo; each worker has the whole network.
final class DistributedTraining: SharedTraining {
    private let session: TrainingSession
    private let group: WorkerGroup
    private var synchronization: any SynchronizationRule
    private var meter = WorkerMeter()
    private var earlier = (bytes: 0, waited: Duration.zero)

    var rank: Int { group.rank }

    /// Joins the other workers of a task; returns once all are connected.
    /// - Parameter host: Address of this machine at which the others reach it.
    init(
        _ distribution: Distribution, of session: TrainingSession, as place: GangPlace, host: String,
        _ progress: TaskProgress
    ) async throws {
        self.session = session
        group = try await WorkerGroup(of: place, host: host, progress)
        try Self.beginTogether(session, group)
        synchronization = try Self.synchronization(distribution, session, group)
    }

    /// All workers must begin with the same weights at the same place; one without its checkpoint would diverge from
    /// the others.
    private static func beginTogether(_ session: TrainingSession, _ group: WorkerGroup) throws {
        let places = try group.gather(Float(session.finishedEpochs * session.batchesPerEpoch + session.finishedBatches))
        guard Set(places).count == 1 else {
            throw Failure(
                .unavailable,
                "The workers found different checkpoints, after \(places.map { "\(Int($0))" }.joined(separator: ", ")) "
                    + "mini-batches; the training will be retried.")
        }
        session.parameters = try group.broadcast(session.parameters, from: 0)
    }

    private static func synchronization(
        _ distribution: Distribution, _ session: TrainingSession, _ group: WorkerGroup
    ) throws -> any SynchronizationRule {
        let (workers, interval) = (group.size, distribution.interval)
        func replicas(_ rule: some ReplicaRule) -> any SynchronizationRule {
            ReplicaTraining(rule, every: interval, workers: workers)
        }
        switch distribution.synchronization {
        case .allReduce: return GradientMean(try GradientSum(of: session, over: group), workers: workers)
        case .dynamicBatch:
            return GradientMean(
                try GradientSum(of: session, over: group), workers: workers, adaptingEvery: interval)
        case .localSGD: return replicas(LocalSGD())
        case .overlap: return replicas(OverlappedSGD(session.parameters))
        case .easgd: return replicas(ElasticAveraging(session.parameters))
        case .parameterServer: preconditionFailure("its workers do not sum vectors")
        case .pso:
            return replicas(ParticleSwarm(session.parameters, seed: session.plan.seed &+ UInt64(group.rank)))
        }
    }

    var giveUp: @Sendable () -> Void { group.giveUp }

    func train(batches: Int) throws -> TrainingSession.Epoch? {
        for _ in 0..<batches where !session.isFinished {
            if let epoch = try synchronization.trainBatch(of: session, with: group, meter: &meter) { return epoch }
        }
        return nil
    }

    func publishing<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let result = synchronization.result else { return try body() }
        let own = session.parameters
        session.parameters = result
        defer { session.parameters = own }
        return try body()
    }

    func takeStatistics(over time: Duration) -> [String: Double] {
        var statistics = meter.take(over: time)
        statistics["exchanged-bytes"] = Double(group.bytes - earlier.bytes)
        statistics["waiting-seconds"] = (group.waited - earlier.waited) / .seconds(1)
        earlier = (group.bytes, group.waited)
        return statistics
    }
}
