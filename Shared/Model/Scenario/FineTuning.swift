/// Whether pretrained models are trained further with a scenario's data before the search chooses from them.
public enum FineTuning: String, CaseIterable, Hashable, Sendable, Codable {
    /// The most promising model of each modality, where samples and time allow.
    case automatic
    /// Every model that fits a modality, and the search waits for it.
    case always
    /// None: features are those of the models as they are.
    case never

    /// Training samples that a model needs at least to be trained further: fewer are learned by heart.
    public static let fewestSamples = 200
    /// Seconds that it may take for each model where a scenario has no budget.
    public static let usualSeconds = 600.0
    /// Share of a scenario's budget that it may take for each model.
    public static let budgetShare = 0.2

    /// Seconds that it may take for each model.
    /// - Parameter budget: Seconds of the scenario's budget; nil where it has none.
    public static func seconds(of budget: Double?) -> Double { budget.map { $0 * budgetShare } ?? usualSeconds }
}
