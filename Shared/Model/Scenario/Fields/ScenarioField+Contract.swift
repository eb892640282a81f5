extension ScenarioField {
    /// The fields of a file that describes the input of a pretrained network.
    static let contract: [ScenarioField] = [
        ScenarioField("picture", .group(pictureContract), "The input of a network that reads pictures."),
        ScenarioField("sound", .group(soundContract), "The input of a network that reads sound."),
        ScenarioField("text", .group(textContract), "The input of a text encoder."),
        ScenarioField(
            "feature", .integer(0...63), usual: "0", "Index of the output that holds a sample's features, from 0."),
    ]

    private static let pictureContract: [ScenarioField] = [
        ScenarioField(
            "size", .either(.integer(DataLimits.pictureSide), .integers(DataLimits.pictureSide)), isNeeded: true,
            "One number for a square, or `[height, width]`."),
        ScenarioField("channels", .integer(1...3), usual: "3", "1 (gray) or 3 (red, green, blue)."),
        ScenarioField(
            "mean", .numbers(0...255), usual: "[0]", "Subtracted from values of 0 to 255; one number per channel."),
        ScenarioField(
            "deviation", .numbers(0.001...255), usual: "[255]",
            "Divides the values after `mean` is subtracted; one number per channel."),
        ScenarioField(
            "fit", .choice(of: DataSettings.Modality.Fit.self), usual: "stretch",
            "How pictures of another shape are fitted: `crop`, `pad` or `stretch`."),
    ]

    private static let soundContract: [ScenarioField] = [
        ScenarioField("rate", .integer(DataLimits.rate), isNeeded: true, "Samples per second."),
        ScenarioField(
            "seconds", .number(DataLimits.seconds), isNeeded: true, "Length to which recordings are cut or padded."),
        ScenarioField(
            "scale", .number(1e-6...1e6), usual: "1", "Factor for samples from −1 to 1, such as 32767."),
        ScenarioField(
            "loudness", .number(-100...0),
            "Level in decibels relative to full scale to which quieter sound is raised, such as -30."),
        ScenarioField(
            "mel", .group(melContract), "Replaces the waveform by mel power: frames × bands, on Slaney's scale."),
    ]

    private static let textContract: [ScenarioField] = [
        ScenarioField(
            "tokenizer", .text, usual: TextEncoding.usualTokenizer,
            "File of the tokenizer next to the contract: Hugging Face's `tokenizer.json`."),
        ScenarioField(
            "length", .integer(TextEncoding.lengths), usual: "\(TextEncoding.usualLength)",
            "Maximum number of tokens; longer texts lose their end."),
        ScenarioField(
            "pooling", .choice(of: TextEncoding.Pooling.self), usual: "mean",
            "How the features of tokens become those of the text: `mean`, or those of the `first` token."),
        ScenarioField(
            "norm", .choice(of: TextEncoding.Norm.self), usual: "kept",
            "`unit` divides the features of a text by their Euclidean norm."),
    ]

    private static let melContract: [ScenarioField] = [
        ScenarioField("window", .integer(16...16_384), isNeeded: true, "Samples per window."),
        ScenarioField("hop", .integer(1...16_384), isNeeded: true, "Samples from the start of one window to the next."),
        ScenarioField(
            "transform", .integer(16...16_384), usual: "the window", "Length of the Fourier transform in samples."),
        ScenarioField("bands", .integer(DataLimits.bands), isNeeded: true, "Number of bands."),
        ScenarioField("lowest", .number(0...24_000), usual: "0", "Lower edge of the lowest band, in hertz."),
        ScenarioField(
            "highest", .number(1...24_000), usual: "half the rate", "Upper edge of the highest band, in hertz."),
    ]
}
