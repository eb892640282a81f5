extension ScenarioField {
    /// The fields of a file that says what a pretrained network reads.
    static let contract: [ScenarioField] = [
        ScenarioField("picture", .group(pictureContract), "What a network of pictures reads."),
        ScenarioField("sound", .group(soundContract), "What a network of sound reads."),
        ScenarioField(
            "feature", .integer(0...63), usual: "0", "The number of the output that describes a sample, from 0."),
    ]

    private static let pictureContract: [ScenarioField] = [
        ScenarioField(
            "size", .either(.integer(DataLimits.pictureSide), .integers(DataLimits.pictureSide)), isNeeded: true,
            "A side, or `[height, width]`."),
        ScenarioField("channels", .integer(1...3), usual: "3", "1 (gray) or 3 (red, green, blue)."),
        ScenarioField(
            "mean", .numbers(0...255), usual: "[0]", "What is subtracted from values of 0 to 255, for each channel."),
        ScenarioField(
            "deviation", .numbers(0.001...255), usual: "[255]", "What they are divided by then, for each channel."),
        ScenarioField(
            "fit", .choice(of: DataSettings.Modality.Fit.self), usual: "stretch",
            "Pictures of another shape: `crop`, `pad` or `stretch`."),
    ]

    private static let soundContract: [ScenarioField] = [
        ScenarioField("rate", .integer(DataLimits.rate), isNeeded: true, "Samples a second."),
        ScenarioField("seconds", .number(DataLimits.seconds), isNeeded: true, "Length that is cut or padded to."),
        ScenarioField(
            "scale", .number(1e-6...1e6), usual: "1", "What samples from −1 to 1 are multiplied by, such as 32767."),
        ScenarioField(
            "loudness", .number(-100...0), "Decibels below full scale that quieter sound is raised to, such as -30."),
        ScenarioField("mel", .group(melContract), "Mel power instead of the waveform: frames × bands, Slaney's scale."),
    ]

    private static let melContract: [ScenarioField] = [
        ScenarioField("window", .integer(16...16_384), isNeeded: true, "Samples of a window."),
        ScenarioField("hop", .integer(1...16_384), isNeeded: true, "Samples between windows."),
        ScenarioField("transform", .integer(16...16_384), usual: "the window", "Samples of the Fourier transform."),
        ScenarioField("bands", .integer(DataLimits.bands), isNeeded: true, "Number of bands."),
        ScenarioField("lowest", .number(0...24_000), usual: "0", "Hertz where the lowest band begins."),
        ScenarioField("highest", .number(1...24_000), usual: "half the rate", "Hertz where the highest band ends."),
    ]
}
