import Model
import Testing
import Torch

@testable import TrainerWorker

/// Rank 0 of two workers; the test controls the other one.
private final class ScriptedGroup: Collective {
    let rank = 0
    let size = 2
    private var others: [[Float]]

    init(other: [Float]...) { others = other }

    func beginSum(_ values: [Float]) throws -> any PendingSum {
        let other = others.isEmpty ? Array(repeating: 0, count: values.count) : others.removeFirst()
        return KnownSum(zip(values, other).map(+))
    }

    private final class KnownSum: PendingSum {
        private let values: [Float]
        init(_ values: [Float]) { self.values = values }
        func finish() -> [Float] { values }
    }
}

struct ReplicaRuleTests {
    @Test func `local SGD continues from the mean`() throws {
        var rule = LocalSGD()
        var weights: [Float] = [1, 2]
        try rule.meet(&weights, loss: 0, with: ScriptedGroup(other: [3, 6]))
        #expect(weights == [2, 4])
    }

    @Test func `overlapped averaging replaces a worker's change by the mean one step later`() throws {
        var rule = OverlappedSGD([0])
        let group = ScriptedGroup(other: [4], [6])
        var weights: [Float] = [2]
        // Changes are 2 and 4; nothing has arrived yet.
        try rule.meet(&weights, loss: 0, with: group)
        #expect(weights == [2])
        weights[0] += 8
        // The mean of the first changes is 3 instead of 2; the new ones are 8 and 6.
        try rule.meet(&weights, loss: 0, with: group)
        #expect(weights == [11])
        try rule.endEpoch(&weights, with: group)
        // 3 + (8 + 6) / 2
        #expect(weights == [10])
    }

    @Test func `elastic averaging pulls worker and center together`() throws {
        var rule = ElasticAveraging([0])
        var weights: [Float] = [2]
        // α = 0.45: the worker's pull is 0.9, the other's 0.3.
        try rule.meet(&weights, loss: 0, with: ScriptedGroup(other: [0.3]))
        #expect(abs(weights[0] - 1.1) < 1e-6)
        #expect(try abs(#require(rule.result)[0] - 1.2) < 1e-6)
    }

    @Test func `a particle moves toward the best of the swarm, which is the result`() throws {
        var rule = ParticleSwarm([0], seed: 1)
        var weights: [Float] = [2]
        // The other's loss is smaller, and its weights are 10: the pull lies in 0.5 · r · 8 with r in 0 ..< 1.
        try rule.meet(&weights, loss: 0.5, with: ScriptedGroup(other: [0, 0.25], [10]))
        #expect(weights[0] >= 2 && weights[0] < 6)
        let flown = weights[0] - 2
        // Its own loss grew: its best stays at 2, and the velocity is kept to nine tenths.
        let before = weights[0]
        try rule.meet(&weights, loss: 0.9, with: ScriptedGroup(other: [0, 0.25], [10]))
        let least = 0.9 * flown - 0.08 * flown, most = 0.9 * flown + 0.5 * (10 - before)
        #expect(weights[0] - before >= least - 1e-5 && weights[0] - before <= most + 1e-5)
        #expect(rule.result == [10])
    }
}

struct BatchSharesTests {
    @Test func `shares follow speeds after one measurement`() {
        var shares = BatchShares(workers: 2)
        // Half the batch took one of them twice as long.
        shares.adapt(to: [1, 2])
        #expect(abs(shares.fractions[0] - 2 / 3.0) < 1e-12)
        #expect(shares.counts(of: 63) == [42, 21])
        // Now both take nearly the same time, so nothing changes.
        let isKept = !shares.adapt(to: [4 / 3.0, 1.3])
        #expect(isKept)
        #expect(shares.counts(of: 63) == [42, 21])
    }

    @Test(arguments: [[1, 1, 1], [1, 5, 100], [1, 1e6]] as [[Double]], [2, 3, 7, 16, 64])
    func `samples of all workers add up to the batch, and no worker gets none`(times: [Double], batch: Int) {
        var shares = BatchShares(workers: times.count)
        shares.adapt(to: times)
        let counts = shares.counts(of: batch)
        #expect(counts.reduce(0, +) == batch)
        #expect(batch < times.count || counts.allSatisfy { $0 >= 1 })
        let ranges = times.indices.map { shares.range(of: $0, in: 100..<100 + batch) }
        #expect(ranges.first?.lowerBound == 100 && ranges.last?.upperBound == 100 + batch)
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    }

    @Test func `missing measurements change nothing`() {
        var shares = BatchShares(workers: 2)
        for times in [[0, 1], [.infinity, 1], [1]] as [[Double]] { shares.adapt(to: times) }
        #expect(shares.fractions == [0.5, 0.5])
    }
}
