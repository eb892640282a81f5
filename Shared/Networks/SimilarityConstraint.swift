import Model

/// Makes vectors of the same sample point in the same direction, which coordinates the representations of two
/// modalities.
///
/// For each pair, one minus the cosine of the angle between both, averaged over a mini-batch, is added to the loss.
public struct SimilarityConstraint: Hashable, Sendable, Codable {
    /// Two layers that output vectors of the same size.
    public struct Pair: Hashable, Sendable, Codable {
        /// Name of the first layer.
        public var first: String
        /// Name of the second layer.
        public var second: String

        /// Makes a pair.
        public init(_ first: String, _ second: String) {
            self.first = first
            self.second = second
        }
    }

    /// Layers whose outputs are kept similar.
    public var pairs: [Pair]
    /// Weight of their mean relative to the cross-entropy.
    public var weight: Double

    /// Makes a constraint.
    public init(pairs: [Pair], weight: Double) {
        self.pairs = pairs
        self.weight = weight
    }

    /// The term that is added to the loss, given the expressions of layers by name.
    func expression(_ values: [String: String]) throws -> String {
        let terms = try pairs.map { pair in
            guard let first = values[pair.first], let second = values[pair.second] else {
                throw Failure(
                    .invalidArgument,
                    "A similarity constraint names '\(pair.first)' and '\(pair.second)', which are not both layers of "
                        + "the network."
                )
            }
            return "torch.mean(torch.cosine_similarity(\(first), \(second), 1, 1e-08))"
        }
        guard let first = terms.first, weight > 0, weight.isFinite else {
            throw Failure(.invalidArgument, "A similarity constraint needs a pair of layers and a weight above 0.")
        }
        let sum = terms.dropFirst().reduce(first) { "torch.add(\($0), \($1))" }
        return "torch.mul(torch.add(torch.neg(\(sum)), \(Double(terms.count))), \(weight / Double(terms.count)))"
    }
}
