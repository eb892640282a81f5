import Model
package import Schema

/// Sort order of a page of trials.
public enum TrialOrder: Int, CaseIterable, Hashable, Sendable {
    /// Number, that is, the order of proposal.
    case number = 1
    /// Objective on the validation split.
    case objective = 2
    /// The objective's metric on the test split.
    case test = 3
    /// Number of parameters.
    case parameters = 4
    /// Latency of one sample.
    case latency = 5
    /// Training time.
    case seconds = 6
}

/// The progress of a scenario's search, in a size that does not depend on the number of its trials.
public struct SearchProgress: Hashable, Sendable {
    /// The metrics of a successful trial.
    public struct Metrics: Hashable, Sendable {
        /// Number within the search.
        public var number: Int
        /// Objective on the validation split; larger is better.
        public var objective: Double
        /// Number of parameters.
        public var parameters: Double
        /// Latency of one sample in milliseconds.
        public var latency: Double
        /// Multiply-accumulate operations for one sample.
        public var operations: Double

        /// Makes the metrics of a trial.
        public init(number: Int, objective: Double, parameters: Double, latency: Double, operations: Double = 0) {
            self.number = number
            self.objective = objective
            self.parameters = parameters
            self.latency = latency
            self.operations = operations
        }
    }

    /// Number of trials of the search in each state; a state without trials is absent.
    public var counts: [TrialState: Int]
    /// Number of final trainings, which the metrics exclude because they have another budget.
    public var finals: Int
    /// Each trial that was better than all before it, by number.
    public var records: [Metrics]
    /// Trials within the limits that no other trial dominates, by parameters. Dominance compares the objective with the
    /// costs that the scenario minimizes, or with parameters and latency if there are none.
    public var front: [Metrics]
    /// Successful trials at even intervals, by number; all of them if there are few.
    public var sample: [Metrics]
    /// Total epochs that the trials were trained for.
    public var epochs: Int
    /// Number of trials that continued after a pause.
    public var promoted: Int

    /// Makes a record of a search.
    public init(
        counts: [TrialState: Int], finals: Int, records: [Metrics], front: [Metrics], sample: [Metrics],
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
    /// Decodes a received record.
    /// - Throws: `Failure` with code `corrupt` if it is invalid.
    package init(_ wire: Wire.SearchProgressReply) throws {
        let counts = try wire.counts.map { count in
            guard let state = TrialState(rawValue: Int(count.state.rawValue)) else {
                throw Failure(.corrupt, "Trials have the unknown state \(count.state.rawValue); update this program.")
            }
            return (state, Int(count.count))
        }
        self.init(
            counts: Dictionary(counts) { $0 + $1 }, finals: Int(wire.finals), records: wire.records.map(Metrics.init),
            front: wire.front.map(Metrics.init), sample: wire.sample.map(Metrics.init),
            epochs: Int(wire.epochs), promoted: Int(wire.promoted))
    }
}

extension SearchProgress.Metrics {
    init(_ wire: Wire.TrialMetrics) {
        self.init(
            number: Int(wire.number), objective: wire.objective, parameters: wire.parameters,
            latency: wire.latencyMilliseconds, operations: wire.operations)
    }
}

extension Wire.TrialMetrics {
    init(_ metrics: SearchProgress.Metrics) {
        self.init(
            number: UInt32(clamping: metrics.number), objective: metrics.objective, parameters: metrics.parameters,
            latencyMilliseconds: metrics.latency, operations: metrics.operations)
    }
}

extension Wire.SearchProgressReply {
    /// The record in wire form.
    package init(_ progress: SearchProgress) {
        let counts = progress.counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { state, count in
            Wire.TrialCount(state: .init(rawValue: .init(state.rawValue)), count: UInt32(clamping: count))
        }
        self.init(
            counts: counts, finals: UInt32(clamping: progress.finals),
            records: progress.records.map(Wire.TrialMetrics.init),
            front: progress.front.map(Wire.TrialMetrics.init), sample: progress.sample.map(Wire.TrialMetrics.init),
            epochs: UInt64(clamping: progress.epochs), promoted: UInt32(clamping: progress.promoted))
    }
}
