extension ScenarioField {
    static let ownData: [ScenarioField] = [
        ScenarioField(
            "source", .text, isNeeded: true,
            "Path of a folder, table or archive, relative to the scenario file. See *Your own data*."
        ),
        ScenarioField(
            "files", .text, usual: "the table's folder", "Folder to which the paths in a table are relative."),
        ScenarioField("columns", .texts, usual: "the first row", "Column names, if the table has no header."),
        ScenarioField("separator", .text, usual: "inferred from the data", "Character between the columns of a table."),
        ScenarioField("encoding", .text, usual: "UTF-8", "Text encoding of the files."),
        ScenarioField(
            "join", .named(.text),
            "Paths of other tables, each with the column on which its rows are joined to the samples."
        ),
        ScenarioField(
            "split", .group(split), usual: "found in the data, else drawn at random", "How samples are divided."),
        ScenarioField("ignore", .texts, "Columns to hide from every network."),
        ScenarioField(
            "unreadable", .number(0...1), usual: "\(DataSettings.defaultTolerance)",
            "Share of unreadable rows above which the preparation fails."),
    ]

    private static let split: [ScenarioField] = [
        ScenarioField(
            "column", .text,
            "A column that names each sample's split: `train`, `val`, `test` or similar words."),
        ScenarioField(
            "group", .text, "A column, such as the speaker, whose samples with the same value all stay in one split."),
        ScenarioField(
            "time", .text, "A column that orders the samples in time. The latest samples form the test split."),
        ScenarioField("validation", .number(0...0.9), "Share of the samples for validation."),
        ScenarioField("test", .number(0...0.9), "Share of the samples for test."),
        ScenarioField("seed", .integer(0...Int.max), usual: "1", "Seed for random splits."),
    ]

    static let target: [ScenarioField] = [
        ScenarioField("column", .text, "The column to predict."),
        ScenarioField("columns", .texts, "Several columns to predict: numbers, or one column per label."),
        ScenarioField(
            "kind", .choice(of: Target.Kind.self), usual: "inferred from the data",
            "What kind of answer the target is."),
    ]

    static let ownModality: [ScenarioField] = [
        ScenarioField("column", .text, usual: "the modality's name", "The column to read."),
        ScenarioField("columns", .texts, "The columns of a table or a series."),
        ScenarioField(
            "kind", .choice(of: ModalityKind.self), usual: "inferred from the data",
            "What the column holds."),
        ScenarioField(
            "size", .either(.integer(DataLimits.pictureSide), .integers(DataLimits.pictureSide)),
            usual: "inferred from the data", "Pictures: one number for a square, or `[height, width]`."),
        ScenarioField(
            "channels", .integer(1...3), usual: "inferred from the data", "Pictures: 1 (gray) or 3 (color)."),
        ScenarioField(
            "fit", .choice(of: DataSettings.Modality.Fit.self),
            "Pictures of another shape: `crop` keeps the center, `pad` adds a border, `stretch` changes proportions."),
        ScenarioField("rate", .integer(DataLimits.rate), "Sound: samples per second."),
        ScenarioField("seconds", .number(DataLimits.seconds), "Sound: length to which recordings are cut or padded."),
        ScenarioField(
            "sound", .choice(of: DataSettings.Modality.Sound.self),
            "Sound: a spectrogram of `mel` bands, or the `waveform`."),
        ScenarioField("bands", .integer(DataLimits.bands), "Sound: number of mel bands."),
        ScenarioField(
            "tokens", .choice(of: DataSettings.Modality.Tokens.self),
            "Text: `subwords` learned from the training texts, `words` or `characters`."),
        ScenarioField("vocabulary", .integer(DataLimits.vocabulary), "Text: largest number of different tokens."),
        ScenarioField("length", .integer(DataLimits.length), "Text: tokens; series: steps. Longer samples are cut."),
    ]
}
