import Foundation
public import Model

extension SampleTable {
    /// The user's settings, completed with everything that was inferred, so that they always give the same result.
    public var foundSettings: DataSettings {
        var found = settings
        found.source = opened.table ?? DataFolder.real(settings.source) ?? settings.source
        if settings.join == nil, !opened.join.isEmpty { found.join = opened.join }
        if settings.columns == nil, opened.rows.notes.contains(where: { $0.contains("has no header") }) {
            found.columns = opened.rows.names
        }
        found.target = DataSettings.Answer(
            columns: target.columns.map { columns[$0].name }, kind: target.target.kind)
        found.modalities = Dictionary(
            uniqueKeysWithValues: modalities.map { modality in
                var settings = modality.settings
                settings.columns = modality.columns.map { columns[$0].name }
                settings.kind = modality.kind
                return (modality.name, settings)
            })
        if settings.split.column == nil {
            found.split.column = columns.first { $0.role == .split }?.name
        }
        if settings.split.group == nil { found.split.group = suggestedGroup }
        return found
    }
}
