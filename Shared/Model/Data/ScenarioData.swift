/// The data of a scenario.
public enum ScenarioData: Hashable, Sendable {
    /// Data that Gyrus knows by name; a worker prepares them.
    case known(DatasetRecipe)
    /// Data of a user, which were prepared and registered when the scenario was published.
    case prepared(PreparedData)

    /// Identity of the prepared dataset.
    public var id: String {
        switch self {
        case .known(let recipe): recipe.id
        case .prepared(let data): data.id
        }
    }

    /// How a worker prepares them; nil where they are prepared.
    public var recipe: DatasetRecipe? {
        switch self {
        case .known(let recipe): recipe
        case .prepared: nil
        }
    }

    /// Names of the modalities, sorted; they are the inputs of networks.
    public var modalities: [String] { inputs.keys.sorted() }

    /// What networks read of each modality.
    public var inputs: [String: InputSignature] {
        switch self {
        case .known(let recipe): recipe.inputs
        case .prepared(let data): data.inputs
        }
    }

    /// What networks learn to answer.
    public var target: Target {
        switch self {
        case .known(let recipe): Target(.classification, names: recipe.classLabels)
        case .prepared(let data): data.target
        }
    }

    /// Samples of each split.
    public var counts: DatasetRecipe.Counts {
        switch self {
        case .known(let recipe): recipe.counts
        case .prepared(let data): data.samples
        }
    }

    /// What frozen pretrained networks make of the modalities, by the name of the networks' input.
    public var views: [String: PreparedView] {
        switch self {
        case .known: [:]
        case .prepared(let data): data.views ?? [:]
        }
    }

    /// Structures that users added and that fit a modality, each as JSON.
    public var structures: [String] {
        switch self {
        case .known: []
        case .prepared(let data): data.structures ?? []
        }
    }

    /// What each input of networks holds; features of frozen networks are numbers like those of a table.
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

    /// The modality of data that are about a video; nil for any other.
    public var video: DatasetRecipe.Modality? { recipe?.video }
}

/// Data of a user, once they were prepared: what networks need to know of them.
///
/// `gyrus publish` writes it at the end of a scenario's text, so that the text says everything.
public struct PreparedData: Hashable, Sendable, Codable {
    /// Identity of the prepared dataset in the registry, 64 hexadecimal digits.
    public var id: String
    /// Name for people.
    public var name: String
    /// What networks read of each modality.
    public var inputs: [String: InputSignature]
    /// What networks learn to answer.
    public var target: Target
    /// Samples of each split.
    public var samples: DatasetRecipe.Counts
    /// What frozen pretrained networks make of the modalities, by the name of the networks' input; nil for nothing.
    public var views: [String: PreparedView]?
    /// Structures that users added and that fit a modality, each as JSON; nil for none.
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
