public import Foundation
public import Model
package import Schema

/// The state of a scenario.
public enum ScenarioState: Int, CaseIterable, Hashable, Sendable, CustomStringConvertible {
    /// Waiting in the queue.
    case queued = 1
    /// Its search is running.
    case running = 2
    /// Ended with a result.
    case succeeded = 3
    /// Ended with a failure; can be resumed.
    case failed = 4
    /// Canceled; can be resumed.
    case cancelled = 5

    /// Whether its state is final unless it is resumed.
    public var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }

    /// The state as a word.
    public var description: String {
        switch self {
        case .queued: "queued"
        case .running: "running"
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }
}

/// A published scenario and its progress.
public struct ScenarioStatus: Hashable, Sendable {
    /// Identity.
    public var id: ScenarioID
    /// Name from the file.
    public var name: String
    /// Current state.
    public var state: ScenarioState
    /// Maximum number of trials.
    public var trials: Int
    /// Number of the search's trials that have ended.
    public var endedTrials: Int
    /// The trial whose network is the result; before the end, the best one so far.
    public var best: Trial?
    /// Why it failed.
    public var failure: Failure?
    /// When it was published.
    public var published: Date
    /// When it ended.
    public var ended: Date?
    /// Identity of the resulting model in the registry; nil before the end.
    public var model: String?
    /// Text of the scenario file; empty in lists.
    public var text: String
    /// The metric that ranks networks.
    public var objective: Metric
    /// Facts derived from the text; nil if this version of the designer cannot read a text that an older one accepted.
    public var facts: ScenarioFacts?

    /// Makes a status.
    public init(
        id: ScenarioID, name: String, state: ScenarioState, trials: Int, endedTrials: Int, best: Trial?,
        failure: Failure?, published: Date, ended: Date?, model: String?, text: String,
        objective: Metric = .accuracy, facts: ScenarioFacts? = nil
    ) {
        self.id = id
        self.name = name
        self.state = state
        self.trials = trials
        self.endedTrials = endedTrials
        self.best = best
        self.failure = failure
        self.published = published
        self.ended = ended
        self.model = model
        self.text = text
        self.objective = objective
        self.facts = facts
    }
}

// MARK: - On the wire

extension ScenarioStatus {
    /// Decodes a received status.
    /// - Throws: `Failure` with code `corrupt` if it is invalid.
    package init(_ wire: Wire.ScenarioStatus) throws {
        guard let state = ScenarioState(rawValue: Int(wire.state.rawValue)) else {
            throw Failure(
                .corrupt, "Scenario '\(wire.id)' has the unknown state \(wire.state.rawValue); update this program.")
        }
        self.init(
            id: try ScenarioID(wire.id), name: wire.name, state: state, trials: Int(wire.trials),
            endedTrials: Int(wire.endedTrials), best: try wire.best.map { try Trial($0) },
            failure: wire.failure.map { Failure($0) }, published: Date(microseconds: wire.publishedMicroseconds),
            ended: wire.endedMicroseconds == 0 ? nil : Date(microseconds: wire.endedMicroseconds),
            model: wire.model.isEmpty ? nil : wire.model, text: wire.text,
            objective: Metric(named: wire.metric) ?? .accuracy, facts: try wire.facts.map { try ScenarioFacts($0) })
    }
}

extension Wire.ScenarioStatus {
    /// The status in wire form.
    package init(_ status: ScenarioStatus) {
        self.init(
            id: status.id.text, name: status.name, state: .init(rawValue: .init(status.state.rawValue)),
            trials: UInt32(clamping: status.trials), endedTrials: UInt32(clamping: status.endedTrials),
            best: status.best.map { Wire.Trial($0) }, failure: status.failure.map { Wire.Failure($0) },
            publishedMicroseconds: status.published.microseconds, endedMicroseconds: status.ended?.microseconds ?? 0,
            model: status.model ?? "", text: status.text, metric: status.objective.name,
            facts: status.facts.map { Wire.ScenarioFacts($0) })
    }
}
