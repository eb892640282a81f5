import GRDB
import Model

/// Which entries of a catalogue are wanted.
struct CatalogueQuery: Sendable {
    /// Values that fields must have, by field.
    var filter: [String: String]
    /// Most entries.
    var limit: Int
    /// Only entries after this identity.
    var after: String

    /// What follows `FROM` in a statement.
    struct Clause: Sendable {
        var sql: String
        var arguments: StatementArguments
    }

    /// - Throws: `Failure` that names a field by which the catalogue cannot be filtered, and those by which it can.
    func clause(_ catalogue: Catalogue) throws -> Clause {
        var conditions = ["\(catalogue.key) > ?"]
        var arguments: StatementArguments = [after]
        for (field, value) in filter.sorted(by: { $0.key < $1.key }) {
            guard let condition = catalogue.conditions[field] else {
                let known = catalogue.conditions.keys.sorted().joined(separator: ", ")
                throw Failure(
                    .invalidArgument, "The list cannot be filtered by '\(field.prefix(80))'; use one of \(known).")
            }
            conditions.append(condition)
            arguments += [value]
        }
        arguments += [limit]
        return Clause(
            sql: " WHERE " + conditions.joined(separator: " AND ") + " ORDER BY \(catalogue.key) LIMIT ?",
            arguments: arguments)
    }
}

/// A table that can be listed, and the fields by which it can be filtered.
struct Catalogue: Sendable {
    let key: String
    let conditions: [String: String]

    static let networks = Catalogue(
        key: "networks.id",
        conditions: [
            "id": "networks.id = ?", "name": "names.text = ?", "category": "categories.text = ?",
            "areas": hasTerm(.areas), "functions": hasTerm(.functions),
        ])

    static let models = Catalogue(
        key: "models.id",
        conditions: [
            "id": "models.id = ?", "network": "models.network = ?", "platform": "platforms.text = ?",
            "dataset": "datasets.text = ?", "optimizer": "optimizers.text = ?", "scenario": "models.scenario = ?",
            "trial": "models.trial = ?", "script": "models.script = ?", "weights": "models.weights = ?",
        ])

    static let datasets = Catalogue(
        key: "recipe", conditions: ["recipe": "recipe = ?", "name": "name = ?", "blob": "blob = ?"])

    private static func hasTerm(_ kind: CodeDictionaries.Kind) -> String {
        """
        EXISTS (SELECT 1 FROM network_terms JOIN terms ON terms.id = network_terms.term
            WHERE network_terms.network = networks.id AND network_terms.kind = '\(kind.rawValue)' AND terms.text = ?)
        """
    }
}
