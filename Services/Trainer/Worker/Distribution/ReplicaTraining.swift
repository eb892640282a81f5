import Model
import Torch

/// How independently trained replicas synchronize, with their weights as flat vectors.
protocol ReplicaRule {
    /// Synchronizes the workers.
    /// - Parameters:
    ///   - weights: This worker's weights, replaced by those it continues with.
    ///   - loss: Mean loss of its samples since the last synchronization.
    mutating func meet(_ weights: inout [Float], loss: Float, with group: any Collective) throws

    /// Ends an epoch, for which the group exchanges whatever is still pending.
    mutating func endEpoch(_ weights: inout [Float], with group: any Collective) throws

    /// The resulting weights if training ended now; nil for this worker's own.
    var result: [Float]? { get }
}

extension ReplicaRule {
    mutating func endEpoch(_ weights: inout [Float], with group: any Collective) throws {}
    var result: [Float]? { nil }
}

/// Every worker steps on its own share of each mini-batch, and synchronizes every few mini-batches and at the end of an
/// epoch.
struct ReplicaTraining<Rule: ReplicaRule>: SynchronizationRule {
    private let interval: Int
    private var rule: Rule
    private var sinceSynchronization = BatchStatistics()
    private var epoch = BatchStatistics()
    private let shares: BatchShares

    init(_ rule: Rule, every interval: Int, workers: Int) {
        self.rule = rule
        self.interval = interval
        shares = BatchShares(workers: workers)
    }

    mutating func trainBatch(
        of session: TrainingSession, with group: any Collective, meter: inout WorkerMeter
    ) throws -> TrainingSession.Epoch? {
        let share = shares.range(of: group.rank, in: session.batchRange)
        let (statistics, _) = try meter.measure(share.count) { try session.step(over: share) }
        sinceSynchronization += statistics
        epoch += statistics
        let done = session.finishedBatches + 1
        guard done == session.batchesPerEpoch else {
            if done.isMultiple(of: interval) { try meet(session, group) }
            return try session.endBatch(BatchStatistics())
        }
        defer { epoch = BatchStatistics() }
        // In transit while the workers synchronize.
        let sum = try group.beginSum(epoch.values)
        try meet(session, group, atEnd: true)
        return try session.endBatch(BatchStatistics(sum.finish()[...]))
    }

    var result: [Float]? { rule.result }

    private mutating func meet(_ session: TrainingSession, _ group: any Collective, atEnd isEnd: Bool = false) throws {
        var weights = session.parameters
        let loss = sinceSynchronization.loss / max(1, sinceSynchronization.samples)
        try rule.meet(&weights, loss: Float(loss), with: group)
        if isEnd { try rule.endEpoch(&weights, with: group) }
        session.parameters = weights
        sinceSynchronization = BatchStatistics()
    }
}

extension BatchStatistics {
    static func += (sum: inout BatchStatistics, more: BatchStatistics) {
        sum.loss += more.loss
        sum.correct += more.correct
        sum.samples += more.samples
    }
}
