public import Model
package import Schema

/// Identifies a model: one of a search space by its genome, a pretrained one by its identity in the registry, or a
/// structure with fresh weights by its name.
public struct ModelKey: Hashable, Sendable {
    /// Space of the registry's pretrained models, whose genome is their identity, and of the structures with fresh
    /// weights that compete with them.
    public static let pretrained = "models"
    /// Begins the genome of a structure with fresh weights; identities in the registry contain no space.
    private static let freshPrefix = "fresh "

    /// Search space that the genome belongs to.
    public var space: String
    /// Genome, or identity in the registry.
    public var genome: String

    /// The key of a model in the registry.
    public static func model(_ id: String) -> ModelKey { ModelKey(space: pretrained, genome: id) }

    /// The key of a structure that is trained from fresh weights.
    public static func fresh(_ structure: String) -> ModelKey {
        ModelKey(space: pretrained, genome: freshPrefix + structure)
    }

    /// Whether it is a structure that is trained from fresh weights.
    public var isFresh: Bool { space == Self.pretrained && genome.hasPrefix(Self.freshPrefix) }

    /// Makes a key.
    public init(space: String, genome: String) {
        self.space = space
        self.genome = genome
    }
}

/// A model that may be tried.
public struct ModelCandidate: Hashable, Sendable {
    /// Key of the model.
    public var key: ModelKey
    /// Its artificial code; nil if it has none.
    public var code: ArtificialCode?
    /// Cheap scores on the scenario's data by name, such as `logme`; higher is better.
    public var scores: [String: Double]

    /// Makes a candidate.
    public init(key: ModelKey, code: ArtificialCode? = nil, scores: [String: Double] = [:]) {
        self.key = key
        self.code = code
        self.scores = scores
    }

    /// Whether it already has weights.
    public var isPretrained: Bool { key.space == ModelKey.pretrained && !key.isFresh }

    /// Datasets that its weights were trained on.
    public var trainedOn: Set<String> {
        guard isPretrained, let code else { return [] }
        return Set(code.dataset.split(separator: "+").map { $0.lowercased() })
    }

    /// Decodes a received candidate.
    package init(_ wire: Wire.ModelCandidate) throws {
        self.init(
            key: ModelKey(space: wire.space, genome: wire.genome),
            code: wire.code.isEmpty ? nil : try ArtificialCode(wire.code), scores: .init(wire.scores))
    }
}

extension Wire.ModelCandidate {
    /// The candidate in wire form.
    package init(_ candidate: ModelCandidate) {
        self.init(
            space: candidate.key.space, genome: candidate.key.genome, code: candidate.code?.description ?? "",
            scores: .init(candidate.scores))
    }
}

/// A model with the attention that a scenario pays to it.
public struct RankedModel: Hashable, Sendable {
    /// The model, with its code and scores.
    public var model: ModelCandidate
    /// Attention, 0 to 1; it sums to 1 over all candidates.
    public var weight: Double
    /// Attention of each head.
    public var heads: [Double]
    /// Disagreement of the ensemble's members: the standard deviation of their log attentions.
    public var deviation: Double
    /// Number of scenarios in which it was seen.
    public var outcomes: Int
    /// Similarity of the most similar of those scenarios, 0 to 1.
    public var similarity: Double
    /// Sort value: the log attention plus an exploration bonus where little is known.
    public var score: Double

    /// Makes a ranked model.
    public init(
        model: ModelCandidate, weight: Double, heads: [Double], deviation: Double, outcomes: Int, similarity: Double,
        score: Double
    ) {
        self.model = model
        self.weight = weight
        self.heads = heads
        self.deviation = deviation
        self.outcomes = outcomes
        self.similarity = similarity
        self.score = score
    }

    /// Decodes a received model.
    package init(_ wire: Wire.RankedModel) throws {
        self.init(
            model: try ModelCandidate(wire.model ?? .init()), weight: wire.weight, heads: wire.heads,
            deviation: wire.deviation, outcomes: Int(wire.outcomes), similarity: wire.similarity, score: wire.score)
    }
}

extension Wire.RankedModel {
    /// The model in wire form.
    package init(_ ranked: RankedModel) {
        self.init(
            model: .init(ranked.model), weight: ranked.weight, heads: ranked.heads, deviation: ranked.deviation,
            outcomes: UInt32(clamping: ranked.outcomes), similarity: ranked.similarity, score: ranked.score)
    }
}

/// The result of a learning run.
public struct LearningResult: Hashable, Sendable {
    /// Number of scenarios that were new or had new outcomes; 0 if there was nothing to learn.
    public var fresh: Int
    /// Number of scenarios learned from, including older ones.
    public var scenarios: Int
    /// The ranking loss at the end.
    public var loss: Double
    /// Duration of the learning run.
    public var seconds: Double

    /// Makes a result.
    public init(fresh: Int, scenarios: Int, loss: Double, seconds: Double) {
        self.fresh = fresh
        self.scenarios = scenarios
        self.loss = loss
        self.seconds = seconds
    }
}
