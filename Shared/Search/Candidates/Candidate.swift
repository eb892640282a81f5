public import Model
public import Networks

/// A network of the search space, with its training settings.
public struct Candidate: Hashable, Sendable {
    /// The part of the network for one modality.
    struct Branch {
        let modality: String
        /// Name of the structure in the search space; nil if the search chooses layers.
        let structure: String?
        /// Structure and size, for display.
        let title: String
        let category: String
        let optimizer: Optimizer
        let network: NetworkDescription
        /// The frozen network whose features it reads; nil if it reads the modality itself.
        let frozen: FrozenPart?
        /// The settings that were chosen for it, for display.
        var settings = ""

        /// Name of the input that it reads.
        var input: String { frozen?.input ?? modality }
    }

    /// The choices of the search, as numbers.
    public let genome: Genome
    /// The network; its inputs are the modalities that are present.
    public let network: NetworkDescription
    /// Optimizers of its branches; the last one is that of all other layers.
    public let optimizers: [Optimizer]
    /// Number of parameters, including those of frozen networks in front of it.
    public let parameters: Int
    /// Multiply-accumulate operations for one sample.
    public let operations: Int
    /// Display name, such as `audio: LeNet5×0.5 sgd; image: LeNet3×1 adam`.
    public let title: String
    /// Functional areas that it serves, such as `vision`.
    public let areas: [String]
    /// The functions that it performs.
    public let functions: [String]
    /// Family as in table 1, such as `LeNet`, `ResNet`, `ConvolutionStack` or `fusion`.
    public let category: String
    /// The families of its branches, in the order of modalities.
    public let families: [String]
    /// The structure that reads each modality: its name in the search space, or the model of the registry; empty if the
    /// search chooses layers.
    public let structures: [String: String]
    /// Datasets of its modalities, such as `fsdd+mnist`.
    public let dataset: String
    /// Optimizers as in table 1, such as `SGD+Adam`.
    public let optimizerTitle: String
    /// Milliseconds that the frozen networks in front of it take for one sample.
    public let frozenMilliseconds: Double
    /// Its role in a fusion search; nil if it is trained as a whole.
    public let fusion: Fusion?
    /// The settings of its training that were chosen for it.
    let settings: ChosenSettings

    /// The role of a candidate in a fusion search.
    public enum Fusion: Hashable, Sendable {
        /// A single-modality network.
        case backbone(FusedNetwork)
        /// Fusion layers above the features of such networks.
        case head(FusionHead)
    }

    /// The platform that trains it.
    public static let platform = "Gyrus1.0"

    init(
        genome: Genome, branches: [Branch], data: ScenarioData, task: Scenario.Task,
        settings: ChosenSettings = ChosenSettings()
    ) throws {
        self.genome = genome
        self.settings = settings
        let fused = try NetworkDescription.fused(
            name: branches.map(\.title).joined(separator: "+"), branches: branches.map { ($0.input, $0.network) },
            classes: data.target.outputs,
            gaps: Set(branches.filter { data.inputs[$0.modality]?.hasGaps == true }.map(\.input)))
        network = fused
        let frozen = branches.compactMap(\.frozen?.view)
        parameters = try fused.parameterCount + frozen.reduce(0) { $0 + $1.parameters }
        frozenMilliseconds = frozen.reduce(0) { $0 + $1.milliseconds }
        operations = try fused.multiplyAccumulates
        var head = branches.first?.optimizer
        head?.branch = ""
        optimizers = branches.map(\.optimizer) + [head].compactMap { $0 }
        title =
            branches.map { "\($0.modality): \($0.title) \($0.optimizer.name)\($0.settings)" }.joined(separator: "; ")
            + (settings.text.isEmpty ? "" : "; training:\(settings.text)")
        let datasets = branches.compactMap { data.name(of: $0.modality) }
        areas = Self.areas(of: branches.map(\.modality), data)
        functions = [task.rawValue]
        families = branches.map(\.category)
        structures = branches.reduce(into: [:]) { $0[$1.modality] = $1.structure }
        category = branches.count == 1 ? branches[0].category : "fusion"
        dataset = Self.unique(datasets).joined(separator: "+")
        optimizerTitle = Self.unique(branches.map(\.optimizer.rule.title)).joined(separator: "+")
        fusion = nil
    }

    /// A candidate of a fusion search, which sees some of the modalities.
    init(
        _ fusion: Fusion, _ network: NetworkDescription, genome: Genome, title: String, category: String,
        optimizer: Optimizer, structures: [String: String], data: ScenarioData, task: Scenario.Task
    ) throws {
        self.genome = genome
        self.network = network
        self.fusion = fusion
        settings = ChosenSettings()
        self.title = title
        self.structures = structures
        self.category = category
        families = [category]
        frozenMilliseconds = 0
        parameters = try network.parameterCount
        operations = try network.multiplyAccumulates
        optimizers = [optimizer]
        optimizerTitle = optimizer.rule.title
        let modalities = structures.keys.sorted()
        let datasets = modalities.compactMap { data.name(of: $0) }
        areas = Self.areas(of: modalities, data)
        functions = [task.rawValue]
        dataset = Self.unique(datasets).joined(separator: "+")
    }

    /// An ensemble of candidates, which answers with the mean of their answers.
    /// - Throws: `Failure` with code `invalid-argument` if there are fewer than two.
    public init(ensembleOf members: [Candidate]) throws {
        guard let first = members.first else {
            throw Failure(.invalidArgument, "An ensemble needs at least two networks.")
        }
        let names = Self.unique(members.map(\.network.name)).joined(separator: "+")
        genome = first.genome
        settings = first.settings
        network = try NetworkDescription.ensemble(
            named: "ensemble of \(members.count) \(names)", of: members.map(\.network))
        // Members that read the same inputs have the same frozen networks in front of them.
        let different = Dictionary(members.map { ($0.network.inputs, $0) }) { first, _ in first }.values
        parameters =
            try network.parameterCount + different.reduce(0) { $0 + $1.parameters - (try $1.network.parameterCount) }
        frozenMilliseconds = different.reduce(0) { $0 + $1.frozenMilliseconds }
        operations = try network.multiplyAccumulates
        optimizers = first.optimizers
        title = "mean of \(members.count): \(Self.unique(members.map(\.title)).joined(separator: " and "))"
        areas = Self.unique(members.flatMap(\.areas))
        functions = first.functions
        families = Self.unique(members.flatMap(\.families))
        structures = first.structures
        category = "ensemble"
        dataset = first.dataset
        optimizerTitle = Self.unique(members.map(\.optimizerTitle)).joined(separator: "+")
        fusion = nil
    }

    /// A training with its own settings in place of the scenario's.
    public func training(_ usual: Scenario.Training) -> Scenario.Training {
        var training = usual
        training.batch = settings.batch ?? training.batch
        training.options.augmentation = settings.augmentation ?? training.options.augmentation
        training.options.loss.labelSmoothing = settings.labelSmoothing ?? training.options.loss.labelSmoothing
        return training
    }

    /// The artificial code, with the accuracy if it is known.
    public func code(accuracy: Double?) throws -> ArtificialCode {
        try ArtificialCode(
            name: network.name, areas: areas, functions: functions, category: category, dataset: dataset,
            size: ParameterSize(parameters: UInt64(parameters)),
            accuracy: accuracy.map { try AccuracyPercentage(fraction: $0) }, optimizer: optimizerTitle,
            platform: Self.platform)
    }

    /// The area in codes for tables and series, which no sense perceives: association cortex.
    private static let unspecificArea = "association"

    /// The functional areas that perceive modalities.
    private static func areas(of modalities: [String], _ data: ScenarioData) -> [String] {
        unique(modalities.compactMap { data.inputs[$0].map { $0.kind.area ?? unspecificArea } })
    }

    private static func unique(_ names: [String]) -> [String] {
        names.enumerated().filter { names.firstIndex(of: $0.element) == $0.offset }.map(\.element)
    }
}
