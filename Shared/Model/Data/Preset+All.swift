extension Preset {
    /// All presets.
    public static let all: [Preset] = [
        // MNIST, handwritten digits: 60,000 for training and 10,000 for test.
        Preset(
            name: "mnist", content: .pictures(shape: digitShape), source: .arrays(training: "train", test: "t10k"),
            folders: ["avmnist/mnist", "mnist"], classes: digits, substitute: drawnDigits),
        // Free Spoken Digit Dataset.
        Preset(
            name: "fsdd", content: .recordings(clip, side: spectrogramSide), source: .takes(tests: 5),
            folders: ["avmnist/fsdd", "fsdd"], classes: digits, substitute: tones),
        // ESC-10, environmental sounds of 5 s.
        Preset(
            name: "esc10", content: .noise, source: .folds, folders: ["avmnist/esc10", "esc10"], classes: [],
            substitute: noise),
        // MOTChallenge: training sequences with ground truth and cached detections.
        benchmark("mot15"), benchmark("mot16"), benchmark("mot17"),
        Preset(
            name: drawnDigits, content: .pictures(shape: digitShape), source: .drawing, folders: [], classes: digits,
            substitute: drawnDigits),
        Preset(
            name: tones, content: .recordings(clip, side: spectrogramSide), source: .tones, folders: [],
            classes: digits,
            substitute: tones),
        Preset(name: noise, content: .noise, source: .noise, folders: [], classes: [], substitute: noise),
    ]

    private static let drawnDigits = "synthetic-digits"
    private static let tones = "synthetic-tones"
    private static let noise = "synthetic-noise"

    private static let digits = (0...9).map(String.init)
    private static let digitShape = [1, 28, 28]
    private static let clip = Clip(rate: 8_000, samples: 8_000)
    private static let spectrogramSide = 112

    private static func benchmark(_ name: String) -> Preset {
        Preset(
            name: name, content: .video, source: .benchmark(set: name.uppercased()), folders: ["mot"],
            classes: ["person"], substitute: nil)
    }
}
