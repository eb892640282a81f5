/// How a search chooses its candidates, as named in a scenario.
public enum SearchMethod: String, CaseIterable, Hashable, Sendable, Codable {
    /// Selection, crossover and mutation.
    case evolution
    /// Every allowed candidate equally likely.
    case random
}
