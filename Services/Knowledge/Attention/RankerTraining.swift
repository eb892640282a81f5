import Model
import Torch

/// The next learning run of a ranker, as a separate value, so that the ranker keeps answering meanwhile.
public struct RankerTraining: Sendable {
    /// Number of optimizer steps.
    static let steps = 80

    /// The result of learning.
    public struct Outcome: Sendable {
        /// The new weights.
        public let weights: [Float]
        /// The ranking loss at the end.
        public let loss: Double
        /// Number of new scenarios.
        public let fresh: Int
        /// Number of scenarios learned from.
        public let scenarios: Int
        let groups: Set<UInt64>
    }

    let lists: [Attention.List]
    let fresh: Int
    let weights: [Float]?
    let seed: UInt64
    let groups: Set<UInt64>

    /// Trains on the calling thread.
    public func learn() throws -> Outcome {
        let attention = try ModelRanker.attention(weights)
        let loss = try attention.learn(from: lists, .init(steps: Self.steps, fresh: fresh, seed: seed))
        return Outcome(
            weights: attention.weights, loss: loss, fresh: fresh, scenarios: lists.count, groups: groups)
    }
}
