public import Model

/// A request to `gyrus-autoencoder`: train on examples, evaluate the model, and decode strings that are predicted to be
/// better than given ones.
///
/// Strings consist of choices from 0, one for each slot of a `DecisionSequence`, with nil for skipped slots.
public struct AutoencoderRequest: Hashable, Sendable, Codable {
    /// A string and its value, from 0 to 1.
    public struct Example: Hashable, Sendable, Codable {
        /// The string.
        public var choices: [Int?]
        /// The value.
        public var worth: Double

        /// Makes an example.
        public init(choices: [Int?], worth: Double) {
            self.choices = choices
            self.worth = worth
        }
    }

    /// The structure of strings.
    public struct Strings: Hashable, Sendable, Codable {
        /// The kind of each slot's decision, from 0; decisions of a kind have the same choices.
        public var kinds: [Int]
        /// The slot at which a string continues after choice 0, for each slot.
        public var skips: [Int]
        /// Number of choices of each kind.
        public var options: [Int]

        init(_ sequence: DecisionSequence) {
            var options = [Int](repeating: 0, count: sequence.kinds)
            for slot in sequence.slots { options[slot.kind] = slot.options }
            self.options = options
            kinds = sequence.slots.map(\.kind)
            skips = sequence.slots.indices.map { sequence.next(after: $0, 0) }
        }
    }

    /// Sizes of the model, and training settings.
    public struct Settings: Hashable, Sendable, Codable {
        /// Size of a choice's embedding.
        public var embedding = 12
        /// Size of a point.
        public var size = 24
        /// Maximum number of optimizer steps.
        public var steps = 300
        /// Steps per example, up to the maximum.
        public var stepsPerExample = 4
        /// Examples per step.
        public var batch = 32
        /// Learning rate of Adam.
        public var learningRate = 0.01
        /// Weight of the prediction loss; the rest is the reconstruction loss.
        public var tradeoff = 0.8
        /// Gradients are clipped to this total norm.
        public var longestGradient = 5.0

        /// The default settings.
        public init() {}
    }

    /// The structure of strings.
    public var strings: Strings
    /// Sizes and training settings.
    public var settings: Settings
    /// Seed of the initial weights and the order of the examples.
    public var seed: UInt64
    /// Training examples.
    public var examples: [Example]
    /// Held-out examples for evaluating the model.
    public var heldOut: [Example] = []
    /// Strings whose points are requested.
    public var placed: [[Int?]] = []
    /// Strings whose points move uphill along the predicted value.
    public var parents: [[Int?]] = []
    /// The step lengths for each parent's uphill move; one string is decoded after each.
    public var steps: [Double] = []
}

/// A reply of `gyrus-autoencoder`.
public struct AutoencoderReport: Hashable, Sendable, Codable {
    /// Quality of a model on some examples.
    public struct Quality: Hashable, Sendable, Codable {
        /// Share of the pairs of examples of different value that are predicted in their order; 0.5 is chance.
        public var ranking: Double
        /// Share of the slots that differ after a string is encoded and decoded.
        public var distance: Double

        /// Describes the quality of a model.
        public init(ranking: Double, distance: Double) {
            self.ranking = ranking
            self.distance = distance
        }
    }

    /// Quality on the training examples.
    public var learned: Quality
    /// Quality on the held-out examples; nil if there are none.
    public var heldOut: Quality?
    /// The requested points: strings × size.
    public var points: [[Double]]
    /// For each uphill step, the decoded string of each parent with its predicted value.
    public var read: [[AutoencoderRequest.Example]]

    /// Makes a report.
    public init(learned: Quality, heldOut: Quality?, points: [[Double]], read: [[AutoencoderRequest.Example]]) {
        self.learned = learned
        self.heldOut = heldOut
        self.points = points
        self.read = read
    }
}

/// A line of output of `gyrus-autoencoder`.
public enum AutoencoderAnswer: Sendable, Codable {
    /// The training succeeded.
    case report(AutoencoderReport)
    /// The training failed.
    case failure(Failure)
}
