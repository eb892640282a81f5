import Model
import Tables

/// Learns means and deviations of numbers, and the values of categories.
struct TableFitter: InputFitter {
    private let modality: RawModality
    private var moments: [RunningMoments]
    private var missing: [Bool]
    private var counts: [[String: Int]]
    private var rows = 0

    /// Maximum number of values of a category that get their own number, most frequent first.
    private static let mostValues = 1_000
    /// Maximum number of different values to count, so that a column of names does not take unbounded memory.
    private static let mostCounted = 100_000

    init(_ modality: RawModality) {
        self.modality = modality
        moments = modality.columns.map { _ in RunningMoments() }
        missing = modality.columns.map { _ in false }
        counts = modality.columns.map { _ in [:] }
    }

    mutating func look(at cells: [Cell], place: Int, _ reader: ValueReader) {
        rows += 1
        for (index, column) in modality.columns.enumerated() {
            let cell = cells[index]
            if column.isCategory {
                guard cell != .missing else { continue }
                let text = cell.description
                if counts[index][text] != nil || counts[index].count < Self.mostCounted {
                    counts[index][text, default: 0] += 1
                }
            } else if case .number(let number) = cell, number.isFinite {
                moments[index].add(number)
            } else {
                missing[index] = true
            }
        }
    }

    func input() throws -> DatasetManifest.Input {
        var numbers: [TablePreparation.Number] = []
        var categories: [TablePreparation.Category] = []
        for (index, column) in modality.columns.enumerated() {
            if column.isCategory {
                // If there are many values, one that occurred only once says nothing about other samples.
                let least = counts[index].count > 50 ? 2 : 1
                let frequent = counts[index].filter { $0.value >= least }
                    .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(Self.mostValues)
                categories.append(.init(name: column.name, values: frequent.map(\.key)))
            } else {
                numbers.append(
                    .init(
                        name: column.name, mean: moments[index].mean, deviation: moments[index].deviation,
                        hasFlag: missing[index]))
            }
        }
        let table = TablePreparation(numbers: numbers, categories: categories)
        return DatasetManifest.Input(
            signature: InputSignature(
                kind: .table, shape: [table.width], categories: categories.map { $0.values.count + 1 }),
            columns: modality.columns.map(\.name), preparation: .table(table))
    }
}

extension TablePreparation: InputKind {
    func value(_ cells: [Cell], of name: String, _ reader: ValueReader) throws -> RawValue? {
        reader.row(cells, of: name)
    }

    func methods(of name: String, shape: [Int]) -> String { PreparationScript.methods(of: name, self) }

    func covered(_ occluded: Occlusion.Occluded) -> [Occlusion.Covered] {
        guard case .numbers(let row, let shape) = occluded.value else { return [] }
        return Occlusion.columns(self, row, shape)
    }
}
