/// What a network learns from: labels, samples without labels, or both.
///
/// In a scenario: `training: {learning: semi-supervised, labels: 100}`.
public struct Learning: Hashable, Sendable {
    /// How samples without labels are used.
    public enum Mode: String, CaseIterable, Hashable, Sendable {
        /// Not at all: the network learns only from samples with labels.
        case supervised
        /// The network's own confident answers serve as labels, and must stay the same however a sample is distorted.
        case semiSupervised = "semi-supervised"
        /// The network first learns to restore samples from a distorted form, and then learns the labels.
        case autoencoder
        /// The network first learns to match two distorted forms of the same sample among those of other samples, and
        /// then learns the labels.
        case contrastive

        /// Whether the network first learns without labels.
        public var isPretrained: Bool { self == .autoencoder || self == .contrastive }
    }

    /// How a network that has learned without labels learns the labels.
    public enum Transfer: String, CaseIterable, Hashable, Sendable {
        /// Only the last layer, on fixed features: a linear probe.
        case probe
        /// All layers.
        case fineTuning = "fine-tuning"
    }

    /// How samples without labels are used.
    public var mode: Mode
    /// Training samples whose labels are used: about equally many per class, and the same for every training on this
    /// data; nil for all.
    public var labels: Int?
    /// Epochs of training without labels, which come first; nil for as many as with labels.
    public var pretraining: Int?
    /// How labels are learned afterward.
    public var transfer: Transfer

    /// Describes a way of learning; by default from all labels.
    public init(
        _ mode: Mode = .supervised, labels: Int? = nil, pretraining: Int? = nil, transfer: Transfer = .probe
    ) {
        self.mode = mode
        self.labels = labels
        self.pretraining = pretraining
        self.transfer = transfer
    }

    /// Whether the network simply learns from all labels.
    public var isUsual: Bool { mode == .supervised && labels == nil }
}
