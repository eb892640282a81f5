import Foundation
import Model

/// Makes modalities from columns.
struct ModalityFinder {
    let settings: DataSettings
    let columns: [SampleColumn]

    /// The modalities, sorted by name.
    func modalities(notes: inout [String]) throws -> [SampleModality] {
        let found = try settings.modalities.map(given) ?? looked()
        guard !found.isEmpty else {
            let left = columns.compactMap { column -> String? in
                guard case .left(let reason) = column.role else { return nil }
                return "'\(column.name)' \(reason)"
            }
            throw Failure(
                .invalidArgument,
                "There is no column left that a network could read"
                    + (left.isEmpty ? "" : ": \(left.prefix(8).joined(separator: "; "))")
                    + ". Name some with 'modalities: {table: {columns: […]}}'.")
        }
        return found.sorted { $0.name < $1.name }
    }

    private func given(_ modalities: [String: DataSettings.Modality]) throws -> [SampleModality] {
        try modalities.map { name, modality in
            let found = try modality.columns.map { column in
                guard let index = columns.firstIndex(where: { $0.name == column }) else {
                    throw Failure.missingColumn(column, "modalities.\(name)", columns.map(\.name))
                }
                guard columns[index].role != .target else {
                    throw Failure(
                        .invalidArgument, "modalities.\(name): '\(column)' is the target; networks must not read it.")
                }
                guard !settings.ignored.contains(column) else {
                    throw Failure(.invalidArgument, "modalities.\(name): '\(column)' is also listed in data.ignore.")
                }
                return index
            }
            let kinds = Set(found.map { columns[$0].kind.modality })
            guard let kind = modality.kind ?? (kinds.count == 1 ? kinds.first.flatMap { $0 } : nil) else {
                let said = found.map { "'\(columns[$0].name)' holds \(columns[$0].kind.rawValue)" }
                throw Failure(
                    .invalidArgument,
                    "modalities.\(name).kind: cannot infer the kind: \(said.joined(separator: ", ")).")
            }
            guard found.count == 1 || kind.takesSeveralColumns else {
                throw Failure(
                    .invalidArgument, "modalities.\(name): a modality of kind \(kind.rawValue) has exactly one column.")
            }
            return SampleModality(name: name, kind: kind, columns: found, settings: modality)
        }
    }

    private func looked() -> [SampleModality] {
        let inputs = columns.indices.filter { columns[$0].role == .input }
        let table = inputs.filter { columns[$0].kind.modality == .table }
        var result: [SampleModality] = []
        var names: Set<String> = []
        func add(_ wanted: String, _ usual: String, _ kind: ModalityKind, _ members: [Int]) {
            var name = Self.name(wanted) ?? usual
            var number = 2
            while !names.insert(name).inserted {
                name = "\((Self.name(wanted) ?? usual).prefix(28))_\(number)"
                number += 1
            }
            let modality = DataSettings.Modality(columns: members.map { columns[$0].name }, kind: kind)
            result.append(SampleModality(name: name, kind: kind, columns: members, settings: modality))
        }
        for kind in ModalityKind.allCases where kind != .table {
            let members = inputs.filter { columns[$0].kind.modality == kind }
            let usual = kind.usualName
            for member in members { add(members.count == 1 ? usual : columns[member].name, usual, kind, [member]) }
        }
        if !table.isEmpty { add("table", "table", .table, table) }
        return result
    }

    /// A valid name for a network input; nil if nothing of the text remains.
    static func name(_ text: String) -> String? {
        var name = ""
        for scalar in text.lowercased().unicodeScalars {
            let isFine = scalar.isASCII && (scalar.properties.isAlphabetic || "0"..."9" ~= scalar)
            if isFine { name.unicodeScalars.append(scalar) } else if !name.isEmpty, name.last != "_" { name += "_" }
        }
        while let first = name.first, !first.isLetter { name.removeFirst() }
        while name.last == "_" { name.removeLast() }
        return name.isEmpty ? nil : String(name.prefix(32))
    }
}
