/// How a trained network learns from other data.
public enum ContinualMethod: String, CaseIterable, Hashable, Sendable, Codable {
    /// Earlier samples, as many different ones as a memory holds, are learned again beside the new ones, each class as often
    /// as any other, and the network as it was teaches it its answers. Forgets the least; needs the earlier data.
    case replay
    /// The network as it was teaches it its answers to the new samples (learning without forgetting). Needs no earlier data.
    case distillation
    /// Weights that mattered for earlier samples are tied to what they were (elastic weight consolidation). Needs a few
    /// hundred earlier samples.
    case ewc
    /// Trains on the new samples alone: the yardstick for the others, which forgets what is not in them.
    case fineTuning = "fine-tuning"

    /// Whether it needs earlier samples.
    public var needsEarlierData: Bool { self == .replay || self == .ewc }
}
