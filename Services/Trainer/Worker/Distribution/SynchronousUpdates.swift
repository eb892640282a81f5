import Model
import Torch
import WorkQueueClient

/// Every step uses the mean gradient Σᵢ nᵢ gᵢ / Σᵢ nᵢ, which a parameter server computes once all workers have
/// submitted theirs.
///
/// That equals one worker with the whole batch, except for the order of additions. If a worker is lost, there is no
/// such step: the training fails and resumes from its checkpoint.
final class SynchronousUpdates: SharedTraining {
    private let session: TrainingSession
    private let link: ParameterLink
    private let shares: BatchShares

    init(_ session: TrainingSession, _ place: GangPlace, _ link: ParameterLink) {
        self.session = session
        self.link = link
        shares = BatchShares(workers: place.size)
    }

    var rank: Int { link.rank }

    func train(batches: Int) async throws -> TrainingSession.Epoch? {
        for _ in 0..<batches where !session.isFinished {
            if let epoch = try await trainBatch() { return epoch }
        }
        return nil
    }

    private func trainBatch() async throws -> TrainingSession.Epoch? {
        let batch = session.batchRange
        let share = shares.range(of: rank, in: batch)
        let ((gradient, statistics), _) = try link.meter.measure(share.count) { try session.gradient(over: share) }
        try session.checkFinite(statistics)
        // Statistics are sums; divided by the number of samples, they come back as the mean over the batch.
        let count = Float(max(1, share.count))
        let means = statistics.values.map { $0 / count }
        try await link.push(gradient + means, weight: max(Float(share.count), .leastNormalMagnitude))
        let mean = try await link.pull()
        try session.step(with: Array(mean[..<gradient.count]))
        let whole = Float(batch.count)
        return try session.endBatch(BatchStatistics(mean[gradient.count...].map { $0 * whole }[...]))
    }

    func takeStatistics(over time: Duration) async -> [String: Double] { await link.takeStatistics(over: time) }
}
