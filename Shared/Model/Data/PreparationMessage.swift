/// A line that the data helper writes while it prepares, packages or predicts. Only some of the fields are set.
public struct PreparationMessage: Codable, Sendable {
    /// Identity of the dataset that would result.
    public var identity: String?
    /// Notes for the user about the data.
    public var notes: [String]?
    /// Number of samples that are done.
    public var done: Int?
    /// Total number of samples.
    public var count: Int?
    /// The manifest of the prepared data.
    public var manifest: DatasetManifest?
    /// Unreadable samples, with position and reason.
    public var unreadable: [String]?
    /// Number of unreadable samples.
    public var unreadableCount: Int?
    /// Names of a network's inputs.
    public var inputs: [String]?
    /// The view that a frozen network produced.
    public var view: PreparedView?
    /// The result of fine-tuning a pretrained network.
    public var tuning: Tuning?
    /// Why the helper cannot continue.
    public var failure: Failure?

    /// Makes a line.
    public init(
        identity: String? = nil, notes: [String]? = nil, done: Int? = nil, count: Int? = nil,
        manifest: DatasetManifest? = nil, unreadable: [String]? = nil, unreadableCount: Int? = nil,
        inputs: [String]? = nil, view: PreparedView? = nil, tuning: Tuning? = nil, failure: Failure? = nil
    ) {
        self.identity = identity
        self.notes = notes
        self.done = done
        self.count = count
        self.manifest = manifest
        self.unreadable = unreadable
        self.unreadableCount = unreadableCount
        self.inputs = inputs
        self.view = view
        self.tuning = tuning
        self.failure = failure
    }
}
