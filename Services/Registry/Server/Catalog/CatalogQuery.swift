import GRDB
import Model

/// A query for entries of a catalog.
struct CatalogQuery: Sendable {
    /// Required values by field.
    var filter: [String: String]
    /// Maximum number of entries.
    var limit: Int
    /// Only entries after the one with this identity.
    var after: String
    /// Sort field, with a leading `-` for descending order; empty for the identity.
    var order = ""

    /// The text after `FROM` in a statement.
    struct Clause: Sendable {
        var sql: String
        var arguments: StatementArguments
    }

    /// - Throws: `Failure` that names an unknown filter or sort field, and lists the known ones.
    func clause(_ catalog: Catalog) throws -> Clause {
        var conditions: [Condition] = []
        for (name, value) in filter.sorted(by: { $0.key < $1.key }) {
            guard let field = catalog.field(name) else {
                throw Self.unknown(name, "The list cannot be filtered by", catalog.fieldNames)
            }
            conditions += try field.conditions(name, value)
        }
        let ordering = try ordering(catalog)
        if !after.isEmpty { conditions.append(ordering.following(after)) }
        let filters = conditions.map { "(\($0.sql))" }.joined(separator: " AND ")
        return Clause(
            sql: (filters.isEmpty ? "" : " WHERE " + filters) + " ORDER BY \(ordering.terms) LIMIT ?",
            arguments: conditions.reduce(StatementArguments()) { $0 + $1.arguments } + [limit])
    }

    private func ordering(_ catalog: Catalog) throws -> Ordering {
        let name = order.hasPrefix("-") ? String(order.dropFirst()) : order
        guard !name.isEmpty else { return Ordering(catalog: catalog, expression: nil, isDescending: false) }
        guard let expression = catalog.orders[name] else {
            throw Self.unknown(name, "The list cannot be sorted by", catalog.orders.keys)
        }
        return Ordering(catalog: catalog, expression: expression, isDescending: order.hasPrefix("-"))
    }

    private static func unknown(_ name: String, _ what: String, _ known: some Sequence<String>) -> Failure {
        let names = known.sorted()
        return Failure(
            .invalidArgument,
            "\(what) '\(name.prefix(80))'; use one of \(names.joined(separator: ", "))."
                + NearestName.question(name, among: names))
    }
}

/// The order of a list: by an expression, then by identity.
private struct Ordering {
    let catalog: Catalog
    let expression: String?
    let isDescending: Bool

    var terms: String {
        let direction = isDescending ? " DESC" : ""
        return [expression, catalog.key].compactMap { $0.map { $0 + direction } }.joined(separator: ", ")
    }

    /// The condition for entries after a given one in this order.
    func following(_ id: String) -> Condition {
        let comparison = isDescending ? "<" : ">"
        guard let expression else { return Condition("\(catalog.key) \(comparison) ?", [id]) }
        return Condition(
            """
            (\(expression), \(catalog.key)) \(comparison)
                (SELECT \(expression), \(catalog.key) FROM \(catalog.table) WHERE \(catalog.key) = ?)
            """, [id])
    }
}

/// An SQL condition with its arguments.
struct Condition: Sendable {
    let sql: String
    let arguments: StatementArguments

    init(_ sql: String, _ arguments: StatementArguments = []) {
        self.sql = sql
        self.arguments = arguments
    }
}
