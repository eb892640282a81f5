import Model
import Torch

/// How replicas that train by themselves come together, over their weights as flat vectors.
protocol ReplicaRule {
    /// The workers meet.
    /// - Parameters:
    ///   - weights: This worker's, which become what it goes on with.
    ///   - loss: Mean loss of its samples since the last meeting.
    mutating func meet(_ weights: inout [Float], loss: Float, with group: any Collective) throws

    /// An epoch ends; after the last one all workers have the same weights, which are the result.
    mutating func endEpoch(_ weights: inout [Float], isLast: Bool, with group: any Collective) throws
}

/// Every worker steps on its own share of each mini-batch, and meets the others every few of them and at an epoch's end.
struct ReplicaTraining<Rule: ReplicaRule>: Synchronisation {
    private let interval: Int
    private var rule: Rule
    private var sinceMeeting = BatchFigures()
    private var epoch = BatchFigures()
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
        let (gradient, figures, _) = try meter.measure(share.count) { try session.gradient(over: share) }
        try session.step(with: gradient)
        sinceMeeting += figures
        epoch += figures
        let done = session.finishedBatches + 1
        let isEnd = done == session.batchesPerEpoch
        if done.isMultiple(of: interval) || isEnd { try meet(session, group, isEnd) }
        guard isEnd else { return try session.endBatch(BatchFigures()) }
        defer { epoch = BatchFigures() }
        return try session.endBatch(BatchFigures(group.sum(epoch.values)[...]))
    }

    private mutating func meet(_ session: TrainingSession, _ group: any Collective, _ isEnd: Bool) throws {
        var weights = session.parameters
        let loss = sinceMeeting.loss / max(1, sinceMeeting.samples)
        try rule.meet(&weights, loss: Float(loss), with: group)
        if isEnd {
            let isLast = session.finishedEpochs + 1 == session.plan.epochs
            try rule.endEpoch(&weights, isLast: isLast, with: group)
        }
        session.parameters = weights
        sinceMeeting = BatchFigures()
    }
}

extension BatchFigures {
    static func += (sum: inout BatchFigures, more: BatchFigures) {
        sum.loss += more.loss
        sum.correct += more.correct
        sum.samples += more.samples
    }
}
