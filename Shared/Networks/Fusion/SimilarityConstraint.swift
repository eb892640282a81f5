import Model

/// Vectors that are to point the same way for the same sample: what coordinates the representations of two modalities.
///
/// For each pair one minus the cosine of the angle between both, as the mean of a mini-batch, is added to the loss.
public struct SimilarityConstraint: Hashable, Sendable, Codable {
    /// Two layers that give vectors of one size.
    public struct Pair: Hashable, Sendable, Codable {
        /// Name of the one layer.
        public var first: String
        /// Name of the other.
        public var second: String

        /// Makes a pair.
        public init(_ first: String, _ second: String) {
            self.first = first
            self.second = second
        }
    }

    /// The pairs.
    public var pairs: [Pair]
    /// How much their mean counts beside the cross-entropy.
    public var weight: Double

    /// Makes a constraint.
    public init(pairs: [Pair], weight: Double) {
        self.pairs = pairs
        self.weight = weight
    }

    /// What is added to the loss, from the expressions of layers by name.
    func expression(_ values: [String: String]) throws -> String {
        let terms = try pairs.map { pair in
            guard let first = values[pair.first], let second = values[pair.second] else {
                throw Failure(
                    .invalidArgument,
                    "The similarity of '\(pair.first)' and '\(pair.second)' is wanted, which are no layers of the network."
                )
            }
            return "torch.mean(torch.cosine_similarity(\(first), \(second), 1, 1e-08))"
        }
        guard let first = terms.first, weight > 0, weight.isFinite else {
            throw Failure(.invalidArgument, "A constraint of similarity needs a pair of layers and a weight above 0.")
        }
        let sum = terms.dropFirst().reduce(first) { "torch.add(\($0), \($1))" }
        return "torch.mul(torch.add(torch.neg(\(sum)), \(Double(terms.count))), \(weight / Double(terms.count)))"
    }
}
