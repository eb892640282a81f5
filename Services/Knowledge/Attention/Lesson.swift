import Model
import Torch

/// What a ranker learns next: a value of its own, so that the ranker answers while it is being learned.
public struct Lesson: Sendable {
    /// Steps of a lesson.
    static let steps = 80

    /// What came of a lesson.
    public struct Outcome: Sendable {
        /// The new weights.
        public let weights: [Float]
        /// The ranking loss toward the end.
        public let loss: Double
        /// Scenarios that were new.
        public let fresh: Int
        /// Scenarios that were learned from.
        public let scenarios: Int
        let groups: Set<UInt64>
    }

    let lists: [Attention.List]
    let fresh: Int
    let weights: [Float]?
    let seed: UInt64
    let groups: Set<UInt64>

    /// Learns, on the calling thread.
    public func learn() throws -> Outcome {
        let attention = try ModelRanker.attention(weights)
        let loss = try attention.learn(from: lists, .init(steps: Self.steps, fresh: fresh, seed: seed))
        return Outcome(
            weights: attention.weights, loss: loss, fresh: fresh, scenarios: lists.count, groups: groups)
    }
}
