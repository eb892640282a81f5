import Model
import Schema
import Torch
import WorkQueueClient

/// Workers train on mini-batches of their own, which a parameter server hands out and whose changes it adds as they come.
///
/// A worker computes g at the weights w that it has, reads the server's weights w′, corrects g ← g + λ g ⊙ g ⊙ (w′ − w) where
/// delays are compensated (Zheng et al., 2017), lets its optimizers step from w′ to w″, and submits w″ − w′. A worker that
/// dies is missed by nobody: its mini-batch goes to another.
final class AsynchronousUpdates: SharedTraining {
    /// λ of the method's authors for a constant compensation.
    private static let compensation: Float = 0.04

    private let session: TrainingSession
    private let link: ParameterLink
    private let compensation: Float
    /// The weights as this worker knows them; nil before it has read any.
    private var weights: [Float]?
    private var done: (place: BatchPlace, figures: BatchFigures)?
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
            // With nothing to do it is time to look whether to stop.
            if reply.next == nil { break }
        }
        await rest()
        return nil
    }

    private func train(on place: BatchPlace) async throws -> (BatchPlace, BatchFigures) {
        let start: [Float]
        if let weights { start = weights } else { start = try await link.pull() }
        session.go(toEpoch: place.epoch, batch: place.batch)
        session.parameters = start
        let share = session.batchRange
        var ((gradient, figures), _) = try link.meter.measure(share.count) { try session.gradient(over: share) }
        try session.checkFinite(figures)
        let now = try await link.pull()
        if compensation > 0 {
            for i in gradient.indices { gradient[i] += compensation * gradient[i] * gradient[i] * (now[i] - start[i]) }
        }
        session.parameters = now
        try session.step(with: gradient)
        let after = session.parameters
        try await link.push(zip(after, now).map { $0 - $1 })
        weights = after
        return (place, figures)
    }

    /// The host tells every epoch, one after the other; the others what they did in those that have ended.
    private func endEpoch(of reply: Wire.NextBatchReply) async throws -> TrainingSession.Epoch {
        var figures: BatchFigures?
        if let host = link.host {
            session.parameters = try await link.pull()
            figures = await host.desk.ledger.results[reportedEpochs]
            reportedEpochs += 1
        } else {
            reportedEpochs = Int(reply.epochsDone)
        }
        if reply.over, reportedEpochs == reply.epochsDone { await link.leave() }
        await rest()
        return session.epoch(number: reportedEpochs, figures ?? BatchFigures())
    }

    /// Stands where a training that went on from here would begin, so that checkpoints say so.
    private func rest() async {
        let place = await link.host?.desk.ledger.position ?? BatchPlace(epoch: reportedEpochs, batch: 0)
        session.go(toEpoch: min(place.epoch, reportedEpochs), batch: place.epoch == reportedEpochs ? place.batch : 0)
    }

    func takeFigures(over time: Duration) async -> [String: Double] { await link.takeFigures(over: time) }
}
