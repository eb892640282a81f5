/// From what a network learns: labels, samples without labels, or both.
///
/// In a scenario: `training: {learning: semi-supervised, labels: 100}`.
public struct Learning: Hashable, Sendable {
    /// How samples without labels are used.
    public enum Mode: String, CaseIterable, Hashable, Sendable {
        /// They are not: only samples with labels are learned.
        case supervised
        /// The network's own sure answers are its labels, and stay the same however a sample is distorted.
        case semiSupervised = "semi-supervised"
        /// First they are restored from a distorted form; what was learned by that is then taught the labels.
        case autoencoder
        /// First two distorted forms of a sample are told from those of others; what was learned by that is then taught the
        /// labels.
        case contrastive

        /// Whether it learns without labels first.
        public var isPretrained: Bool { self == .autoencoder || self == .contrastive }
    }

    /// How a network that learned without labels is taught them.
    public enum Transfer: String, CaseIterable, Hashable, Sendable {
        /// The last layer only, above features that stay as they are: a linear probe.
        case probe
        /// All layers.
        case fineTuning = "fine-tuning"
    }

    /// How samples without labels are used.
    public var mode: Mode
    /// Training samples whose labels are used, about equally many of each class and the same for every training on these
    /// data; nil for all.
    public var labels: Int?
    /// Epochs without labels that come first; nil for as many as with labels.
    public var pretraining: Int?
    /// How labels are learned after them.
    public var transfer: Transfer

    /// Describes a way of learning; the usual one is from all labels.
    public init(
        _ mode: Mode = .supervised, labels: Int? = nil, pretraining: Int? = nil, transfer: Transfer = .probe
    ) {
        self.mode = mode
        self.labels = labels
        self.pretraining = pretraining
        self.transfer = transfer
    }

    /// Whether it is simply learned from all labels.
    public var isUsual: Bool { mode == .supervised && labels == nil }
}
