/// What a user wants: the modalities, the data, the goal, the limits and the budget.
///
/// ```yaml
/// scenario: spoken-and-written-digits
/// stimuli: [see written digits, hear spoken digits]     # or functions: [vision.shape, audition]
/// task: classification
/// modalities:
///   image: {dataset: mnist, preprocess: {pca-energy-removed: 0.75}}
///   audio: {dataset: fsdd, noise: esc10, signal-to-noise: 5, preprocess: {spectrogram: 112}}
/// data: {split: recording, mixes: 3, samples: {training: 12000, validation: 2000, test: 2000}, seed: 1}
/// objective: {maximize: accuracy, minimize: [latency], limits: {parameters: 2e6, operations: 1e9, latency: 5ms}}
/// search:
///   {method: evolution, population: 12, trials: 48, seed: 7, optimizers: [sgd, adam], structures: [LeNet3], widths:
///   [1],
///    halving: {first: 1, factor: 3}}
/// training: {epochs: 2, batch: 64, samples: 3000, validation: 1000}     # of a trial; see `Learning` for fewer labels
/// final: {epochs: 12, batch: 64, samples: all, validation: all, candidates: 1}     # of the best ones
/// ```
///
/// Only `scenario` and `modalities` are required. `ScenarioFile` reads this format.
public struct Scenario: Hashable, Sendable {
    /// What is to be learned.
    public enum Task: String, CaseIterable, Hashable, Sendable, Codable {
        /// Which of several classes a sample belongs to.
        case classification
        /// Which of several labels a sample has; any number of them.
        case multiLabel = "multi-label"
        /// The number or numbers that belong to a sample.
        case regression
        /// Where each person is in each frame of a video. Searches for a detector and a tracker; nothing is trained.
        case tracking

        /// Whether networks are trained for it.
        public var isTrained: Bool { self != .tracking }
    }

    /// How candidates are chosen.
    public struct Search: Hashable, Sendable {
        /// How a search chooses.
        public var method: SearchMethod
        /// Candidates kept to choose parents from; also how many trials may run at once.
        public var population: Int
        /// Total number of trials.
        public var trials: Int
        /// Seconds for search and final training together; nil if the number of trials alone determines how long it
        /// takes. Trials still running when the search's share is spent end, and the best networks are trained as long
        /// as the rest allows.
        public var budget: Double?
        /// Seed of every choice of the search.
        public var seed: UInt64
        /// Names of the optimizers to choose from; nil for all.
        public var optimizers: [String]?
        /// Names of the structures to choose from; nil for all.
        public var structures: [String]?
        /// Names of pretrained models to choose from as well; nil for all that fit, empty for none.
        public var pretrained: [String]?
        /// Whether these are fine-tuned on the scenario's data first.
        public var fineTuning: FineTuning
        /// Width multipliers to choose from; nil for the defaults.
        public var widths: [Double]?
        /// How networks are composed layer by layer; nil if they are whole structures.
        public var layers: Layers?
        /// How trials are stopped early; nil if each is trained to its end.
        public var halving: Halving?
        /// How replicas of the controllers search together; nil for a single one within the designer.
        public var replication: Replication?
        /// The settings to choose in addition.
        public var choices: Choices
        /// Whether every trial is scored on the test split, for research on search methods. Otherwise only finalists
        /// are scored, so that the test split cannot influence any choice.
        public var scoresTest: Bool

        /// Allowed budgets in milliseconds: one second to one week.
        public static let budgetRange = 1_000.0...604_800_000.0
        /// Share of a budget for trials; the rest is for the final training.
        public static let trialShare = 0.6

        /// Makes a search plan.
        public init(
            method: SearchMethod = .evolution, population: Int = 12, trials: Int = 48, seed: UInt64 = 1,
            optimizers: [String]? = nil, structures: [String]? = nil, pretrained: [String]? = nil,
            widths: [Double]? = nil, layers: Layers? = nil, halving: Halving? = nil, replication: Replication? = nil,
            scoresTest: Bool = false,
            budget: Double? = nil, fineTuning: FineTuning = .automatic, choices: Choices = Choices()
        ) {
            self.method = method
            self.population = population
            self.trials = trials
            self.seed = seed
            self.optimizers = optimizers
            self.structures = structures
            self.pretrained = pretrained
            self.fineTuning = fineTuning
            self.widths = widths
            self.layers = layers
            self.halving = halving
            self.replication = replication
            self.budget = budget
            self.scoresTest = scoresTest
            self.choices = choices
        }
    }

    /// How long a network is trained, and on what.
    public struct Training: Hashable, Sendable {
        /// Passes over the training samples.
        public var epochs: Int
        /// Samples in a mini-batch.
        public var batch: Int
        /// Number of training samples; nil for all.
        public var samples: Int?
        /// Number of validation samples; nil for all.
        public var validation: Int?
        /// What the network learns from: labels, samples without labels, or both.
        public var learning: Learning
        /// How several workers train it together; nil if one worker trains it alone.
        public var distribution: Distribution?
        /// How it is trained otherwise.
        public var options: TrainingOptions

        /// Makes a budget.
        public init(
            epochs: Int, batch: Int = 64, samples: Int? = nil, validation: Int? = nil, learning: Learning = Learning(),
            distribution: Distribution? = nil, options: TrainingOptions = TrainingOptions()
        ) {
            self.epochs = epochs
            self.batch = batch
            self.samples = samples
            self.validation = validation
            self.learning = learning
            self.distribution = distribution
            self.options = options
        }
    }

    /// Display name.
    public var name: String
    /// What is perceived, in words; they must engage known functions of the brain.
    public var stimuli: [String]
    /// More functions of the brain that the scenario engages, such as `vision.shape`.
    public var functions: [String]
    /// What is to be learned.
    public var task: Task
    /// Where the samples come from.
    public var data: ScenarioData
    /// The validation metric that ranks networks.
    public var objective: Metric
    /// Costs to minimize as well; if empty, only the objective counts.
    public var minimized: [Cost]
    /// What a network must not exceed.
    public var limits: Limits
    /// How candidates are chosen.
    public var search: Search
    /// The networks whose fusion is searched for; nil if the search is for the networks themselves.
    public var fusion: Fusion?
    /// How a candidate is trained.
    public var training: Training
    /// How the best networks of the search are trained at the end.
    public var final: Training
    /// How many of them are trained; the one that then validates best is the result.
    public var finalists: Int
    /// Number of parts of the training and validation samples. Each of a finalist's trainings holds out a different
    /// part; nil if each finalist is trained once.
    public var folds: Int?
    /// Whether the mean of the finalists' answers can be the result.
    public var isEnsemble: Bool

    /// The default budget of a trial.
    public static let defaultTraining = Training(epochs: 2, samples: 3_000, validation: 1_000)
    /// The default budget of the best networks.
    public static let defaultFinal = Training(epochs: 12)

    /// Makes a scenario. `ScenarioFile` checks scenarios that are read.
    public init(
        name: String, stimuli: [String] = [], functions: [String] = [], task: Task = .classification,
        data: ScenarioData, objective: Metric? = nil, minimized: [Cost] = [], limits: Limits = Limits(),
        search: Search = Search(), fusion: Fusion? = nil, training: Training = Scenario.defaultTraining,
        final: Training = Scenario.defaultFinal, finalists: Int = 1, folds: Int? = nil, isEnsemble: Bool = false
    ) {
        self.name = name
        self.stimuli = stimuli
        self.functions = functions
        self.task = task
        self.data = data
        self.objective = objective ?? Metric.usual(for: task)
        self.minimized = minimized
        self.limits = limits
        self.search = search
        self.fusion = fusion
        self.training = training
        self.final = final
        self.finalists = finalists
        self.folds = folds
        self.isEnsemble = isEnsemble
    }
}
