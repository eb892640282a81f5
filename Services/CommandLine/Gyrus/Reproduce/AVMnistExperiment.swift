import Model
import Networks

/// The scenarios that make up the experiment on audio-visual MNIST.
struct AVMnistExperiment {
    /// How much is computed.
    struct Scale {
        let samples: (training: Int, validation: Int, test: Int)
        let pretrainingEpochs: Int
        let fusionEpochs: Int
        let fineTuningEpochs: Int
        let trials: Int
        let seeds: Int

        static let quick = Scale(
            samples: (2_400, 800, 800), pretrainingEpochs: 3, fusionEpochs: 6, fineTuningEpochs: 0, trials: 10, seeds: 1
        )
        static let full = Scale(
            samples: (12_000, 2_000, 2_000), pretrainingEpochs: 12, fusionEpochs: 10, fineTuningEpochs: 1, trials: 40,
            seeds: 3)
    }

    /// Two networks on one split with one seed.
    struct Case: Hashable {
        let split: DatasetRecipe.Split
        let seed: Int
        let image: TableSix
        let audio: TableSix
    }

    let scale: Scale
    let seeds: Int

    init(_ scale: Scale, seeds: Int? = nil) {
        self.scale = scale
        self.seeds = seeds ?? scale.seeds
    }

    /// The same network for both modalities: together these train every network for every modality, once.
    var same: [Case] { cases { $0 == $1 } }

    /// The pairs of table 8, which fuse what those have trained.
    var pairs: [Case] { cases { $0 != $1 } }

    private func cases(where isWanted: (TableSix, TableSix) -> Bool) -> [Case] {
        DatasetRecipe.Split.allCases.flatMap { split in
            (1...seeds).flatMap { seed in
                TableSix.allCases.flatMap { image in
                    TableSix.allCases.filter { isWanted(image, $0) }
                        .map { Case(split: split, seed: seed, image: image, audio: $0) }
                }
            }
        }
    }

    /// The file of a case's scenario.
    /// - Parameter networks: Structures or models of the registry.
    func text(of pair: Case, image: String, audio: String) -> String {
        let fineTuning = scale.fineTuningEpochs > 0 ? "\n  fine-tuning: {epochs: \(scale.fineTuningEpochs)}" : ""
        return """
            scenario: av-mnist-\(pair.split.rawValue)-\(pair.seed)-\(pair.image.rawValue)-\(pair.audio.rawValue)
            stimuli: [see written digits, hear spoken digits]
            task: classification
            modalities:
              image: {dataset: mnist, preprocess: {pca-energy-removed: 0.75}}
              audio: {dataset: fsdd, noise: esc10, preprocess: {spectrogram: 112}}
            data:
              split: \(pair.split.rawValue)
              samples: {training: \(scale.samples.training), validation: \(scale.samples.validation), test: \(scale.samples.test)}
              seed: \(pair.seed)
            fusion:
              networks: {image: \(image), audio: \(audio)}
              pretraining: {epochs: \(scale.pretrainingEpochs)}\(fineTuning)
            search: {method: progressive, population: 4, trials: \(scale.trials), seed: \(pair.seed)}
            training: {epochs: \(scale.fusionEpochs)}

            """
    }
}
