/// A list of names in a message, shortened if there are many.
public enum ShortList {
    /// Number of names that are shown.
    private static let most = 20

    /// The first names, and how many more there are: `a, b, …, and 120 more`.
    public static func text(_ names: [String]) -> String {
        let shown = names.prefix(most).joined(separator: ", ")
        return names.count > most ? "\(shown), and \(names.count - most) more" : shown
    }
}
