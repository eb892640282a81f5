import Brain
import DesignerClient
import Model
import Presentation

/// A row of the list of networks with a scenario's attention to them.
struct AttentionRow: Listable {
    let network: String
    let genome: String
    let code: String?
    let weight: Double
    let heads: [Double]
    let deviation: Double
    let outcomes: Int
    let similarity: Double

    init(_ ranked: ScenarioExplanation.RankedNetwork) {
        network = ranked.name
        genome = ranked.genome
        code = ranked.code?.description
        weight = ranked.weight
        heads = ranked.heads
        deviation = ranked.deviation
        outcomes = ranked.outcomes
        similarity = ranked.similarity
    }

    static let columns = ["NETWORK", "GENOME", "ATTENTION", "HEADS", "±", "SEEN", "LIKENESS"]

    var name: String { genome }
    var row: [String] {
        [
            network, genome, Figures.fixed(weight, 3), heads.map { Figures.fixed($0, 2) }.joined(separator: " "),
            Figures.fixed(deviation, 2), "\(outcomes)", Figures.fixed(similarity, 2),
        ]
    }

    /// The rows under a heading, or why there are none.
    static func section(_ rows: [AttentionRow], unknown: String?) -> String {
        let title = "Networks that attention would try first"
        if let unknown { return "\(title): unknown, because \(unknown)" }
        guard !rows.isEmpty else { return "\(title): none, because no trial in this search space is known yet" }
        return title + "\n" + table(columns, rows.map(\.row))
    }
}

/// A row of the list of structures in the order of a scenario's attention, pretrained and fresh ones together.
struct StructureAttentionRow: Listable {
    let modality: String
    let structure: String
    let isPretrained: Bool
    let weight: Double
    let scores: [String: Double]
    let outcomes: Int
    let similarity: Double
    let reason: String

    init(_ structure: ScenarioExplanation.RankedStructure) {
        modality = structure.modality
        self.structure = structure.name
        isPretrained = structure.isPretrained
        weight = structure.weight
        scores = structure.scores
        outcomes = structure.outcomes
        similarity = structure.similarity
        reason = structure.reason
    }

    static let columns = ["MODALITY", "STRUCTURE", "ATTENTION", "WHY"]

    var name: String { structure }
    var row: [String] { [modality, structure, Figures.fixed(weight, 3), reason] }

    /// The rows under a heading; nil if there are none.
    static func section(_ rows: [StructureAttentionRow]) -> String? {
        let title = "Structures in the order of attention, pretrained and fresh ones together"
        return rows.isEmpty ? nil : title + "\n" + table(columns, rows.map(\.row))
    }
}

/// An explanation with the candidate structures and the attention to them and to networks, as one JSON object; bare
/// words have none of these.
struct ExplainedScenario: Encodable {
    let explanation: Explanation
    let structures: [StructureRow]?
    let ranking: [StructureAttentionRow]?
    let attention: [AttentionRow]?

    private enum CodingKeys: CodingKey {
        case structures
        case ranking
        case attention
    }

    func encode(to encoder: any Encoder) throws {
        try explanation.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(structures, forKey: .structures)
        try container.encodeIfPresent(ranking, forKey: .ranking)
        try container.encodeIfPresent(attention, forKey: .attention)
    }
}
