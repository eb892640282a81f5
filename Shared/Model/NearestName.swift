/// Finds what a misspelt name probably meant.
public enum NearestName {
    /// The candidate closest to a name, unless none is close (more than a third of its letters differ).
    public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        let ranked = candidates.map { (distance(name.lowercased(), $0.lowercased()), $0) }
        guard let best = ranked.min(by: { $0 < $1 }), best.0 <= max(2, best.1.count / 3), best.0 < best.1.count else {
            return nil
        }
        return best.1
    }

    /// ` Did you mean 'x'?`, or nothing where no candidate is close.
    public static func question(_ name: String, among candidates: some Sequence<String>) -> String {
        of(name, among: candidates).map { " Did you mean '\($0)'?" } ?? ""
    }

    /// Letters to insert, drop or change to turn one text into the other (Levenshtein's distance).
    private static func distance(_ first: String, _ second: String) -> Int {
        let second = Array(second)
        var row = Array(0...second.count)
        for (index, letter) in first.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in second.indices {
                let change = diagonal + (letter == second[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(change, row[column] + 1, diagonal + 1)
            }
        }
        return row[second.count]
    }
}
