/// How a trained network learns from new data.
public enum ContinualMethod: String, CaseIterable, Hashable, Sendable, Codable {
    /// Earlier samples, as many different ones as a memory holds, are learned again together with the new ones, each
    /// class equally often, and the old network teaches its answers. Forgets the least; needs the earlier data.
    case replay
    /// The old network teaches its answers to the new samples (learning without forgetting). Needs no earlier data.
    case distillation
    /// Weights that mattered for earlier samples are tied to their old values (elastic weight consolidation). Needs a
    /// few hundred earlier samples.
    case ewc
    /// Trains only on the new samples, and forgets what they do not contain: the baseline for the other methods.
    case fineTuning = "fine-tuning"

    /// Whether it needs earlier samples.
    public var needsEarlierData: Bool { self == .replay || self == .ewc }
}
