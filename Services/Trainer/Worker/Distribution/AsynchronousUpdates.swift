import Model
import Schema
import Torch
import WorkQueueClient

/// Workers train on separate mini-batches, which a parameter server assigns; the server adds their updates as they
/// arrive.
///
/// A worker computes g at its weights w, reads the server's weights w′ and, with delay compensation (Zheng et al.,
/// 2017), corrects g ← g + λ g ⊙ g ⊙ (w′ − w). It lets its optimizers step from w′ to w″, and submits w″ − w′. Nobody
/// waits for a worker that dies: its mini-batch goes to another.
final class AsynchronousUpdates: SharedTraining {
    /// The λ of the method's authors for constant compensation.
    private static let compensation: Float = 0.04

    private let session: TrainingSession
    private let link: ParameterLink
    private let compensation: Float
    /// This worker's copy of the weights; nil before it has read any.
    private var weights: [Float]?
    private var done: (place: BatchPlace, statistics: BatchStatistics)?
    private var reportedEpochs: Int

    init(_ session: TrainingSession, _ place: GangPlace, _ link: ParameterLink, _ updates: Distribution.Updates) {
        self.session = session
        self.link = link
        compensation = updates == .delayCompensated ? Self.compensation : 0
        reportedEpochs = session.finishedEpochs
    }

    var rank: Int { link.rank }

    func train(batches: Int) async throws -> TrainingSession.Epoch? {
        for _ in 0..<batches {
            let reply = try await link.nextBatch(after: done)
            done = nil
            if let place = reply.next { done = try await train(on: BatchPlace(place)) }
            if reply.epochsDone > reportedEpochs { return try await endEpoch(of: reply) }
            // Without work, it is time to check whether to stop.
            if reply.next == nil { break }
        }
        await rest()
        return nil
    }

    private func train(on place: BatchPlace) async throws -> (BatchPlace, BatchStatistics) {
        let start: [Float]
        if let weights { start = weights } else { start = try await link.pull() }
        session.go(toEpoch: place.epoch, batch: place.batch)
        session.parameters = start
        let share = session.batchRange
        var ((gradient, statistics), _) = try link.meter.measure(share.count) { try session.gradient(over: share) }
        try session.checkFinite(statistics)
        let now = try await link.pull()
        if compensation > 0 {
            for i in gradient.indices { gradient[i] += compensation * gradient[i] * gradient[i] * (now[i] - start[i]) }
        }
        session.parameters = now
        try session.step(with: gradient)
        let after = session.parameters
        try await link.push(zip(after, now).map { $0 - $1 })
        weights = after
        return (place, statistics)
    }

    /// The host reports every epoch in order; the others report their part of the epochs that have ended.
    private func endEpoch(of reply: Wire.NextBatchReply) async throws -> TrainingSession.Epoch {
        var statistics: BatchStatistics?
        if let host = link.host {
            session.parameters = try await link.pull()
            statistics = await host.broker.ledger.results[reportedEpochs]
            reportedEpochs += 1
        } else {
            reportedEpochs = Int(reply.epochsDone)
        }
        if reply.over, reportedEpochs == reply.epochsDone { await link.leave() }
        await rest()
        return session.epoch(number: reportedEpochs, statistics ?? BatchStatistics())
    }

    /// Moves to where a resumed training would begin, so that checkpoints record it.
    private func rest() async {
        let place = await link.host?.broker.ledger.position ?? BatchPlace(epoch: reportedEpochs, batch: 0)
        session.go(toEpoch: min(place.epoch, reportedEpochs), batch: place.epoch == reportedEpochs ? place.batch : 0)
    }

    func takeStatistics(over time: Duration) async -> [String: Double] { await link.takeStatistics(over: time) }
}
