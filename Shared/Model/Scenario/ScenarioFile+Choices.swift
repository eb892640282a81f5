extension ScenarioFile {
    /// Maximum number of values to choose a setting from.
    private static let mostValues = 100

    /// The settings that a search chooses, according to `search.choose`.
    static func choices(_ search: FieldReader) throws -> Scenario.Choices {
        guard let fields = try search.fields("choose") else { return Scenario.Choices() }
        return Scenario.Choices(
            depths: try distinct("depth", fields), learningRates: try distinct("learning-rate", fields),
            weightDecays: try distinct("weight-decay", fields), dropouts: try distinct("dropout", fields),
            labelSmoothings: try distinct("label-smoothing", fields),
            augmentations: try fields.choices("augmentation", of: TrainingOptions.Augmentation.self),
            batches: try fields.integers("batch"))
    }

    private static func distinct(_ key: String, _ fields: FieldReader) throws -> [Double]? {
        guard let numbers = try fields.numbers(key) else { return nil }
        guard Set(numbers).count == numbers.count, numbers.count <= mostValues else {
            throw fields.wrong(key, "expected at most \(mostValues) different numbers.")
        }
        return numbers
    }

    /// Rejects choices that do not suit the scenario, as if each were a setting of all its trainings.
    static func checkChoices(of scenario: Scenario, _ reader: FieldReader) throws {
        guard let search = try reader.fields("search"), let fields = try search.fields("choose") else { return }
        guard scenario.task.isTrained, scenario.fusion == nil else {
            throw search.wrong(
                "choose", "only networks that are trained as a whole have such settings; leave it out.")
        }
        let training = try reader.fields("training")
        for key in fields.keys where training?.keys.contains(key) == true {
            throw fields.wrong(key, "'training.\(key)' sets it for all networks; leave one of them out.")
        }
        let choices = scenario.search.choices
        if scenario.search.layers != nil, choices.depths != nil {
            throw fields.wrong("depth", "with 'layers' the search chooses each layer; leave it out.")
        }
        if let augmentation = choices.augmentations?.first(where: { $0 != .none }) {
            try checkAugmentation(augmentation, fields, scenario.data)
            var augmented = scenario
            augmented.training.options.augmentation = augmentation
            try checkOptions(of: augmented, fields)
        }
        do {
            for smoothing in choices.labelSmoothings ?? [] {
                try TrainingLoss(labelSmoothing: smoothing).check(for: scenario.data.target.kind)
            }
        } catch let failure as Failure {
            throw fields.wrong("label-smoothing", failure.message)
        }
        let parts = [scenario.training, scenario.final].compactMap(\.distribution?.parts).max() ?? 1
        if let batch = choices.batches?.first(where: { $0 < parts }) {
            throw fields.wrong(
                "batch", "the workers cannot split a batch of \(batch) samples into \(parts) parts; leave it out.")
        }
    }
}

extension Distribution {
    /// Number of parts into which the workers split a mini-batch.
    fileprivate var parts: Int { kind == .pipeline ? microBatches : workers }
}
