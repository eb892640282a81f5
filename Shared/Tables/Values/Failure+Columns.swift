import Model

extension Failure {
    /// The failure for a missing column; it lists the existing ones, nearest first.
    static func missingColumn(_ name: String, _ key: String, _ names: [String]) -> Failure {
        let near = NearestName.several(name, among: names, most: 5)
        let ordered = near + names.filter { !near.contains($0) }
        return Failure(
            .invalidArgument,
            "\(key): there is no column '\(name)'.\(NearestName.question(name, among: names)) "
                + "Columns: \(ShortList.text(ordered)).")
    }
}
