import Model

extension Preset {
    /// The rows of one modality of a recipe.
    /// - Parameters:
    ///   - settings: The recipe's settings of the modality.
    ///   - locator: Finds the files.
    /// - Throws: `Failure` naming the dataset or file.
    func modality(
        _ settings: DatasetRecipe.Modality, recipe: DatasetRecipe, locator: DataLocator
    ) throws -> any ModalitySource {
        switch content {
        case .pictures(let shape):
            return ImageModality(
                settings, set: try pictures(shape, locator: locator, seed: recipe.seed), seed: recipe.seed)
        case .recordings(let clip, let side):
            let noise = try settings.noise.map { name in
                try Preset.noise(named: name, field: "noise").noise(for: clip, locator: locator, seed: recipe.seed)
            }
            return try AudioModality(
                settings, side: settings.spectrogram ?? side, recipe: recipe,
                speech: recordings(clip, locator: locator, seed: recipe.seed), noise: noise)
        case .noise, .video:
            throw Failure(.invalidArgument, "dataset: '\(name)' cannot be a modality: it holds no samples.")
        }
    }

    /// The sequences of a tracking benchmark.
    func sequences(_ settings: DatasetRecipe.Modality, locator: DataLocator) throws -> VideoSet {
        guard case .benchmark(let set) = source else { throw unreadable(as: "sequences") }
        return try VideoSet(settings, preset: self, set: set, locator: locator)
    }

    func pictures(_ shape: [Int], locator: DataLocator, seed: UInt64) throws -> ImageSet {
        switch source {
        case .arrays(let training, let test):
            try .arrays(
                folder: locator.folder(of: name), training: training, test: test, shape: shape, classes: classes.count)
        case .drawing: .drawn(shape: shape, classes: classes.count, seed: seed)
        default: throw unreadable(as: "pictures")
        }
    }

    func recordings(_ clip: Clip, locator: DataLocator, seed: UInt64) throws -> SpeechSet {
        switch source {
        case .takes(let tests):
            try .takes(folder: locator.folder(of: name), clip: clip, classes: classes, tests: tests)
        case .tones: .tones(clip: clip, classes: classes.count, seed: seed)
        default: throw unreadable(as: "recordings")
        }
    }

    func noise(for clip: Clip, locator: DataLocator, seed: UInt64) throws -> NoiseSet {
        switch source {
        case .folds: try .folds(folder: locator.folder(of: name), rate: clip.rate)
        case .noise: .generated(rate: clip.rate, seed: seed)
        default: throw unreadable(as: "noise")
        }
    }

    private func unreadable(as what: String) -> Failure {
        Failure(.internal, "The dataset '\(name)' cannot be read as \(what).")
    }
}
