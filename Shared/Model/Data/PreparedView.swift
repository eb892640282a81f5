/// The features that a frozen pretrained network computes from a modality. They are computed once for a dataset, and
/// networks read them instead of the modality.
public struct PreparedView: Hashable, Sendable, Codable {
    /// The modality that it replaces.
    public var modality: String
    /// Structure name that genes use to choose it, such as `efficientnet-lite0`.
    public var title: String
    /// Family of the pretrained network, in the sense of table 1.
    public var category: String
    /// Identity of the model in the registry.
    public var model: String
    /// Number of features per sample.
    public var width: Int
    /// Parameters of the pretrained network.
    public var parameters: Int
    /// Time per sample, without decoding.
    public var milliseconds: Double
    /// How well the features fit the target, estimated without training: `logme`, `h-score`; empty if the target has no
    /// classes.
    public var scores: [String: Double]
    /// The same scores for the samples without the network.
    public var reference: [String: Double]
    /// The outcome of fine-tuning the network; nil if it is unchanged. The scores are those from before.
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

    /// Whether its features fit better than the samples themselves; true if unknown. A network that fine-tuning did not
    /// improve is not promising.
    public var isPromising: Bool {
        if tuning?.isBetter == false { return false }
        guard let score = scores[Self.evidence], let reference = reference[Self.evidence] else { return true }
        return score > reference
    }

    /// The score that orders views: the logarithm of the evidence of a linear model (LogME).
    public static let evidence = "logme"

    /// The order in which a search tries views: greatest evidence first, views without a score last. A network that
    /// fine-tuning improved comes before the original, any other after it.
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

    /// Prefix of every view's name; names of modalities begin with a lowercase letter.
    private static let mark = "View"

    /// Name of the network input that a view feeds. It depends on the model and the contract.
    /// - Parameters:
    ///   - script: The pretrained network's TorchScript file.
    ///   - contract: The file of its contract.
    public static func name(modality: String, script: BlobDigest, contract: BlobDigest) -> String {
        let digest = BlobDigest(hashing: Array("\(script) \(contract)".utf8))
        return "\(mark)\(digest.hexadecimal.prefix(8))_\(modality)"
    }

    /// Whether a network's input is a view rather than a modality.
    public static func isName(_ input: String) -> Bool { input.hasPrefix(mark) }

    /// Identity of a view of prepared data in the registry.
    public static func recipe(of input: String, data id: String) -> BlobDigest {
        BlobDigest(hashing: Array("view \(id) \(input)".utf8))
    }
}

/// A frozen network that computes the standardized features that networks read from the raw values of an input.
public struct FrozenNetwork: Hashable, Sendable, Codable {
    /// Its TorchScript file.
    public var script: BlobDigest
    /// The input that it expects.
    public var contract: InputContract
    /// Whether it has several outputs, of which the contract names one.
    public var hasSeveralOutputs: Bool
    /// Mean of each feature over the training samples.
    public var means: [Float]
    /// Standard deviation of each feature over the training samples.
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
