/// Whether pretrained models are fine-tuned on a scenario's data before the search chooses from them.
public enum FineTuning: String, CaseIterable, Hashable, Sendable, Codable {
    /// The most promising model of each modality, if samples and time allow.
    case automatic
    /// Every model that fits a modality; the search waits for all of them.
    case always
    /// None; features are those of the unchanged models.
    case never

    /// Minimum number of training samples for fine-tuning; fewer would be memorized.
    public static let fewestSamples = 200
    /// Time limit in seconds for each model if a scenario has no budget.
    public static let usualSeconds = 600.0
    /// Share of a scenario's budget that each model may take.
    public static let budgetShare = 0.2

    /// Time limit in seconds for each model.
    /// - Parameter budget: The scenario's budget in seconds; nil if it has none.
    public static func seconds(of budget: Double?) -> Double { budget.map { $0 * budgetShare } ?? usualSeconds }
}
