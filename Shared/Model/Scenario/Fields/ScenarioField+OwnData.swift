extension ScenarioField {
    static let ownData: [ScenarioField] = [
        ScenarioField(
            "source", .text, isNeeded: true,
            "Path of a folder, a table or an archive; relative paths start at the scenario's file. See *Your own data*."
        ),
        ScenarioField("files", .text, usual: "the table's folder", "Folder that the paths in a table are relative to."),
        ScenarioField("columns", .texts, usual: "the first row", "Names of the columns of a table without a header."),
        ScenarioField("separator", .text, usual: "found by looking", "What separates the columns of a table."),
        ScenarioField("encoding", .text, usual: "UTF-8", "Encoding of the texts."),
        ScenarioField(
            "join", .named(.text), "Other tables by path, each with the column that its rows share with the samples."),
        ScenarioField("split", .group(split), usual: "found or drawn", "How samples are divided."),
        ScenarioField("ignore", .texts, "Columns that no network may see."),
        ScenarioField(
            "unreadable", .number(0...1), usual: "\(DataSettings.defaultTolerance)",
            "The share of rows that may be unreadable before the preparation fails."),
    ]

    private static let split: [ScenarioField] = [
        ScenarioField(
            "column", .text,
            "A column whose values say where a sample belongs: `train`, `val`, `test` and words like these."),
        ScenarioField("group", .text, "A column whose values are never on both sides of the split, such as a speaker."),
        ScenarioField("time", .text, "A column that orders the samples; the latest ones are the test split."),
        ScenarioField("validation", .number(0...0.9), "Share of the samples for validation."),
        ScenarioField("test", .number(0...0.9), "Share of the samples for test."),
        ScenarioField("seed", .integer(0...Int.max), usual: "1", "Seed of what is drawn."),
    ]

    static let target: [ScenarioField] = [
        ScenarioField("column", .text, "The column to predict."),
        ScenarioField("columns", .texts, "Several columns to predict: numbers, or labels with a column each."),
        ScenarioField(
            "kind", .choice(of: Target.Kind.self), usual: "found by looking", "What kind of answer the target is."),
    ]

    static let ownModality: [ScenarioField] = [
        ScenarioField("column", .text, usual: "the modality's name", "The column that it is read from."),
        ScenarioField("columns", .texts, "The columns of a table or a series."),
        ScenarioField("kind", .choice(of: ModalityKind.self), usual: "found by looking", "What the column holds."),
        ScenarioField(
            "size", .either(.integer(DataLimits.pictureSide), .integers(DataLimits.pictureSide)),
            usual: "found by looking", "Pictures: a side, or `[height, width]`."),
        ScenarioField("channels", .integer(1...3), usual: "found by looking", "Pictures: 1 (gray) or 3 (color)."),
        ScenarioField(
            "fit", .choice(of: DataSettings.Modality.Fit.self),
            "Pictures of another shape: `crop` takes the middle, `pad` adds a border, `stretch` changes proportions."),
        ScenarioField("rate", .integer(DataLimits.rate), "Sound: samples a second."),
        ScenarioField("seconds", .number(DataLimits.seconds), "Sound: length that is cut or padded to."),
        ScenarioField(
            "sound", .choice(of: DataSettings.Modality.Sound.self),
            "Sound: a spectrogram of `mel` bands, or the `waveform` itself."),
        ScenarioField("bands", .integer(DataLimits.bands), "Sound: mel bands."),
        ScenarioField(
            "tokens", .choice(of: DataSettings.Modality.Tokens.self),
            "Text: `subwords` learned from the training texts, `words` or `characters`."),
        ScenarioField("vocabulary", .integer(DataLimits.vocabulary), "Text: the most different tokens."),
        ScenarioField("length", .integer(DataLimits.length), "Text: tokens; series: steps. Longer ones are cut."),
    ]
}
