extension ScenarioField {
    static let modality = Form.variants([
        Variant(title: "a dataset that Gyrus knows", fields: knownModality),
        Variant(title: "your own data", fields: ownModality),
    ])

    static let data = Form.variants([
        Variant(title: "datasets that Gyrus knows", fields: knownData),
        Variant(title: "your own data", fields: ownData),
        Variant(title: "data added to the registry", fields: addedData),
    ])

    static let addedData: [ScenarioField] = [
        ScenarioField(
            "dataset", .text, isNeeded: true,
            "The name given to `gyrus datasets add`; append `@version` for a version other than the newest.")
    ]

    static let knownModality: [ScenarioField] = [
        ScenarioField(
            "dataset", .text, isNeeded: true, "The raw data: " + presets { $0.kind != nil } + "."),
        ScenarioField("noise", .text, "Audio: the noise to add, " + presets { $0.kind == nil } + "."),
        ScenarioField(
            "signal-to-noise", .number(DatasetRecipe.Limits.signalToNoise),
            usual: "\(DatasetRecipe.defaultSignalToNoise)",
            "Audio: signal-to-noise ratio of speech to added noise, in decibels."),
        ScenarioField("preprocess", .group(preprocess), "Preprocessing that is applied to the raw data once."),
        ScenarioField(
            "detectors", .texts,
            "Video, required: 1 to \(DatasetRecipe.Limits.detectors.upperBound) folders of detections to choose from."
        ),
        ScenarioField("held-out", .texts, "Video: sequences that are scored but not used to choose anything."),
        ScenarioField(
            "frames", .integer(DatasetRecipe.Limits.frames), usual: "all",
            "Video: number of frames used from the start of each sequence."),
    ]

    private static let preprocess: [ScenarioField] = [
        ScenarioField(
            "pca-energy-removed", .number(0...1), usual: "0",
            "Pictures: the share of the variance to remove by principal component analysis, below 1."),
        ScenarioField(
            "spectrogram", .integer(DatasetRecipe.Limits.spectrogram), usual: usualSide,
            "Audio: height and width of the spectrogram."),
    ]

    static let knownData: [ScenarioField] = [
        ScenarioField(
            "split", .choice(of: DatasetRecipe.Split.self), usual: DatasetRecipe.Split.recording.rawValue,
            "What separates training from test. `recording`: no recording, picture or noise clip is on both sides, "
                + "but speakers are. `speaker`: the speaker in the test split is in no other split."),
        ScenarioField(
            "mixes", .integer(DatasetRecipe.Limits.mixes), usual: "3",
            "Audio with noise: number of noisy variants of each recording."),
        ScenarioField("samples", .group(samples), "Number of samples in each split. Modalities are paired by class."),
        ScenarioField("seed", .integer(0...Int.max), usual: "1", "Seed for pairing, noise and splits."),
        ScenarioField("labels", .integers(0...1_000_000), usual: "all", "Classes whose samples are used."),
        ScenarioField("speakers", .texts, usual: "all", "Audio: speakers whose recordings are used."),
    ]

    private static let samples: [ScenarioField] = {
        let (range, usual) = (DatasetRecipe.Limits.samples, DatasetRecipe.Counts())
        return [
            ScenarioField("training", .integer(range), usual: "\(usual.training)", "Samples to train on."),
            ScenarioField(
                "validation", .integer(range), usual: "\(usual.validation)", "Samples used to choose networks."),
            ScenarioField("test", .integer(range), usual: "\(usual.test)", "Samples used only for the final score."),
        ]
    }()

    private static func presets(_ isIncluded: (Preset) -> Bool) -> String {
        Preset.all.filter(isIncluded).map { "`\($0.name)`" }.joined(separator: ", ")
    }

    private static var usualSide: String {
        Set(Preset.all.compactMap(\.usualSide)).sorted().map(String.init).joined(separator: " or ")
    }
}
