public import Model
package import Schema

/// Which model: one of a search space by its genome, or a pretrained one of the registry.
public struct ModelKey: Hashable, Sendable {
    /// Space of the registry's pretrained models; their genome is their identity.
    public static let pretrained = "models"

    /// Search space that the genome belongs to.
    public var space: String
    /// Genome, or identity in the registry.
    public var genome: String

    /// Names a model.
    public init(space: String, genome: String) {
        self.space = space
        self.genome = genome
    }
}

/// A model that may be tried.
public struct ModelCandidate: Hashable, Sendable {
    /// Which one.
    public var key: ModelKey
    /// Its artificial code; nil if it has none.
    public var code: ArtificialCode?
    /// Cheap measurements on the scenario's data by name, such as `logme`; higher is better.
    public var scores: [String: Double]

    /// Makes a candidate.
    public init(key: ModelKey, code: ArtificialCode? = nil, scores: [String: Double] = [:]) {
        self.key = key
        self.code = code
        self.scores = scores
    }

    /// Whether it has weights already.
    public var isPretrained: Bool { key.space == ModelKey.pretrained }

    /// Datasets that its weights come from.
    public var trainedOn: Set<String> {
        guard isPretrained, let code else { return [] }
        return Set(code.dataset.split(separator: "+").map { $0.lowercased() })
    }

    /// The candidate that was received.
    package init(_ wire: Wire.ModelCandidate) throws {
        self.init(
            key: ModelKey(space: wire.space, genome: wire.genome),
            code: wire.code.isEmpty ? nil : try ArtificialCode(wire.code), scores: .init(wire.scores))
    }
}

extension Wire.ModelCandidate {
    /// The candidate as it is sent.
    package init(_ candidate: ModelCandidate) {
        self.init(
            space: candidate.key.space, genome: candidate.key.genome, code: candidate.code?.description ?? "",
            scores: .init(candidate.scores))
    }
}

/// A model with the attention that a scenario pays to it.
public struct RankedModel: Hashable, Sendable {
    /// The model.
    public var model: ModelCandidate
    /// Attention, 0 to 1; over all candidates it sums to 1.
    public var weight: Double
    /// Attention of each head.
    public var heads: [Double]
    /// How far the members of the ensemble are apart: the standard deviation of their attentions' logarithms.
    public var deviation: Double
    /// Scenarios in which it was seen.
    public var outcomes: Int
    /// How alike the most similar of those scenarios is, 0 to 1.
    public var similarity: Double
    /// By what the order goes: the attention's logarithm, and more where little is known.
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

    /// The model that was received.
    package init(_ wire: Wire.RankedModel) throws {
        self.init(
            model: try ModelCandidate(wire.model ?? .init()), weight: wire.weight, heads: wire.heads,
            deviation: wire.deviation, outcomes: Int(wire.outcomes), similarity: wire.similarity, score: wire.score)
    }
}

extension Wire.RankedModel {
    /// The model as it is sent.
    package init(_ ranked: RankedModel) {
        self.init(
            model: .init(ranked.model), weight: ranked.weight, heads: ranked.heads, deviation: ranked.deviation,
            outcomes: UInt32(clamping: ranked.outcomes), similarity: ranked.similarity, score: ranked.score)
    }
}

/// What came of a lesson.
public struct LearnedLesson: Hashable, Sendable {
    /// Scenarios that were new or had new outcomes; 0 if there was nothing to learn.
    public var fresh: Int
    /// Scenarios that were learned from, older ones among them.
    public var scenarios: Int
    /// The ranking loss toward the end.
    public var loss: Double
    /// How long it took.
    public var seconds: Double

    /// Makes a lesson's outcome.
    public init(fresh: Int, scenarios: Int, loss: Double, seconds: Double) {
        self.fresh = fresh
        self.scenarios = scenarios
        self.loss = loss
        self.seconds = seconds
    }
}
