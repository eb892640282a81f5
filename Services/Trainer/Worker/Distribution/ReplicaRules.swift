import Model
import Torch

/// Local SGD: every worker continues from the mean of all, x ← Σᵢ xᵢ / N.
struct LocalSGD: ReplicaRule {
    mutating func meet(_ weights: inout [Float], loss: Float, with group: any Collective) throws {
        let share = 1 / Float(group.size)
        weights = try group.sum(weights).map { $0 * share }
    }
}

/// Local SGD one round late, so that no worker waits for the sum (after Hierarchical Local SGD; Zhou et al., 2020).
///
/// dᵢ(t) is worker i's change between the synchronization rounds t − 1 and t. In round t it takes the sum that was
/// started in round t − 1, adds the mean to the common weights, c ← c + Σⱼ dⱼ(t−1) / N, continues from xᵢ = c + dᵢ(t),
/// and starts the sum of dⱼ(t). At the end of an epoch it also waits for that sum, so that every change has reached
/// every worker once. Then xᵢ = c has the same bits everywhere, because every worker gets the same sum.
struct OverlappedSGD: ReplicaRule {
    /// The common weights of all workers.
    private var common: [Float]
    /// This worker's weights after the last synchronization.
    private var start: [Float]
    private var pending: (any PendingSum)?

    init(_ start: [Float]) {
        common = start
        self.start = start
    }

    mutating func meet(_ weights: inout [Float], loss: Float, with group: any Collective) throws {
        let change = zip(weights, start).map { $0 - $1 }
        try settle(group)
        weights = zip(common, change).map { $0 + $1 }
        start = weights
        pending = try group.beginSum(change)
    }

    mutating func endEpoch(_ weights: inout [Float], with group: any Collective) throws {
        try settle(group)
        weights = common
        start = common
    }

    private mutating func settle(_ group: any Collective) throws {
        guard let sum = try pending?.finish() else { return }
        let share = 1 / Float(group.size)
        for i in common.indices { common[i] += sum[i] * share }
        pending = nil
    }
}

/// Elastic averaging (Zhang, Choromanska and LeCun, 2015): xᵢ ← xᵢ − α (xᵢ − c), c ← c + Σᵢ α (xᵢ − c), with α = 0.9 / N.
///
/// Every worker has the center c, which is the result.
struct ElasticAveraging: ReplicaRule {
    private static let elasticity: Float = 0.9
    private var center: [Float]

    init(_ start: [Float]) { center = start }

    mutating func meet(_ weights: inout [Float], loss: Float, with group: any Collective) throws {
        let rate = Self.elasticity / Float(group.size)
        let pull = weights.indices.map { rate * (weights[$0] - center[$0]) }
        let sum = try group.sum(pull)
        for i in weights.indices {
            weights[i] -= pull[i]
            center[i] += sum[i]
        }
    }

    var result: [Float]? { center }
}

/// Particle swarm (Kennedy and Eberhart, 1995) over replicas: worker i is a particle with position xᵢ, and its fitness is its
/// training loss.
///
/// In each synchronization vᵢ ← w vᵢ + c₁ r₁ (pᵢ − xᵢ) + c₂ r₂ (g − xᵢ) and xᵢ ← xᵢ + vᵢ, with r₁ and r₂ uniform in 0
/// ..< 1, pᵢ the best weights of worker i so far, and g the best of all workers. The result is g.
struct ParticleSwarm: ReplicaRule {
    private static let (inertia, cognitive, social): (Float, Float, Float) = (0.9, 0.08, 0.5)

    private var velocity: [Float]
    private var best: (weights: [Float], loss: Float)
    private var swarmBest: (weights: [Float], loss: Float)
    private var random: SplitMix64

    init(_ start: [Float], seed: UInt64) {
        velocity = Array(repeating: 0, count: start.count)
        best = (start, .infinity)
        swarmBest = (start, .infinity)
        random = SplitMix64(seed: seed)
    }

    mutating func meet(_ weights: inout [Float], loss: Float, with group: any Collective) throws {
        if loss < best.loss { best = (weights, loss) }
        let losses = try group.gather(best.loss.isFinite ? best.loss : .greatestFiniteMagnitude)
        let leader = losses.indices.min { losses[$0] < losses[$1] } ?? 0
        if losses[leader] < swarmBest.loss {
            swarmBest = (try group.broadcast(best.weights, from: leader), losses[leader])
        }
        for i in weights.indices {
            let (r1, r2) = (Float.random(in: 0..<1, using: &random), Float.random(in: 0..<1, using: &random))
            velocity[i] =
                Self.inertia * velocity[i] + Self.cognitive * r1 * (best.weights[i] - weights[i])
                + Self.social * r2 * (swarmBest.weights[i] - weights[i])
            weights[i] += velocity[i]
        }
    }

    var result: [Float]? { swarmBest.weights }
}
