public import Model

extension ScenarioFeatures {
    /// Prefix of numbers that are statistics of the data.
    static let statisticPrefix = "data."

    /// The features of a scenario with the functions that it engages.
    /// - Parameters:
    ///   - activations: Activation of each brain area, by its path.
    ///   - statistics: Statistics computed on a sample of the data, such as `image.contrast`.
    public init(_ scenario: Scenario, activations: [String: Double] = [:], statistics: [String: Double] = [:]) {
        let data = scenario.data
        var numbers = [
            "classes": Double(data.target.outputs),
            "samples": Double(scenario.training.samples ?? data.counts.training),
            "epochs": Double(scenario.training.epochs),
        ]
        numbers["limit.parameters"] = scenario.limits.parameters.map(Double.init)
        numbers["limit.operations"] = scenario.limits.operations.map(Double.init)
        let datasets = Dictionary(
            uniqueKeysWithValues: data.modalities.map { ($0, data.name(of: $0) ?? "") })
        for (area, activation) in activations { numbers["area.\(area)"] = activation }
        for (name, value) in statistics { numbers["\(Self.statisticPrefix)\(name)"] = value }
        self.init(
            task: scenario.task.rawValue, datasets: datasets,
            functions: scenario.functions, numbers: numbers)
    }

    /// The features of data alone, for which a pretrained model is chosen.
    /// - Parameter statistics: Statistics computed on a sample of the data, such as `image.contrast`.
    public init(
        dataset: String, modalities: [String], classes: Int, samples: Int, statistics: [String: Double]
    ) {
        var numbers = ["classes": Double(classes), "samples": Double(samples)]
        for (name, value) in statistics { numbers["\(Self.statisticPrefix)\(name)"] = value }
        self.init(
            task: Scenario.Task.classification.rawValue,
            datasets: Dictionary(uniqueKeysWithValues: modalities.map { ($0, dataset) }), numbers: numbers)
    }
}
