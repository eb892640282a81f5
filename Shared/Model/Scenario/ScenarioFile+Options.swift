extension ScenarioFile {
    /// Values of `schedule`; `one-cycle` is a cosine that rises for the first 30 % of the steps.
    enum Schedule: String, CaseIterable {
        case cosine, constant
        case oneCycle = "one-cycle"
    }

    /// Which epoch's weights are the result.
    enum Keep: String, CaseIterable { case best, last }

    /// How networks are trained, according to the group `training`; applies to trials and finalists.
    ///
    /// By default the best epoch is kept for a user's own data, and the last one, as in published results, for data
    /// that Gyrus knows.
    static func options(_ fields: FieldReader?, _ data: ScenarioData, epochs: Int) throws -> TrainingOptions {
        var options = TrainingOptions(keepsBest: data.recipe == nil)
        guard let fields else { return options }
        options.learningRate = try fields.number("learning-rate")
        options.weightDecay = try fields.number("weight-decay")
        options.schedule = try schedule(fields, epochs: epochs)
        options.loss = TrainingLoss(
            labelSmoothing: try fields.number("label-smoothing") ?? 0,
            classWeights: try fields.choice("class-weights", of: TrainingLoss.ClassWeights.self) ?? .equal,
            huber: try fields.number("huber"))
        do {
            try options.loss.check(for: data.target.kind)
        } catch let failure as Failure {
            let key = ["label-smoothing", "class-weights", "huber"].first(where: fields.keys.contains) ?? "training"
            throw fields.wrong(key, failure.message)
        }
        options.patience = try fields.integer("early-stopping")
        if isAutomatic(fields) {
            options.patience = options.patience ?? TrainingOptions.automaticPatience(epochs: epochs)
        }
        if let keep = try fields.choice("keep", of: Keep.self) {
            guard keep == .best || options.patience == nil else {
                throw fields.wrong(
                    "keep", "if a training stops early, its last epochs are not its best; use keep: best.")
            }
            options.keepsBest = keep == .best
        }
        options.keepsBest = options.keepsBest || options.patience != nil
        try augmentation(fields, data, &options)
        options.needs = try needs(fields)
        return options
    }

    /// Values of `device`.
    enum NeededDevice: String, CaseIterable { case any, cpu, gpu }

    /// What a worker needs to train the networks.
    private static func needs(_ fields: FieldReader) throws -> ComputeNeeds {
        var needs = ComputeNeeds()
        needs.device = try fields.choice("device", of: NeededDevice.self).flatMap { .init(rawValue: $0.rawValue) }
        if let text = try fields.text("memory") {
            guard let bytes = ByteCount.parse(text), bytes > 0 else {
                throw fields.wrong(
                    "memory", "expected a number with a unit, such as 20GB or 1.5 GiB, found '\(text)'.")
            }
            needs.memory = bytes
        }
        return needs
    }

    /// Whether a training decides by itself when to stop: `epochs: auto`.
    static func isAutomatic(_ fields: FieldReader?) -> Bool { (try? fields?.text("epochs")) == "auto" }

    /// Whether the mean of the finalists' answers can be the result, according to `final`.
    static func ensemble(_ final: FieldReader?, _ scenario: Scenario) throws -> Bool {
        guard let final else { return false }
        let key = scenario.folds == nil ? "ensemble" : "folds"
        let isEnsemble = try final.choice("ensemble", of: Switch.self)?.isOn ?? (scenario.folds != nil)
        guard isEnsemble || scenario.folds != nil else { return false }
        guard isEnsemble else {
            throw final.wrong("ensemble", "the result of 'folds' is always an ensemble; leave one of them out.")
        }
        guard scenario.fusion == nil, scenario.task.isTrained else {
            throw final.wrong(key, "not with 'fusion': only networks that are trained as a whole can form an ensemble.")
        }
        guard scenario.folds == nil || (scenario.final.learning.isUsual && scenario.final.distribution == nil) else {
            throw final.wrong(key, "folds require a network that one worker trains from labels.")
        }
        return isEnsemble
    }

    private static func schedule(_ fields: FieldReader, epochs: Int) throws -> LearningSchedule {
        let chosen = try fields.choice("schedule", of: Schedule.self) ?? .cosine
        var schedule = LearningSchedule(
            chosen == .constant ? .constant : .cosine, warmUp: chosen == .oneCycle ? 0.3 : 0,
            clipping: try fields.number("gradient-clipping"))
        guard let text = try fields.text("warm-up") else { return schedule }
        let share =
            text.hasSuffix("%")
            ? Double(text.dropLast()).map { $0 / 100 } : Double(text).map { $0 / Double(epochs) }
        guard let share, share >= 0, share < 1 else {
            throw fields.wrong(
                "warm-up",
                "expected fewer than the training's \(epochs) epochs, or a share such as 5%, found '\(text)'.")
        }
        schedule.warmUp = share
        return schedule
    }

    private static func augmentation(
        _ fields: FieldReader, _ data: ScenarioData, _ options: inout TrainingOptions
    ) throws {
        options.augmentation = try fields.choice("augmentation", of: TrainingOptions.Augmentation.self) ?? .none
        options.flips = try fields.choice("flip", of: Switch.self)?.isOn ?? false
        try checkAugmentation(options.augmentation, fields, data)
        let hasPictures = data.inputs.values.contains { $0.kind == .image }
        guard !options.flips || (options.augmentation != .none && hasPictures) else {
            throw fields.wrong("flip", "needs pictures, and augmentation: light or strong.")
        }
    }

    /// Rejects an augmentation of data that has nothing to augment.
    static func checkAugmentation(
        _ augmentation: TrainingOptions.Augmentation, _ fields: FieldReader, _ data: ScenarioData
    ) throws {
        let kinds = Set(data.inputs.values.map(\.kind))
        guard augmentation == .none || kinds.contains(where: { $0.distortion != nil }) else {
            throw fields.wrong("augmentation", "needs pictures, sound or series; leave it out.")
        }
    }

    /// Rejects combinations of options that do not work together.
    static func checkOptions(of scenario: Scenario, _ fields: FieldReader?) throws {
        guard let fields else { return }
        let (training, options) = (scenario.training, scenario.training.options)
        if options.patience != nil, scenario.search.halving != nil {
            throw fields.wrong("early-stopping", "search.halving already stops trials early; leave one of them out.")
        }
        if [training, scenario.final].contains(where: { $0.options.patience != nil && $0.distribution != nil }) {
            throw fields.wrong(
                "early-stopping", "a training by several workers cannot stop early; leave one of them out.")
        }
        let isPipeline = [training, scenario.final].contains { $0.distribution?.kind == .pipeline }
        if isPipeline, options.augmentation != .none {
            throw fields.wrong("augmentation", "a pipeline cannot augment samples; use distribution: data-parallel.")
        }
        if isPipeline, options.schedule.clipping != nil {
            throw fields.wrong(
                "gradient-clipping", "no worker of a pipeline has all gradients; use distribution: data-parallel.")
        }
        if options.augmentation != .none, !training.learning.isUsual {
            throw fields.wrong("augmentation", "learning with few labels has its own augmentation; leave it out.")
        }
        if options.augmentation != .none, scenario.fusion != nil {
            throw fields.wrong(
                "augmentation", "with 'fusion' networks learn from features, which cannot be augmented; leave it out.")
        }
    }
}
