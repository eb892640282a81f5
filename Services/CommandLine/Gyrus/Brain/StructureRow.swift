import Brain
import Model
import Search

/// A structure that fits a modality, whether the gene includes it, and why.
struct StructureRow: Listable, Encodable {
    let modality: String
    let structure: String
    let isIn: Bool
    let reason: String

    static let columns = ["MODALITY", "STRUCTURE", "SEARCHED", "WHY"]

    var name: String { structure }
    var row: [String] { [modality, structure, isIn ? "yes" : "no", reason] }

    /// The structures of each modality of a scenario, searched ones first; empty if the search does not use whole structures.
    static func rows(_ scenario: Scenario, _ explanation: Explanation) throws -> [StructureRow] {
        guard scenario.task.isTrained, scenario.search.layers == nil, scenario.fusion == nil else { return [] }
        let alphabet = try StructureAlphabet(scenario, engaged: explanation.engaged)
        return scenario.data.modalities.flatMap { modality in
            let choices = alphabet.choices(for: modality)
            return (choices.filter(\.isIn) + choices.filter { !$0.isIn }).map {
                StructureRow(modality: modality, structure: $0.family, isIn: $0.isIn, reason: $0.reason)
            }
        }
    }

    /// The rows under a heading.
    static func section(_ scenario: Scenario, _ explanation: Explanation) throws -> String {
        let rows = try rows(scenario, explanation)
        let title = "Structures that a gene chooses from"
        return rows.isEmpty
            ? "\(title): none, because the scenario does not search whole structures"
            : title + "\n" + table(columns, rows.map(\.row))
    }
}
