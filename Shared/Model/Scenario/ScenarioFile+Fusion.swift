extension ScenarioFile {
    /// The group `fusion`, if present.
    static func fusion(_ reader: FieldReader, _ data: ScenarioData) throws -> Scenario.Fusion? {
        guard let fields = try reader.fields("fusion") else { return nil }
        let modalities = data.modalities
        guard modalities.count > 1 else {
            throw reader.wrong("fusion", "fusion requires at least two modalities; leave it out.")
        }
        try refuse(
            reader, ["final"], "'fusion.fine-tuning' defines how the best fusion is trained further; leave it out.")
        if let search = try reader.fields("search") {
            try refuse(search, ["structures", "widths"], "'fusion.networks' names the networks; leave it out.")
        }
        guard let group = try fields.fields("networks", keys: modalities) else {
            throw fields.wrong("networks", "name one network for each modality, such as \(modalities[0]): LeNet5.")
        }
        let named = try modalities.map { modality in
            guard let network = try group.text(modality) else {
                throw group.wrong(modality, "name a structure, such as LeNet5, or a model in the registry.")
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

    /// How the best fusion is trained further as a whole; zero epochs if it is not.
    static func fineTuning(_ reader: FieldReader, _ data: ScenarioData) throws -> Scenario.Training {
        let fields = try reader.fields("fusion")?.fields("fine-tuning")
        return try training(fields, Scenario.Training(epochs: fields == nil ? 0 : 1), data)
    }

    private static func refuse(_ fields: FieldReader, _ keys: [String], _ why: String) throws {
        if let key = keys.first(where: fields.keys.contains) { throw fields.wrong(key, "with 'fusion', \(why)") }
    }
}
