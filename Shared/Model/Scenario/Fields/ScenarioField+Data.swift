extension ScenarioField {
    static let modality = Form.variants([
        Variant(title: "a data set that Gyrus knows", fields: knownModality),
        Variant(title: "your own data", fields: ownModality),
    ])

    static let data = Form.variants([
        Variant(title: "data sets that Gyrus knows", fields: knownData),
        Variant(title: "your own data", fields: ownData),
        Variant(title: "data that were added to the registry", fields: addedData),
    ])

    static let addedData: [ScenarioField] = [
        ScenarioField(
            "dataset", .text, isNeeded: true,
            "Name that `gyrus datasets add` gave, with `@version` for another version than the newest.")
    ]

    static let knownModality: [ScenarioField] = [
        ScenarioField(
            "dataset", .text, isNeeded: true, "The raw data: " + known { $0.kind != .noise } + "."),
        ScenarioField("noise", .text, "Audio: the noise to add, " + known { $0.kind == .noise } + "."),
        ScenarioField(
            "signal-to-noise", .number(DatasetRecipe.Limits.signalToNoise),
            usual: "\(DatasetRecipe.defaultSignalToNoise)", "Audio: how much louder speech is than noise, in decibels."),
        ScenarioField("preprocess", .group(preprocess), "What is computed from the raw data once."),
        ScenarioField(
            "detectors", .texts,
            "Video, needed there: folders of detections to choose from, 1 to \(DatasetRecipe.Limits.detectors.upperBound)."
        ),
        ScenarioField("held-out", .texts, "Video: sequences that are scored but choose nothing."),
        ScenarioField(
            "frames", .integer(DatasetRecipe.Limits.frames), usual: "all",
            "Video: how many frames of each sequence count, from the first on."),
    ]

    private static let preprocess: [ScenarioField] = [
        ScenarioField(
            "pca-energy-removed", .number(0...1), usual: "0",
            "Pictures: the share of the variance that principal components remove, below 1."),
        ScenarioField(
            "spectrogram", .integer(DatasetRecipe.Limits.spectrogram), usual: "112",
            "Audio: height and width of the spectrogram."),
    ]

    static let knownData: [ScenarioField] = [
        ScenarioField(
            "split", .choice(of: DatasetRecipe.Split.self), usual: DatasetRecipe.Split.recording.rawValue,
            "What keeps training and test apart. `recording`: no recording, picture or noise clip is on both sides; "
                + "speakers are. `speaker`: the speaker of the test split is in no other split."),
        ScenarioField(
            "mixes", .integer(DatasetRecipe.Limits.mixes), usual: "3",
            "Audio with noise: noisy variants of each recording."),
        ScenarioField("samples", .group(samples), "How many samples each split has; they are paired by class."),
        ScenarioField("seed", .integer(0...Int.max), usual: "1", "Seed of pairing, noise and splits."),
        ScenarioField("labels", .integers(0...1_000_000), usual: "all", "Only samples of these classes."),
        ScenarioField("speakers", .texts, usual: "all", "Audio: only recordings of these speakers."),
    ]

    private static let samples: [ScenarioField] = {
        let (range, usual) = (DatasetRecipe.Limits.samples, DatasetRecipe.Counts())
        return [
            ScenarioField("training", .integer(range), usual: "\(usual.training)", "Samples to train on."),
            ScenarioField(
                "validation", .integer(range), usual: "\(usual.validation)", "Samples to choose networks by."),
            ScenarioField("test", .integer(range), usual: "\(usual.test)", "Samples by which nothing is chosen."),
        ]
    }()

    private static func known(_ isIncluded: (KnownDataset) -> Bool) -> String {
        KnownDataset.all.filter(isIncluded).map { "`\($0.name)`" }.joined(separator: ", ")
    }
}
