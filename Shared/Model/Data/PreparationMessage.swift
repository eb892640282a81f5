/// A line of what the helper program for data says while it prepares, packs or predicts; only what is said is there.
public struct PreparationMessage: Codable, Sendable {
    /// Identity of the dataset that would be prepared.
    public var identity: String?
    /// What a person should know of the data.
    public var notes: [String]?
    /// Samples that are done.
    public var done: Int?
    /// Samples in all.
    public var count: Int?
    /// What the data came to.
    public var manifest: DatasetManifest?
    /// Samples that could not be read, by place and reason.
    public var unreadable: [String]?
    /// How many these are.
    public var unreadableCount: Int?
    /// Names of a network's inputs.
    public var inputs: [String]?
    /// What a frozen network came to.
    public var view: PreparedView?
    /// What training a pretrained network further came to.
    public var tuning: Tuning?
    /// Why it cannot go on.
    public var failure: Failure?

    /// Says something.
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
