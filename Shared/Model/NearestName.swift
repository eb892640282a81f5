/// Finds the name that a misspelled one probably meant.
public enum NearestName {
    /// The candidate closest to a name; nil if none is close (more than a third of its letters differ).
    public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        let best = candidates.map { (distance(name, $0), $0) }.min { $0 < $1 }
        return best.flatMap { isClose($0) ? $0.1 : nil }
    }

    /// The candidates that are close, closest first.
    public static func several(_ name: String, among candidates: some Sequence<String>, most: Int) -> [String] {
        Set(candidates).map { (distance(name, $0), $0) }.filter(isClose).sorted { $0 < $1 }.prefix(most).map(\.1)
    }

    private static func isClose(_ ranked: (distance: Int, name: String)) -> Bool {
        ranked.distance <= max(2, ranked.name.count / 3) && ranked.distance < ranked.name.count
    }

    /// ` Did you mean 'x'?`, or nothing if no candidate is close.
    public static func question(_ name: String, among candidates: some Sequence<String>) -> String {
        of(name, among: candidates).map { " Did you mean '\($0)'?" } ?? ""
    }

    /// Number of letters to insert, delete or change to turn one text into the other (Levenshtein distance).
    private static func distance(_ first: String, _ second: String) -> Int {
        let (first, second) = (first.lowercased(), Array(second.lowercased()))
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
