public import Model

/// A network's answers for test samples with the correct answers: one safetensors file of bounded size.
///
/// `outputs` has a row for each sample that is kept, `classes` or `numbers` what is right, `samples` the number of each
/// in the test split; `places` says where they stand in the user's data. `picture.NAME` has what the network saw of
/// some samples, whose rows `picture.NAME.rows` names.
public struct AnswerFile: Hashable, Sendable {
    /// Maximum number of samples to keep; if there are more, a random choice.
    public static let mostSamples = 20_000
    /// Maximum total number of outputs to keep.
    public static let mostOutputs = 2_000_000
    /// Bytes for the name of a sample's position; of a longer name the end is kept.
    public static let placeBytes = 120

    /// What a network saw of one sample, as bytes, `[channels, height, width]`.
    public struct Picture: Hashable, Sendable {
        /// Its size.
        public var shape: [Int]
        /// Channel after channel, row after row.
        public var bytes: [UInt8]

        /// Describes a picture.
        public init(shape: [Int], bytes: [UInt8]) {
            self.shape = shape
            self.bytes = bytes
        }
    }

    /// How much worse answers are without the information in one input.
    public struct Importance: Hashable, Sendable, Codable {
        /// Name of the network's input.
        public var input: String
        /// The metric if every sample gets this input from another sample: the mean of several draws.
        public var shuffled: Double
        /// The standard deviation of the draws.
        public var deviation: Double

        /// Describes an input.
        public init(input: String, shuffled: Double, deviation: Double) {
            self.input = input
            self.shuffled = shuffled
            self.deviation = deviation
        }
    }

    /// Importance of all inputs, by one metric.
    public struct Importances: Hashable, Sendable, Codable {
        /// Name of the metric.
        public var metric: String
        /// Its value with all inputs in place.
        public var whole: Double
        /// The importance of each input of the network.
        public var inputs: [Importance]

        /// Describes inputs.
        public init(metric: String, whole: Double, inputs: [Importance]) {
            self.metric = metric
            self.whole = whole
            self.inputs = inputs
        }
    }

    /// The network's target.
    public var target: Target
    /// Number of samples in the test split, from which the samples below are chosen.
    public var count: Int
    /// The number of each kept sample in the split.
    public var samples: [Int32]
    /// Logits of classes or labels, or standardized numbers: a row for each kept sample.
    public var outputs: [Float]
    /// The correct class of each kept sample; empty if samples have no classes.
    public var classes: [Int32]
    /// The correct labels or standardized numbers, one row per kept sample; empty if samples have classes.
    public var numbers: [Float]
    /// Position of each kept sample in the user's data; empty if unknown.
    public var places: [String]
    /// What the network saw, by input and by row of a kept sample.
    public var pictures: [String: [Int: Picture]]
    /// The importance of each input; nil for a network with one input.
    public var importances: Importances?

    /// Describes answers.
    public init(
        target: Target, count: Int, samples: [Int32], outputs: [Float], classes: [Int32] = [], numbers: [Float] = [],
        places: [String] = [], pictures: [String: [Int: Picture]] = [:], importances: Importances? = nil
    ) {
        self.target = target
        self.count = count
        self.samples = samples
        self.outputs = outputs
        self.classes = classes
        self.numbers = numbers
        self.places = places
        self.pictures = pictures
        self.importances = importances
    }

    /// The outputs for a kept sample.
    public func outputs(of row: Int) -> ArraySlice<Float> {
        outputs[row * target.outputs..<(row + 1) * target.outputs]
    }
}
