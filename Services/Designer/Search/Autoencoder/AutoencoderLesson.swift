public import Model

/// What the program `gyrus-autoencoder` is asked: to learn from examples, to judge itself, and to read strings that promise
/// more than some.
///
/// Strings are of choices from 0, one for each slot of a `DecisionSequence`, with nil for the slots that are skipped.
public struct AutoencoderLesson: Hashable, Sendable, Codable {
    /// A string and what it is worth, from 0 to 1.
    public struct Example: Hashable, Sendable, Codable {
        /// The string.
        public var choices: [Int?]
        /// What it is worth.
        public var worth: Double

        /// Makes an example.
        public init(choices: [Int?], worth: Double) {
            self.choices = choices
            self.worth = worth
        }
    }

    /// What strings are like.
    public struct Strings: Hashable, Sendable, Codable {
        /// The kind of each slot's decision, from 0; decisions of a kind have the same choices.
        public var kinds: [Int]
        /// The slot where a string goes on after choice 0 of each slot.
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

    /// Sizes of the model, and how it is trained.
    public struct Settings: Hashable, Sendable, Codable {
        /// Size of an embedded choice.
        public var embedding = 12
        /// Size of a point.
        public var size = 24
        /// Steps of the optimizer at most.
        public var steps = 300
        /// Steps for each example, as long as these are few.
        public var stepsPerExample = 4
        /// Examples of a step.
        public var batch = 32
        /// Learning rate of Adam.
        public var learningRate = 0.01
        /// How much the prediction counts; the rest is for reading the string.
        public var tradeoff = 0.8
        /// Gradients that are longer together are shortened to this.
        public var longestGradient = 5.0

        /// The usual settings.
        public init() {}
    }

    /// What strings are like.
    public var strings: Strings
    /// Sizes and training.
    public var settings: Settings
    /// Determines the first weights and the order of the examples.
    public var seed: UInt64
    /// What is learned from.
    public var examples: [Example]
    /// Others, by which the model is judged.
    public var heldOut: [Example] = []
    /// Strings whose points are wanted.
    public var placed: [[Int?]] = []
    /// Strings whose points go uphill along the predicted worth.
    public var parents: [[Int?]] = []
    /// The lengths of the steps that each parent goes uphill; another string is read after each.
    public var steps: [Double] = []
}

/// What `gyrus-autoencoder` answers.
public struct AutoencoderReport: Hashable, Sendable, Codable {
    /// How good a model is on some examples.
    public struct Figures: Hashable, Sendable, Codable {
        /// Share of the pairs of examples of different worth that are predicted in their order; 0.5 is chance.
        public var ranking: Double
        /// Share of the slots in which a string that was encoded and read again differs.
        public var distance: Double

        /// Makes figures.
        public init(ranking: Double, distance: Double) {
            self.ranking = ranking
            self.distance = distance
        }
    }

    /// How good it is on what it learned from.
    public var learned: Figures
    /// How good it is on the examples that were held out; nil if there are none.
    public var heldOut: Figures?
    /// The points of the strings that were to be placed: strings × size.
    public var points: [[Double]]
    /// For each step uphill what was read, a string for each parent, with the predicted worth.
    public var read: [[AutoencoderLesson.Example]]

    /// Makes a report.
    public init(learned: Figures, heldOut: Figures?, points: [[Double]], read: [[AutoencoderLesson.Example]]) {
        self.learned = learned
        self.heldOut = heldOut
        self.points = points
        self.read = read
    }
}

/// A line of what `gyrus-autoencoder` says.
public enum AutoencoderAnswer: Sendable, Codable {
    /// It learned.
    case report(AutoencoderReport)
    /// It could not.
    case failure(Failure)
}
