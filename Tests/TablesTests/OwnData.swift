import Foundation
import Model
import Tables
import Testing

/// Users' datasets for tests with real data, if they are available.
enum OwnData {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/data/own")
    static let isHere = FileManager.default.fileExists(atPath: folder.appending(path: "MANIFEST.tsv").path)
    static let reason: Comment = "needs the users' sets in ../shared/data/own"

    /// Opens a set.
    static func table(
        _ path: String, target: String..., group: String? = nil, kind: Target.Kind? = nil
    ) throws -> SampleTable {
        var settings = DataSettings(source: folder.appending(path: path).path, split: DataSettings.Split(group: group))
        if !target.isEmpty { settings.target = DataSettings.Answer(columns: target, kind: kind) }
        return try SampleTable(settings: settings)
    }
}

extension SampleTable {
    /// Kinds of the modalities by name.
    var kinds: [String: ModalityKind] { Dictionary(uniqueKeysWithValues: modalities.map { ($0.name, $0.kind) }) }

    /// Names of the columns of a modality.
    func columns(of modality: String) -> [String] {
        modalities.first { $0.name == modality }?.columns.map { columns[$0].name } ?? []
    }

    /// Samples of all splits.
    var sampleCount: Int { counts.training + counts.validation + counts.test }
}
