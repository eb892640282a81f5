/// What a frozen pretrained network makes of a modality: features that were computed once for a set of data, and that
/// networks read in place of the modality.
public struct PreparedView: Hashable, Sendable, Codable {
    /// The modality that it stands for.
    public var modality: String
    /// Name of the structure that a gene chooses, such as `efficientnet-lite0`.
    public var title: String
    /// Family of the pretrained network, in the sense of table 1.
    public var category: String
    /// Identity of the model in the registry.
    public var model: String
    /// How many numbers describe a sample.
    public var width: Int
    /// Parameters of the pretrained network.
    public var parameters: Int
    /// What it took for one sample, without decoding it.
    public var milliseconds: Double
    /// How well the features fit what is to be learned, found without training: `logme`, `h-score`; empty where the target
    /// has no classes.
    public var scores: [String: Double]
    /// The same scores of the samples as they are.
    public var reference: [String: Double]
    /// What training the network further came to; nil where it is as it was. The scores are those from before.
    public var tuning: Tuning?

    /// Describes a view.
    public init(
        modality: String, title: String, category: String, model: String, width: Int, parameters: Int,
        milliseconds: Double, scores: [String: Double] = [:], reference: [String: Double] = [:]
    ) {
        self.modality = modality
        self.title = title
        self.category = category
        self.model = model
        self.width = width
        self.parameters = parameters
        self.milliseconds = milliseconds
        self.scores = scores
        self.reference = reference
    }

    /// Whether its features fit better than the samples as they are; true where nothing is known. A network that was trained
    /// further to no avail promises nothing.
    public var isPromising: Bool {
        if tuning?.isBetter == false { return false }
        guard let score = scores[Self.evidence], let reference = reference[Self.evidence] else { return true }
        return score > reference
    }

    /// The score by which views are ordered: the logarithm of the evidence of a linear model (LogME).
    public static let evidence = "logme"

    /// The order in which a search tries views: the greatest evidence first, those without after them. A network that became
    /// better by further training comes before what it was, any other one after that.
    public static func precedes(_ one: (String, PreparedView), _ other: (String, PreparedView)) -> Bool {
        let (left, right) = (one.1.scores[evidence] ?? -.infinity, other.1.scores[evidence] ?? -.infinity)
        guard left == right else { return left > right }
        return (one.1.stage, one.0) < (other.1.stage, other.0)
    }

    private var stage: Int {
        guard let tuning else { return 1 }
        return tuning.isBetter ? 0 : 2
    }

    // MARK: Names

    /// What the name of every view begins with; names of modalities begin with a lower-case letter.
    private static let mark = "View"

    /// The name of the networks' input that a view feeds. Model and contract are part of it.
    /// - Parameters:
    ///   - script: The pretrained network's TorchScript file.
    ///   - contract: The file of its contract.
    public static func name(modality: String, script: BlobDigest, contract: BlobDigest) -> String {
        let digest = BlobDigest(hashing: Array("\(script) \(contract)".utf8))
        return "\(mark)\(digest.hexadecimal.prefix(8))_\(modality)"
    }

    /// Whether a network's input is a view and no modality.
    public static func isName(_ input: String) -> Bool { input.hasPrefix(mark) }

    /// Identity of a view of prepared data in the registry.
    public static func recipe(of input: String, data id: String) -> BlobDigest {
        BlobDigest(hashing: Array("view \(id) \(input)".utf8))
    }
}

/// A frozen network between the raw values of an input and what networks read: its features, standardized.
public struct FrozenNetwork: Hashable, Sendable, Codable {
    /// Its TorchScript file.
    public var script: BlobDigest
    /// What it reads.
    public var contract: InputContract
    /// Whether it gives several outputs, of which the contract names one.
    public var hasSeveralOutputs: Bool
    /// Mean of each feature over the training samples.
    public var means: [Float]
    /// Standard deviation of each.
    public var deviations: [Float]

    /// Describes a network.
    public init(
        script: BlobDigest, contract: InputContract, hasSeveralOutputs: Bool, means: [Float], deviations: [Float]
    ) {
        self.script = script
        self.contract = contract
        self.hasSeveralOutputs = hasSeveralOutputs
        self.means = means
        self.deviations = deviations
    }
}
