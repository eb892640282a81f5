public import Model
package import Schema

/// The purpose of a trial.
public enum TrialPurpose: Hashable, Sendable {
    /// Candidate: competes with the other candidates of the search.
    case candidate
    /// Baseline: a fixed choice that the search has to beat: a setting of a published tracker, or the product of the
    /// answers of the networks to be fused.
    case baseline
    /// Backbone: a network of one modality, which is trained or taken from the registry before the fusion search.
    case backbone(modality: String)
    /// Final: trains the network of an earlier trial for the final budget, or assembles a fusion with its networks.
    case final(of: Int)
    /// Fine-tuned: continues the training of an earlier trial's fusion as a whole.
    case fineTuned(of: Int)
    /// Fold: trains the network of an earlier trial for the final budget, with a held-out fold for validation.
    case fold(of: Int, number: Int)
    /// Ensemble: answers with the mean of its parents' answers.
    case ensemble
    /// Replica: a child that one of the controllers' replicas wrote in one of its steps, to train the controllers.
    case replica(Int, step: Int)

    /// The purpose without its details, as sent and stored.
    package enum Kind: String, CaseIterable {
        case candidate, baseline, backbone, final
        case fineTuned = "fine-tuned"
        case fold, ensemble, replica

        /// The kinds whose trials have the final budget.
        package static let finals: [Kind] = [.final, .fineTuned, .fold, .ensemble]
    }

    /// The purpose without its details.
    package var kind: Kind {
        switch self {
        case .candidate: .candidate
        case .baseline: .baseline
        case .backbone: .backbone
        case .final: .final
        case .fineTuned: .fineTuned
        case .fold: .fold
        case .ensemble: .ensemble
        case .replica: .replica
        }
    }

    /// Whether it is a final training, which has another budget than the trials of the search.
    public var isFinal: Bool { Kind.finals.contains(kind) }

    /// The trial whose network a final training trains; nil for all others.
    public var source: Int? {
        switch self {
        case .final(let source), .fineTuned(let source), .fold(let source, _): source
        case .candidate, .baseline, .backbone, .ensemble, .replica: nil
        }
    }

    /// The modality of a network that will be fused; nil for all others.
    public var modality: String? {
        if case .backbone(let modality) = self { modality } else { nil }
    }

    /// The held-out fold, from 0; nil for all others.
    public var fold: Int? {
        if case .fold(_, let number) = self { number } else { nil }
    }

    /// The replica that wrote the candidate, and its step; nil for all others.
    package var placement: (replica: Int, step: Int)? {
        if case .replica(let replica, let step) = self { (replica, step) } else { nil }
    }

    /// The purpose of a kind with its details.
    /// - Throws: `Failure` with code `corrupt` if a detail is missing.
    package init(_ kind: Kind, source: Int?, modality: String?, replica: Int?, step: Int?) throws {
        switch (kind, source, modality, replica, step) {
        case (.candidate, _, _, _, _): self = .candidate
        case (.baseline, _, _, _, _): self = .baseline
        case (.backbone, _, let modality?, _, _): self = .backbone(modality: modality)
        case (.final, let source?, _, _, _): self = .final(of: source)
        case (.fineTuned, let source?, _, _, _): self = .fineTuned(of: source)
        case (.fold, let source?, _, _, let number?): self = .fold(of: source, number: number)
        case (.ensemble, _, _, _, _): self = .ensemble
        case (.replica, _, _, let replica?, let step?): self = .replica(replica, step: step)
        default: throw Failure(.corrupt, "A trial has the purpose '\(kind.rawValue)' without its details.")
        }
    }
}

/// The files that a trial produced.
public enum TrialArtifact: Hashable, Sendable {
    /// A network, or fusion layers above the features of others: the TorchScript file and the safetensors file.
    case network(script: BlobDigest, weights: BlobDigest)
    /// A tracker: the setup file and the archive of its tracks.
    case tracker(setup: BlobDigest, tracks: BlobDigest)
}

// MARK: - On the wire

extension TrialPurpose {
    /// Decodes a received purpose; a designer of an older version sends none.
    /// - Throws: `Failure` with code `corrupt` if it is invalid.
    package init(_ wire: Wire.TrialPurpose?) throws {
        guard let wire else {
            self = .candidate
            return
        }
        guard let kind = Kind(rawValue: wire.kind) else {
            throw Failure(.corrupt, "A trial has the unknown purpose '\(wire.kind)'; update this program.")
        }
        try self.init(
            kind, source: Int(wire.source), modality: wire.modality, replica: Int(wire.replica), step: Int(wire.step))
    }
}

extension Wire.TrialPurpose {
    /// The purpose in wire form.
    package init(_ purpose: TrialPurpose) {
        self.init(
            kind: purpose.kind.rawValue, source: UInt32(clamping: purpose.source ?? 0),
            modality: purpose.modality ?? "", replica: UInt32(clamping: purpose.placement?.replica ?? 0),
            step: UInt32(clamping: purpose.placement?.step ?? purpose.fold ?? 0))
    }
}
