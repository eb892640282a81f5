import CTorch
public import Model

/// What the mini-batches of a session teach.
enum TrainingSignal {
    /// Labels of weakly distorted samples; if a layer is named, only its weights learn.
    case labels(only: String?)
    /// The same, and confident answers for the others; a given number of samples at the beginning have labels.
    case pseudoLabels(labeled: Int)
    /// That two forms of a sample are similar.
    case contrast
    /// The sample before it was distorted.
    case reconstruction

    /// Minimum confidence of an answer that counts as a label (Sohn et al. 2020).
    static let confidence = 0.95
    /// Weight of such answers relative to labels.
    static let share = 1.0
    /// Temperature that divides the similarities of outputs.
    static let temperature = 0.2
}

extension TrainingSession {
    /// Makes mini-batches teach something other than the labels of unchanged samples.
    /// - Parameter kinds: What each input of the network holds.
    func teach(_ signal: TrainingSignal, on kinds: [String: ModalityKind]) throws {
        let held = try held(kinds)
        var plan = gyrus_signal_plan()
        plan.inputs = Int64(held.count)
        plan.confidence = TrainingSignal.confidence
        plan.share = TrainingSignal.share
        plan.temperature = TrainingSignal.temperature
        var layer = ""
        switch signal {
        case .labels(let only):
            plan.kind = GYRUS_LABELS
            layer = only ?? ""
        case .pseudoLabels(let labeled):
            plan.kind = GYRUS_PSEUDO_LABELS
            plan.labeled = Int64(labeled)
        case .contrast: plan.kind = GYRUS_CONTRAST
        case .reconstruction: plan.kind = GYRUS_RECONSTRUCTION
        }
        try learn(
            plan, layer, weak: held.map { Augmentation.of($0.kind, rank: $0.rank, .weak) },
            held.map { Augmentation.of($0.kind, rank: $0.rank, .strong) })
    }

    /// Randomly changes samples while their labels are learned.
    /// - Parameter kinds: What each input of the network holds.
    public func augment(
        _ strength: TrainingOptions.Augmentation, flips: Bool = false, on kinds: [String: ModalityKind]
    ) throws {
        guard strength != .none else { return }
        let held = try held(kinds)
        let how = held.map {
            Augmentation.of($0.kind, rank: $0.rank, strength == .light ? .weak : .strong, flips: flips)
        }
        var plan = gyrus_signal_plan()
        plan.kind = GYRUS_LABELS
        plan.inputs = Int64(held.count)
        try learn(plan, "", weak: how, how)
    }

    private func held(_ kinds: [String: ModalityKind]) throws -> [(kind: ModalityKind, rank: Int)] {
        try network.inputs.map { input in
            guard let kind = kinds[input], let modality = samples.modality(input) else {
                throw Failure(.invalidArgument, "The kind of the input '\(input)' is unknown.")
            }
            return (kind, modality.shape.count)
        }
    }

    private func learn(
        _ plan: gyrus_signal_plan, _ only: String, weak: [gyrus_augmentation], _ strong: [gyrus_augmentation]
    ) throws {
        var plan = plan
        var error: UnsafeMutablePointer<CChar>?
        let isTaken = only.withCString { only in
            weak.withUnsafeBufferPointer { weak in
                strong.withUnsafeBufferPointer { strong in
                    plan.only = only
                    plan.weak = weak.baseAddress
                    plan.strong = strong.baseAddress
                    return gyrus_trainer_learn(handle, &plan, &error)
                }
            }
        }
        guard isTaken else {
            throw Failure(.internal, "Cannot set what the training learns from: \(takeMessage(error)).")
        }
    }
}
