import Model
import Networks

/// The scenarios that make up the experiment on audio-visual MNIST.
struct AVMnistExperiment {
    /// How much is computed.
    struct Scale {
        let samples: (training: Int, validation: Int, test: Int)
        /// Noisy variants of each recording.
        let mixes: Int
        /// How the networks of single modalities are trained.
        let pretraining: (epochs: Int, batch: Int)
        /// Trials of a pair, its two networks among them.
        let trials: Int
        /// How fusions are trained above them.
        let fusion: (epochs: Int, samples: Int)
        let seeds: Int

        static let quick = Scale(
            samples: (2_400, 800, 800), mixes: 3, pretraining: (3, 64), trials: 10, fusion: (6, 2_400), seeds: 1)

        /// In an epoch a network sees every picture once, and every recording only with noise that it has not heard before:
        /// 3 epochs of 12,000 samples taught LeNet5 to hear 96.7 % of the digits (recording split, one seed, validation), 1
        /// epoch of 36,000 97.0 %, and 3 of 40,000 97.6 %, with pictures 99.0 %. Twice as many epochs gave 98.1 and 99.3 %.
        static let full = Scale(
            samples: (40_000, 2_000, 2_000), mixes: 24, pretraining: (3, 32), trials: 14, fusion: (4, 20_000), seeds: 3)

        /// The settings, for people.
        var text: String {
            """
            \(samples.training) training, \(samples.validation) validation and \(samples.test) test samples, \
            \(mixes) noisy variants of each recording; each network trained for \(pretraining.epochs) epoch(s) in \
            mini-batches of \(pretraining.batch), \(trials - 3) fusions of each pair for \(fusion.epochs) epochs of \
            \(fusion.samples) samples, beside the product of their answers
            """
        }
    }

    /// Two networks on one split with one seed.
    struct Case: Hashable {
        let split: DatasetRecipe.Split
        let seed: Int
        let image: TableSix
        let audio: TableSix

        /// Whether the same network perceives both modalities: then the networks are trained, and nothing is fused.
        var isSame: Bool { image == audio }
        /// The case that trains the image's network. A seed parts the pictures alike on both splits, which differ in the
        /// recordings, so it is trained on the first one only.
        var imageOrigin: Case { Case(split: .recording, seed: seed, image: image, audio: image) }
        /// The case that trains the audio's network.
        var audioOrigin: Case { Case(split: split, seed: seed, image: audio, audio: audio) }
    }

    let scale: Scale
    let seeds: ClosedRange<Int>

    /// - Parameters:
    ///   - count: How many seeds; nil for as many as is usual.
    ///   - first: The first of them; others are fresh data and fresh networks.
    init(_ scale: Scale, seeds count: Int? = nil, from first: Int = 1) {
        self.scale = scale
        seeds = first...first + (count ?? scale.seeds) - 1
    }

    /// All cases, in the order in which they can be carried out: the cases of a stage need only those of earlier ones.
    ///
    /// On the recording split and then on the speaker-held-out split, first the same network for both modalities, so that
    /// every network is trained for every modality once, and then the pairs of table 8, which fuse what those have trained.
    var stages: [[Case]] {
        DatasetRecipe.Split.allCases.flatMap { split in
            [cases(split, where: \.isSame), cases(split) { !$0.isSame }]
        }
    }

    private func cases(_ split: DatasetRecipe.Split, where isWanted: (Case) -> Bool) -> [Case] {
        seeds.flatMap { seed in
            TableSix.allCases.flatMap { image in
                TableSix.allCases.map { Case(split: split, seed: seed, image: image, audio: $0) }.filter(isWanted)
            }
        }
    }

    /// The file of a case's scenario.
    /// - Parameters:
    ///   - image: A structure, or a model of the registry.
    ///   - audio: Likewise.
    func text(of pair: Case, image: String, audio: String) -> String {
        let trials = pair.isSame ? 2 : scale.trials
        return """
            scenario: av-mnist-\(pair.split.rawValue)-\(pair.seed)-\(pair.image.rawValue)-\(pair.audio.rawValue)
            stimuli: [see written digits, hear spoken digits]
            task: classification
            modalities:
              image: {dataset: mnist, preprocess: {pca-energy-removed: 0.75}}
              audio: {dataset: fsdd, noise: esc10, preprocess: {spectrogram: 112}}
            data:
              split: \(pair.split.rawValue)
              mixes: \(scale.mixes)
              samples: {training: \(scale.samples.training), validation: \(scale.samples.validation), test: \(scale.samples.test)}
              seed: \(pair.seed)
            fusion:
              networks: {image: \(image), audio: \(audio)}
              operators: [concatenation]
              representations: [joint]
              pretraining: {epochs: \(scale.pretraining.epochs), batch: \(scale.pretraining.batch)}
            search: {method: progressive, score-test: true, population: \(min(5, trials)), trials: \(trials), seed: \(pair.seed)}
            training: {epochs: \(scale.fusion.epochs), samples: \(scale.fusion.samples)}

            """
    }
}
