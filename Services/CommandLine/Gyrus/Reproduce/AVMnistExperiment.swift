import Model
import Networks

/// The scenarios that make up the experiment on audio-visual MNIST.
struct AVMnistExperiment {
    /// The amount of computation.
    struct Scale {
        let samples: (training: Int, validation: Int, test: Int)
        /// Noisy variants of each recording.
        let mixes: Int
        /// Training of the unimodal networks.
        let pretraining: (epochs: Int, batch: Int)
        /// Number of trials of a pair, including its two unimodal networks.
        let trials: Int
        /// Training of the fusions on top of them.
        let fusion: (epochs: Int, samples: Int)
        let seeds: Int

        static let quick = Scale(
            samples: (2_400, 800, 800), mixes: 3, pretraining: (3, 64), trials: 10, fusion: (6, 2_400), seeds: 1)

        /// In an epoch, a network sees every picture once, and every recording only with new noise:
        /// 3 epochs of 12,000 samples taught LeNet5 to hear 96.7 % of the digits (recording split, one seed, validation), 1
        /// epoch of 36,000 97.0 %, and 3 of 40,000 97.6 %, with pictures 99.0 %. Twice as many epochs gave 98.1 and 99.3 %.
        static let full = Scale(
            samples: (40_000, 2_000, 2_000), mixes: 24, pretraining: (3, 32), trials: 14, fusion: (4, 20_000), seeds: 3)

        /// The settings as text.
        var text: String {
            """
            \(samples.training) training, \(samples.validation) validation and \(samples.test) test samples, \
            \(mixes) noisy variants of each recording; each network trained for \(pretraining.epochs) epoch(s) in \
            mini-batches of \(pretraining.batch), \(trials - 3) fusions of each pair for \(fusion.epochs) epochs of \
            \(fusion.samples) samples, plus the product of their answers
            """
        }
    }

    /// Two networks on one split with one seed.
    struct Case: Hashable {
        let split: DatasetRecipe.Split
        let seed: Int
        let image: TableSix
        let audio: TableSix

        /// Whether both modalities have the same structure: then the networks are trained, and nothing is fused.
        var isSame: Bool { image == audio }
        /// The case that trains the image network. For one seed, both splits have the same pictures and differ only in the
        /// recordings, so the network is trained only on the first split.
        var imageOrigin: Case { Case(split: .recording, seed: seed, image: image, audio: image) }
        /// The case that trains the audio network.
        var audioOrigin: Case { Case(split: split, seed: seed, image: audio, audio: audio) }
    }

    let scale: Scale
    let seeds: ClosedRange<Int>

    /// - Parameters:
    ///   - count: The number of seeds; nil for the default.
    ///   - first: The first seed; other seeds mean fresh data and fresh networks.
    init(_ scale: Scale, seeds count: Int? = nil, from first: Int = 1) {
        self.scale = scale
        seeds = first...first + (count ?? scale.seeds) - 1
    }

    /// All cases in stages; a stage needs only cases of earlier stages.
    ///
    /// First on the recording split, then on the speaker-held-out split. Each starts with the same structure for both
    /// modalities, which trains every network once per modality, followed by the pairs of table 8, which fuse them.
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

    /// The scenario file of a case.
    /// - Parameters:
    ///   - image: A structure, or a model in the registry.
    ///   - audio: A structure, or a model in the registry.
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
