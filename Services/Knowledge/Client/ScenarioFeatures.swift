package import Schema

/// What is known about a scenario before any training: the basis for the similarity of scenarios.
public struct ScenarioFeatures: Hashable, Sendable, Codable {
    /// Task, such as `classification`.
    public var task: String
    /// Dataset of each modality, by the modality's name.
    public var datasets: [String: String]
    /// Functions that the stimuli name, such as `vision.shape`.
    public var functions: [String]
    /// Numbers, such as `classes`, `samples` or `limit.parameters`.
    public var numbers: [String: Double]

    /// Makes the features of a scenario.
    public init(task: String, datasets: [String: String], functions: [String] = [], numbers: [String: Double] = [:]) {
        self.task = task
        self.datasets = datasets
        self.functions = functions
        self.numbers = numbers
    }

    /// Decodes received features; a modality without a dataset has the empty one.
    package init(_ wire: Wire.ScenarioFeatures) {
        let datasets = wire.modalities.enumerated().map { index, modality in
            (modality, index < wire.datasets.count ? wire.datasets[index] : "")
        }
        self.init(
            task: wire.task, datasets: Dictionary(datasets) { _, later in later }, functions: wire.functions,
            numbers: .init(wire.numbers))
    }
}

extension Wire.ScenarioFeatures {
    /// The features in wire form.
    package init(_ features: ScenarioFeatures) {
        let datasets = features.datasets.sorted { $0.key < $1.key }
        self.init(
            task: features.task, modalities: datasets.map(\.key), datasets: datasets.map(\.value),
            functions: features.functions, numbers: .init(features.numbers))
    }
}
