import DesignerClient

/// A structure that fits a modality, whether the gene includes it, and why.
struct StructureRow: Listable, Encodable {
    let modality: String
    let structure: String
    let isIn: Bool
    let reason: String

    init(_ structure: ScenarioExplanation.Structure) {
        modality = structure.modality
        self.structure = structure.name
        isIn = structure.isSearched
        reason = structure.reason
    }

    static let columns = ["MODALITY", "STRUCTURE", "SEARCHED", "WHY"]

    var name: String { structure }
    var row: [String] { [modality, structure, isIn ? "yes" : "no", reason] }

    /// The rows under a heading.
    static func section(_ rows: [StructureRow]) -> String {
        let title = "Structures that a gene chooses from"
        return rows.isEmpty
            ? "\(title): none, because the scenario does not search whole structures"
            : title + "\n" + table(columns, rows.map(\.row))
    }
}
