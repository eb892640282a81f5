public import Brain
public import Model
package import Schema

/// What a scenario engages, which structures its search chooses from, and what attention would try first.
public struct ScenarioExplanation: Hashable, Sendable {
    /// A scenario to explain.
    public enum Subject: Hashable, Sendable {
        /// A published scenario, by its identity or a unique prefix of it; explained as its search uses it.
        case published(String)
        /// The text of a scenario file, explained as if it were published now.
        case text(String, file: String)
    }

    /// A structure that can read a modality.
    public struct Structure: Hashable, Sendable {
        /// Modality that it reads.
        public var modality: String
        /// Its name, such as `ResNet`.
        public var name: String
        /// Whether the search chooses it.
        public var isSearched: Bool
        /// Why, or why not, for display.
        public var reason: String

        /// Describes a structure.
        public init(modality: String, name: String, isSearched: Bool, reason: String) {
            self.modality = modality
            self.name = name
            self.isSearched = isSearched
            self.reason = reason
        }
    }

    /// A structure with the attention that the scenario pays to it.
    public struct RankedStructure: Hashable, Sendable {
        /// Modality that it reads.
        public var modality: String
        /// Its name, or that of the pretrained model.
        public var name: String
        /// Whether it is a pretrained model.
        public var isPretrained: Bool
        /// Attention, 0 to 1; it sums to 1 over all structures of the modality.
        public var weight: Double
        /// Scores of its features on the scenario's data, such as `logme`.
        public var scores: [String: Double]
        /// Number of scenarios in which it was observed.
        public var outcomes: Int
        /// Similarity of the most similar of those scenarios, 0 to 1.
        public var similarity: Double
        /// Why it has its place, for display.
        public var reason: String

        /// Describes a ranked structure.
        public init(
            modality: String, name: String, isPretrained: Bool, weight: Double, scores: [String: Double],
            outcomes: Int, similarity: Double, reason: String
        ) {
            self.modality = modality
            self.name = name
            self.isPretrained = isPretrained
            self.weight = weight
            self.scores = scores
            self.outcomes = outcomes
            self.similarity = similarity
            self.reason = reason
        }
    }

    /// A network of earlier searches with the attention that the scenario pays to it.
    public struct RankedNetwork: Hashable, Sendable {
        /// Its genome in the search space.
        public var genome: String
        /// Its artificial code; nil if there is none.
        public var code: ArtificialCode?
        /// Attention, 0 to 1; it sums to 1 over all networks of the space.
        public var weight: Double
        /// Attention of each head.
        public var heads: [Double]
        /// Disagreement of the ensemble's members: the standard deviation of their log attentions.
        public var deviation: Double
        /// Number of scenarios in which it was observed.
        public var outcomes: Int
        /// Similarity of the most similar of those scenarios, 0 to 1.
        public var similarity: Double

        /// Describes a ranked network.
        public init(
            genome: String, code: ArtificialCode?, weight: Double, heads: [Double], deviation: Double, outcomes: Int,
            similarity: Double
        ) {
            self.genome = genome
            self.code = code
            self.weight = weight
            self.heads = heads
            self.deviation = deviation
            self.outcomes = outcomes
            self.similarity = similarity
        }

        /// Its name, for display.
        public var name: String { code?.name ?? genome }
    }

    /// The functions, areas and regions that the scenario engages.
    public var explanation: Explanation
    /// The structures of each modality, searched ones first; empty if the search does not choose whole structures.
    public var structures: [Structure]
    /// The structures of each modality in the order of attention, if requested.
    public var ranking: [RankedStructure]
    /// The networks in the order of attention, if requested.
    public var networks: [RankedNetwork]
    /// Why the order of attention is unknown although it was requested; nil if it is known.
    public var unknown: String?

    /// Describes what is known about a scenario.
    public init(
        explanation: Explanation, structures: [Structure] = [], ranking: [RankedStructure] = [],
        networks: [RankedNetwork] = [], unknown: String? = nil
    ) {
        self.explanation = explanation
        self.structures = structures
        self.ranking = ranking
        self.networks = networks
        self.unknown = unknown
    }
}

// MARK: - On the wire

extension ScenarioExplanation {
    /// Decodes a received explanation.
    /// - Throws: `Failure` with code `corrupt` if it is invalid.
    package init(_ wire: Wire.ExplainScenarioReply) throws {
        self.init(
            explanation: try Explanation(json: wire.explanation),
            structures: wire.structures.map {
                Structure(modality: $0.modality, name: $0.structure, isSearched: $0.searched, reason: $0.reason)
            },
            ranking: wire.ranking.map {
                RankedStructure(
                    modality: $0.modality, name: $0.structure, isPretrained: $0.pretrained, weight: $0.weight,
                    scores: .init($0.scores), outcomes: Int($0.outcomes), similarity: $0.similarity, reason: $0.reason)
            },
            networks: try wire.networks.map {
                RankedNetwork(
                    genome: $0.genome, code: $0.code.isEmpty ? nil : try ArtificialCode($0.code), weight: $0.weight,
                    heads: $0.heads, deviation: $0.deviation, outcomes: Int($0.outcomes), similarity: $0.similarity)
            },
            unknown: wire.unknown.isEmpty ? nil : wire.unknown)
    }
}

extension Wire.ExplainScenarioReply {
    /// The explanation in wire form.
    package init(_ explained: ScenarioExplanation) throws {
        self.init(
            explanation: try explained.explanation.json,
            structures: explained.structures.map {
                Wire.StructureOption(
                    modality: $0.modality, structure: $0.name, searched: $0.isSearched, reason: $0.reason)
            },
            ranking: explained.ranking.map {
                Wire.RankedStructure(
                    modality: $0.modality, structure: $0.name, pretrained: $0.isPretrained, weight: $0.weight,
                    scores: .init($0.scores), outcomes: UInt32(clamping: $0.outcomes), similarity: $0.similarity,
                    reason: $0.reason)
            },
            networks: explained.networks.map {
                Wire.RankedNetwork(
                    genome: $0.genome, code: $0.code?.description ?? "", weight: $0.weight, heads: $0.heads,
                    deviation: $0.deviation, outcomes: UInt32(clamping: $0.outcomes), similarity: $0.similarity)
            },
            unknown: explained.unknown ?? "")
    }
}
