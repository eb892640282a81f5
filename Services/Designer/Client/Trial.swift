public import Model
package import Schema

/// The state of a trial.
public enum TrialState: Int, CaseIterable, Hashable, Sendable, CustomStringConvertible {
    /// Its training is waiting or running.
    case training = 1
    /// Its evaluation is waiting or running.
    case evaluating = 2
    /// It has a result.
    case succeeded = 3
    /// It could not be finished.
    case failed = 4
    /// It was canceled with its scenario.
    case cancelled = 5
    /// It was stopped early, with a result; it continues if it deserves to.
    case paused = 6

    /// Whether its state is final unless its scenario is resumed.
    public var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }

    /// Whether none of its tasks is under way.
    public var isIdle: Bool { isFinal || self == .paused }

    /// Whether it has a result.
    public var isMeasured: Bool { self == .succeeded || self == .paused }

    /// The state as a word.
    public var description: String {
        switch self {
        case .training: "training"
        case .evaluating: "evaluating"
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .paused: "paused"
        }
    }
}

/// One candidate of a search, or the final training of one of its best networks.
public struct Trial: Hashable, Sendable {
    /// Identity.
    public var id: TrialID
    /// Current state.
    public var state: TrialState
    /// Genome as text.
    public var genome: String
    /// Purpose of the trial.
    public var purpose: TrialPurpose
    /// Where it came from, for display: `random`, `knowledge`, `crossover 3 × 7` or `final 17`. No decision depends on
    /// it.
    public var origin: String
    /// Numbers of its parents: the trials whose genomes it was derived from.
    public var parents: [Int]
    /// Display name of the network.
    public var networkName: String
    /// Artificial code of the network as text; its accuracy is unknown until the trial succeeds.
    public var code: String
    /// Objective on the validation split: larger is better, so it is negative for a metric that is minimized; nil until
    /// it is measured, and kept while the trial continues after a pause.
    public var objective: Double?
    /// Measurements: metrics of the validation split such as `validation-accuracy`; for finalists, also those of the
    /// test split with their standard errors (`test-accuracy`, `test-accuracy-error`); `parameters`, `operations`,
    /// `latency-milliseconds` and `seconds`. For trackers, their metrics, and under `test-` the objective on held-out
    /// sequences.
    public var metrics: [String: Double]
    /// The files that it produced; nil if there are none yet.
    public var artifact: TrialArtifact?
    /// Why it failed.
    public var failure: Failure?
    /// With early stopping: the objective each time that it was compared with others.
    public var rungs: [Double]
    /// The checkpoint from which a paused trial continues.
    public var checkpoint: BlobDigest?

    /// Makes a trial.
    public init(
        id: TrialID, state: TrialState, genome: String, purpose: TrialPurpose = .candidate, origin: String,
        parents: [Int] = [], networkName: String, code: String, objective: Double? = nil,
        metrics: [String: Double] = [:], artifact: TrialArtifact? = nil, failure: Failure? = nil,
        rungs: [Double] = [], checkpoint: BlobDigest? = nil
    ) {
        self.id = id
        self.state = state
        self.genome = genome
        self.purpose = purpose
        self.origin = origin
        self.parents = parents
        self.networkName = networkName
        self.code = code
        self.objective = objective
        self.metrics = metrics
        self.artifact = artifact
        self.failure = failure
        self.rungs = rungs
        self.checkpoint = checkpoint
    }

    /// The files of a network; nil if it has none.
    public var network: (script: BlobDigest, weights: BlobDigest)? {
        if case .network(let script, let weights)? = artifact { (script, weights) } else { nil }
    }

    /// The files of a tracker; nil if it has none.
    public var tracker: (setup: BlobDigest, tracks: BlobDigest)? {
        if case .tracker(let setup, let tracks)? = artifact { (setup, tracks) } else { nil }
    }

    /// Whether its files hold a whole network, rather than fusion layers above the features of others.
    /// - Parameter isFused: Whether its search is a fusion search.
    public func isWhole(isFused: Bool) -> Bool { !isFused || purpose.isFinal || purpose.modality != nil }

    /// Whether its measurements are within a scenario's limits.
    public func keeps(_ limits: Scenario.Limits) -> Bool {
        (metrics[Scenario.Cost.latency.metric] ?? 0) <= limits.latency ?? .infinity
    }
}

// MARK: - On the wire

extension Trial {
    /// Decodes a received trial.
    /// - Throws: `Failure` with code `corrupt` if it is invalid.
    package init(_ wire: Wire.Trial) throws {
        guard let state = TrialState(rawValue: Int(wire.state.rawValue)) else {
            throw Failure(
                .corrupt, "Trial '\(wire.id)' has the unknown state \(wire.state.rawValue); update this program.")
        }
        let artifact: TrialArtifact? =
            if !wire.setup.isEmpty {
                .tracker(setup: try BlobDigest(wire.setup), tracks: try BlobDigest(wire.tracks))
            } else if !wire.script.isEmpty {
                .network(script: try BlobDigest(wire.script), weights: try BlobDigest(wire.weights))
            } else { nil }
        self.init(
            id: try TrialID(wire.id), state: state, genome: wire.genome, purpose: try TrialPurpose(wire.purpose),
            origin: wire.origin, parents: wire.parents.map { Int($0) }, networkName: wire.networkName,
            code: wire.code,
            objective: state.isMeasured || (!state.isFinal && !wire.rungs.isEmpty) ? wire.objective : nil,
            metrics: .init(wire.metrics),
            artifact: artifact, failure: wire.failure.map { Failure($0) }, rungs: wire.rungs,
            checkpoint: try wire.checkpoint.isEmpty ? nil : BlobDigest(wire.checkpoint))
    }
}

extension Wire.Trial {
    /// The trial in wire form.
    package init(_ trial: Trial) {
        self.init(
            id: trial.id.description, scenario: trial.id.scenario.text, number: UInt32(clamping: trial.id.number),
            genome: trial.genome, code: trial.code, state: .init(rawValue: .init(trial.state.rawValue)),
            objective: trial.objective ?? 0, metrics: .init(trial.metrics),
            script: trial.network?.script.hexadecimal ?? "", weights: trial.network?.weights.hexadecimal ?? "",
            failure: trial.failure.map { Wire.Failure($0) }, origin: trial.origin, networkName: trial.networkName,
            rungs: trial.rungs, checkpoint: trial.checkpoint?.hexadecimal ?? "",
            purpose: Wire.TrialPurpose(trial.purpose), parents: trial.parents.map { UInt32(clamping: $0) },
            setup: trial.tracker?.setup.hexadecimal ?? "", tracks: trial.tracker?.tracks.hexadecimal ?? "")
    }
}
