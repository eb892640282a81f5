import Foundation
import Yams

extension ScenarioFile {
    /// How the user's own data is read; nil if the scenario names data that Gyrus knows.
    /// - Throws: `Failure` with code `invalid-argument` that names file, line and column.
    public static func dataSettings(_ text: String, file: String = "scenario") throws -> DataSettings? {
        try FieldReader.read(text, file: file) { try $0.has("source", below: "data") ? settings($0) : nil }
    }

    /// The name, with or without `@version`, of the registry's dataset that a scenario uses; nil if it uses other
    /// data.
    /// - Throws: `Failure` with code `invalid-argument` that names file, line and column.
    public static func addedDataset(_ text: String, file: String = "scenario") throws -> String? {
        try FieldReader.read(text, file: file) { reader in
            guard reader.has("dataset", below: "data"),
                let name = try reader.fields("data", as: ScenarioField.addedData)?.text("dataset")
            else { return nil }
            if let stray = ["target", "modalities"].first(where: { reader.node($0) != nil }) {
                throw reader.wrong(
                    stray, "this was fixed when '\(name)' was added; to change it, add the data under another name.")
            }
            return name
        }
    }

    /// The pretrained models that a scenario's search chooses from; nil for all that fit, empty for none.
    /// - Throws: `Failure` with code `invalid-argument` that names file, line and column.
    public static func pretrained(_ text: String, file: String = "scenario") throws -> [String]? {
        try FieldReader.read(text, file: file) { reader in
            // There is no choice of models if networks are composed layer by layer or named.
            if reader.has("layers", below: "search") || reader.isGroup("fusion") { return [] }
            return try reader.fields("search").flatMap(pretrained)
        }
    }

    /// Whether a scenario has pretrained models trained further, and the seconds that it may take for each.
    /// - Throws: `Failure` with code `invalid-argument`, with file, line and column.
    public static func fineTuning(
        _ text: String, file: String = "scenario"
    ) throws -> (mode: FineTuning, seconds: Double) {
        try FieldReader.read(text, file: file) { reader in
            let search = try reader.fields("search")
            let budget = try search?.milliseconds("budget").map { $0 / 1_000 }
            return (
                try search?.choice("fine-tuning", of: FineTuning.self) ?? .automatic, FineTuning.seconds(of: budget)
            )
        }
    }

    static func pretrained(_ search: FieldReader) throws -> [String]? {
        guard let node = search.node("pretrained") else { return nil }
        return node.scalar?.string == "none" ? [] : try search.texts("pretrained")
    }

    /// The text of a scenario with a description of its prepared data.
    public static func text(_ text: String, with data: PreparedData) throws -> String {
        let json = try data.json
        let separator = text.hasSuffix("\n") || text.isEmpty ? "" : "\n"
        return "\(text)\(separator)# The prepared data, as of when the scenario was published.\nprepared: \(json)\n"
    }

    /// The data of a scenario.
    /// - Throws: `Failure` with code `invalid-argument` that names file, line and column.
    public static func data(_ text: String, file: String = "scenario") throws -> ScenarioData {
        try FieldReader.read(text, file: file, data)
    }

    static func data(_ reader: FieldReader) throws -> ScenarioData {
        if let data = try prepared(reader) { return .prepared(data) }
        if reader.has("dataset", below: "data"), let data = try reader.fields("data", as: ScenarioField.addedData) {
            throw data.wrong(
                "dataset", "this data has not been looked up in the registry yet; 'gyrus publish' does so.")
        }
        guard reader.has("source", below: "data"), let data = try reader.fields("data", as: ScenarioField.ownData)
        else {
            return .known(try recipe(reader))
        }
        throw data.wrong(
            "source", "this data is not prepared yet; 'gyrus publish' and 'gyrus run' prepare it.")
    }

    private static func prepared(_ reader: FieldReader) throws -> PreparedData? {
        guard let node = reader.node("prepared") else { return nil }
        do {
            return try YAMLDecoder().decode(PreparedData.self, from: node)
        } catch {
            throw reader.wrong(
                "prepared", "cannot read the description of the prepared data (\(error)); publish the scenario again.")
        }
    }

    private static func settings(_ reader: FieldReader) throws -> DataSettings {
        guard let data = try reader.fields("data", as: ScenarioField.ownData), let source = try data.text("source")
        else {
            throw reader.wrong("data", "the field 'source' is missing, such as {source: pictures}.")
        }
        var settings = DataSettings(
            source: source, target: try answer(reader), modalities: try modalities(reader),
            ignored: try data.texts("ignore") ?? [], split: try split(data),
            tolerance: try data.number("unreadable") ?? DataSettings.defaultTolerance)
        settings.files = try data.text("files")
        settings.columns = try data.texts("columns")
        settings.separator = try data.text("separator")
        settings.encoding = try data.text("encoding")
        if let join = try data.fields("join") {
            settings.join = try Dictionary(uniqueKeysWithValues: join.keys.map { ($0, try join.text($0) ?? "") })
        }
        return settings
    }

    private static func answer(_ reader: FieldReader) throws -> DataSettings.Answer? {
        guard let fields = try reader.fields("target") else { return nil }
        let columns = try fields.text("column").map { [$0] } ?? fields.texts("columns")
        guard let columns else {
            throw fields.wrong("column", "give the name of a column, or 'columns' with several names.")
        }
        return DataSettings.Answer(columns: columns, kind: try fields.choice("kind", of: Target.Kind.self))
    }

    private static func split(_ data: FieldReader) throws -> DataSettings.Split {
        guard
            let fields = try data.fields("split")
        else { return DataSettings.Split() }
        return DataSettings.Split(
            column: try fields.text("column"), group: try fields.text("group"), time: try fields.text("time"),
            validation: try fields.number("validation"), test: try fields.number("test"),
            seed: UInt64(try fields.integer("seed") ?? 1))
    }

    private static func modalities(_ reader: FieldReader) throws -> [String: DataSettings.Modality]? {
        guard let group = try reader.fields("modalities") else { return nil }
        var modalities: [String: DataSettings.Modality] = [:]
        for name in group.keys {
            try DatasetRecipe.checkName(name, field: "modalities.\(name)")
            modalities[name] = try modality(name, in: group)
        }
        return modalities
    }

    private static func modality(_ name: String, in group: FieldReader) throws -> DataSettings.Modality {
        guard let fields = try group.fields(name, as: ScenarioField.ownModality) else {
            throw group.wrong(name, "give its fields, such as {column: \(name)}.")
        }
        let columns = try fields.text("column").map { [$0] } ?? fields.texts("columns") ?? [name]
        var modality = DataSettings.Modality(
            columns: columns, kind: try fields.choice("kind", of: ModalityKind.self))
        if fields.keys.contains("size") {
            if let side = try? fields.integer("size") {
                modality.size = [side, side]
            } else {
                modality.size = try fields.integers("size", repeating: true)
            }
            guard modality.size?.count == 2 else {
                throw fields.wrong("size", "give one number for a square, or [height, width].")
            }
        }
        modality.channels = try fields.integer("channels")
        if modality.channels == 2 { throw fields.wrong("channels", "must be 1 (gray) or 3 (color).") }
        modality.fit = try fields.choice("fit", of: DataSettings.Modality.Fit.self)
        modality.rate = try fields.integer("rate")
        modality.seconds = try fields.number("seconds")
        modality.sound = try fields.choice("sound", of: DataSettings.Modality.Sound.self)
        modality.bands = try fields.integer("bands")
        modality.tokens = try fields.choice("tokens", of: DataSettings.Modality.Tokens.self)
        modality.vocabulary = try fields.integer("vocabulary")
        modality.length = try fields.integer("length")
        return modality
    }
}

/// Limits of data settings.
public enum DataLimits {
    /// Height and width of a picture that a network reads.
    public static let pictureSide = 8...512
    /// Samples of sound per second.
    public static let rate = 1_000...48_000
    /// Seconds of sound that a network reads.
    public static let seconds = 0.05...60.0
    /// Mel bands.
    public static let bands = 8...256
    /// Number of different tokens.
    public static let vocabulary = 16...100_000
    /// Tokens of a text, steps of a series.
    public static let length = 1...16_384
    /// Number of classes, labels or numbers in a network's answer.
    public static let outputs = 10_000
}

extension PreparedData {
    /// One line of JSON, which is also valid YAML.
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
