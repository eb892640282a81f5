/// The scores of a tracker's results on a benchmark.
public struct Evaluation: Sendable {
    /// A sequence with its score.
    public struct Row: Sendable, Encodable {
        /// Name of the sequence, or `OVERALL`.
        public var sequence: String
        /// Its metrics.
        public var score: TrackingScore

        /// Makes a row.
        public init(sequence: String, score: TrackingScore) {
            self.sequence = sequence
            self.score = score
        }
    }

    /// Name of the row that holds all sequences together.
    public static let overall = "OVERALL"

    /// The sequences in the order of their names, and all together.
    public let rows: [Row]
    /// Repairs that were made in the files.
    public let repairs: [String]

    /// Takes the scores of sequences and adds the row for all of them.
    public init(_ sequences: [Row], repairs: [String] = []) {
        rows = sequences + [Row(sequence: Self.overall, score: .overall(sequences.map(\.score)))]
        self.repairs = repairs
    }

    /// Scores results.
    /// - Parameters:
    ///   - results: The tracker's results, one file per sequence.
    ///   - truth: Ground truth.
    ///   - sequences: The sequences; nil for all of the ground truth.
    ///   - rules: What counts; nil for the rules that fit each sequence.
    /// - Throws: `Failure` if a file is missing or cannot be used.
    public init(
        of results: MOTFolder, against truth: MOTFolder, sequences: [String]? = nil, rules: EvaluationRules? = nil
    ) throws {
        var scores: [Row] = []
        var repairs: [String] = []
        for sequence in sequences ?? truth.sequences {
            let truthFile = try truth.file(of: sequence)
            let found = try results.file(of: sequence)
            let pair = try TrackingPair(
                truth: truthFile, results: found, rules: rules ?? .fitting(truthFile, sequence: sequence),
                frames: try truth.information(of: sequence)?.frames)
            scores.append(Row(sequence: sequence, score: TrackingScore(pair)))
            repairs += truthFile.repairs + found.repairs
        }
        self.init(scores, repairs: repairs)
    }
}
