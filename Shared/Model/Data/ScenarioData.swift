/// The data of a scenario.
public enum ScenarioData: Hashable, Sendable {
    /// Presets; a worker prepares them.
    case known(DatasetRecipe)
    /// A user's own data, which was prepared and registered when the scenario was published.
    case prepared(PreparedData)

    /// Identity of the prepared dataset.
    public var id: String {
        switch self {
        case .known(let recipe): recipe.id
        case .prepared(let data): data.id
        }
    }

    /// How a worker prepares the data; nil if it is already prepared.
    public var recipe: DatasetRecipe? {
        switch self {
        case .known(let recipe): recipe
        case .prepared: nil
        }
    }

    /// Names of the modalities, sorted; they are the inputs of networks.
    public var modalities: [String] { inputs.keys.sorted() }

    /// The input that networks read for each modality.
    public var inputs: [String: InputSignature] {
        switch self {
        case .known(let recipe): recipe.inputs
        case .prepared(let data): data.inputs
        }
    }

    /// What networks learn to answer.
    public var target: Target {
        switch self {
        case .known(let recipe): recipe.target
        case .prepared(let data): data.target
        }
    }

    /// Number of samples in each split.
    public var counts: DatasetRecipe.Counts {
        switch self {
        case .known(let recipe): recipe.counts
        case .prepared(let data): data.samples
        }
    }

    /// Features that frozen pretrained networks compute from the modalities, by the name of the network input.
    public var views: [String: PreparedView] {
        switch self {
        case .known: [:]
        case .prepared(let data): data.views ?? [:]
        }
    }

    /// User-added structures that fit a modality, each as JSON.
    public var structures: [String] {
        switch self {
        case .known: []
        case .prepared(let data): data.structures ?? []
        }
    }

    /// The kind of each network input; features of frozen networks are numbers, like those of a table.
    public var kinds: [String: ModalityKind] {
        inputs.mapValues(\.kind).merging(views.mapValues { _ in .table }) { $1 }
    }

    /// The name of the data behind a modality.
    public func name(of modality: String) -> String? {
        switch self {
        case .known(let recipe): recipe.modalities[modality]?.dataset
        case .prepared(let data): data.inputs[modality] == nil ? nil : data.name
        }
    }

    /// The video modality; nil if the data has none.
    public var video: DatasetRecipe.Modality? { recipe?.video }
}

/// What networks need to know about a user's prepared data.
///
/// `gyrus publish` appends it to a scenario's text, so that the text is complete.
public struct PreparedData: Hashable, Sendable, Codable {
    /// Identity of the prepared dataset in the registry, 64 hexadecimal digits.
    public var id: String
    /// Display name.
    public var name: String
    /// The input that networks read for each modality.
    public var inputs: [String: InputSignature]
    /// What networks learn to answer.
    public var target: Target
    /// Number of samples in each split.
    public var samples: DatasetRecipe.Counts
    /// Features that frozen pretrained networks compute from the modalities, by the name of the network input; nil for
    /// none.
    public var views: [String: PreparedView]?
    /// User-added structures that fit a modality, each as JSON; nil for none.
    public var structures: [String]?

    /// Describes data.
    public init(
        id: String, name: String, inputs: [String: InputSignature], target: Target, samples: DatasetRecipe.Counts
    ) {
        self.id = id
        self.name = name
        self.inputs = inputs
        self.target = target
        self.samples = samples
    }
}
