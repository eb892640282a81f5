extension ScenarioFile {
    /// The group `fusion`, where there is one.
    static func fusion(_ reader: FieldReader, _ data: ScenarioData) throws -> Scenario.Fusion? {
        guard let fields = try reader.fields("fusion") else { return nil }
        let modalities = data.modalities
        guard modalities.count > 1 else {
            throw reader.wrong("fusion", "there is nothing to fuse with one modality; leave it out.")
        }
        try refuse(reader, ["final"], "the best fusion is trained on as 'fusion.fine-tuning' says; leave it out.")
        if let search = try reader.fields("search") {
            try refuse(search, ["structures", "widths"], "the networks are those of 'fusion.networks'; leave it out.")
        }
        guard let group = try fields.fields("networks", keys: modalities) else {
            throw fields.wrong("networks", "one for each modality is needed, such as \(modalities[0]): LeNet5.")
        }
        let named = try modalities.map { modality in
            guard let network = try group.text(modality) else {
                throw group.wrong(modality, "a structure such as LeNet5, or a model of the registry, is needed.")
            }
            return (modality, network)
        }
        return Scenario.Fusion(
            networks: Dictionary(uniqueKeysWithValues: named),
            layers: try fields.integer("layers")
                ?? Scenario.Fusion.layersRange.upperBound,
            operators: try fields.texts("operators"), representations: try fields.texts("representations"),
            width: try fields.integer("width") ?? 64,
            pretraining: try training(
                fields.fields("pretraining"), Scenario.Fusion.defaultPretraining, data))
    }

    /// How the best fusion is trained on as a whole; no epochs where it stays as it is.
    static func fineTuning(_ reader: FieldReader, _ data: ScenarioData) throws -> Scenario.Training {
        let fields = try reader.fields("fusion")?.fields("fine-tuning")
        return try training(fields, Scenario.Training(epochs: fields == nil ? 0 : 1), data)
    }

    private static func refuse(_ fields: FieldReader, _ keys: [String], _ why: String) throws {
        if let key = keys.first(where: fields.keys.contains) { throw fields.wrong(key, "with 'fusion', \(why)") }
    }
}
