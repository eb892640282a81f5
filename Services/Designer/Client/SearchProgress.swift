import Model
package import Schema

/// The order of the trials of a page.
public enum TrialOrder: Int, CaseIterable, Hashable, Sendable {
    /// Number, that is the order of proposal.
    case number = 1
    /// Objective on the validation split.
    case objective = 2
    /// The objective's metric on the test split.
    case test = 3
    /// Number of parameters.
    case parameters = 4
    /// Time for one sample.
    case latency = 5
    /// Time that the training took.
    case seconds = 6
}

/// How the search of a scenario went so far, in a size that does not depend on the number of its trials.
public struct SearchProgress: Hashable, Sendable {
    /// A successful trial in figures.
    public struct Figures: Hashable, Sendable {
        /// Number within the search.
        public var number: Int
        /// How good the objective's value on the validation split is; larger is better.
        public var objective: Double
        /// Number of parameters.
        public var parameters: Double
        /// Time for one sample in milliseconds.
        public var latency: Double
        /// Multiply-accumulate operations for one sample.
        public var operations: Double

        /// Makes the figures of a trial.
        public init(number: Int, objective: Double, parameters: Double, latency: Double, operations: Double = 0) {
            self.number = number
            self.objective = objective
            self.parameters = parameters
            self.latency = latency
            self.operations = operations
        }
    }

    /// Trials of the search in each state; a state without trials is absent.
    public var counts: [TrialState: Int]
    /// Number of final trainings, which are not among the figures: they have another budget.
    public var finals: Int
    /// Each trial that was better than all before it, by number.
    public var records: [Figures]
    /// Trials that keep the limits and that no other beats in all that counts together, by parameters: the objective with
    /// what the scenario minimizes, or else with parameters and latency.
    public var front: [Figures]
    /// Successful trials at even distances, by number: all of them where they are few.
    public var sample: [Figures]
    /// Epochs that the trials were trained for, in all.
    public var epochs: Int
    /// Trials that went on after they had been paused.
    public var promoted: Int

    /// Makes a record of a search.
    public init(
        counts: [TrialState: Int], finals: Int, records: [Figures], front: [Figures], sample: [Figures],
        epochs: Int = 0,
        promoted: Int = 0
    ) {
        self.counts = counts
        self.finals = finals
        self.records = records
        self.front = front
        self.sample = sample
        self.epochs = epochs
        self.promoted = promoted
    }
}

// MARK: - On the wire

extension SearchProgress {
    /// The record that was received.
    /// - Throws: `Failure` with code `corrupt` if it is none.
    package init(_ wire: Wire.SearchProgressReply) throws {
        let counts = try wire.counts.map { count in
            guard let state = TrialState(rawValue: Int(count.state.rawValue)) else {
                throw Failure(.corrupt, "Trials have the unknown state \(count.state.rawValue); update this program.")
            }
            return (state, Int(count.count))
        }
        self.init(
            counts: Dictionary(counts) { $0 + $1 }, finals: Int(wire.finals), records: wire.records.map(Figures.init),
            front: wire.front.map(Figures.init), sample: wire.sample.map(Figures.init),
            epochs: Int(wire.epochs), promoted: Int(wire.promoted))
    }
}

extension SearchProgress.Figures {
    init(_ wire: Wire.TrialFigures) {
        self.init(
            number: Int(wire.number), objective: wire.objective, parameters: wire.parameters,
            latency: wire.latencyMilliseconds, operations: wire.operations)
    }
}

extension Wire.TrialFigures {
    init(_ figures: SearchProgress.Figures) {
        self.init(
            number: UInt32(clamping: figures.number), objective: figures.objective, parameters: figures.parameters,
            latencyMilliseconds: figures.latency, operations: figures.operations)
    }
}

extension Wire.SearchProgressReply {
    /// The record as it is sent.
    package init(_ progress: SearchProgress) {
        let counts = progress.counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { state, count in
            Wire.TrialCount(state: .init(rawValue: .init(state.rawValue)), count: UInt32(clamping: count))
        }
        self.init(
            counts: counts, finals: UInt32(clamping: progress.finals),
            records: progress.records.map(Wire.TrialFigures.init),
            front: progress.front.map(Wire.TrialFigures.init), sample: progress.sample.map(Wire.TrialFigures.init),
            epochs: UInt64(clamping: progress.epochs), promoted: UInt32(clamping: progress.promoted))
    }
}
