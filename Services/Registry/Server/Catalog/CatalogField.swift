import Foundation
import GRDB
import Model
import RegistryClient

/// A filter field of a catalog.
///
/// The meaning of a value depends on the kind: `any` always matches, `-` means no value, `*` and `?` are wildcards in
/// texts, and numbers and times may follow `<`, `<=`, `>` or `>=`. Commas separate several conditions on one field.
struct CatalogField: Sendable {
    enum Kind: Sendable {
        case text
        /// A number, optionally with the suffix `K`, `M`, `G` or `%`.
        case number
        /// A day (2026-11-23) or a time (2026-11-23T12:00:00Z), UTC.
        case time
        /// Anything else; the closure makes the condition.
        case special(@Sendable (String) throws -> [Condition])
    }

    let kind: Kind
    /// Column or SQL expression.
    let column: String
    /// The condition around the one on the column, which replaces `%`.
    let scope: String
    /// Whether there may be several values, all of which must match.
    let isList: Bool

    init(_ kind: Kind, _ column: String = "", within scope: String = "%", isList: Bool = false) {
        self.kind = kind
        self.column = column
        self.scope = scope
        self.isList = isList
    }

    /// The same field of an object that the catalog's entries refer to.
    func within(_ outer: String) -> CatalogField {
        CatalogField(kind, column, within: outer.replacing("%", with: scope), isList: isList)
    }

    static let any = "any"
    static let absent = "-"

    /// The conditions of a filter `name=value`.
    func conditions(_ name: String, _ value: String) throws -> [Condition] {
        if case .special(let make) = kind { return try make(value) }
        let parts = isList || !isText ? value.split(separator: ",").map(String.init) : [value]
        return try parts.map { $0.trimmingCharacters(in: .whitespaces) }.filter { $0 != Self.any }.map { value in
            let condition = try condition(name, value)
            return Condition(scope.replacing("%", with: condition.sql), condition.arguments)
        }
    }

    private var isText: Bool {
        if case .text = kind { true } else { false }
    }

    private func condition(_ name: String, _ value: String) throws -> Condition {
        if value == Self.absent { return Condition("\(column) IS NULL") }
        switch kind {
        case .text, .special: return Self.matching(column, value)
        case .number:
            let (comparison, rest) = Self.comparison(value)
            guard let number = Self.number(rest) else {
                throw Self.broken(name, value, "use a number, such as 0.9, 96%, 2M or >=10")
            }
            return Condition("\(column) \(comparison) ?", [number])
        case .time: return try timeCondition(name, value)
        }
    }

    /// A text with or without wildcards.
    static func matching(_ column: String, _ value: String) -> Condition {
        guard value.contains(where: { $0 == "*" || $0 == "?" }) else { return Condition("\(column) = ?", [value]) }
        // Brackets are also wildcards in SQLite, but undocumented here.
        return Condition("\(column) GLOB ?", [value.replacing("[", with: "[[]")])
    }

    private func timeCondition(_ name: String, _ value: String) throws -> Condition {
        let (comparison, rest) = Self.comparison(value)
        guard let span = CalendarSpan(rest) else {
            throw Self.broken(name, value, "use a day or a time, such as 2026-11-23 or >=2026-11-23T12:00:00Z")
        }
        let (begin, end) = (span.begin.microseconds, span.end.microseconds)
        return switch comparison {
        case "<": Condition("\(column) < ?", [begin])
        case "<=": Condition("\(column) < ?", [end])
        case ">": Condition("\(column) >= ?", [end])
        case ">=": Condition("\(column) >= ?", [begin])
        default: Condition("\(column) >= ? AND \(column) < ?", [begin, end])
        }
    }

    private static func comparison(_ value: String) -> (operator: String, rest: String) {
        let found = ["<=", ">=", "<", ">", "="].first(where: value.hasPrefix) ?? ""
        let rest = value.dropFirst(found.count).trimmingCharacters(in: .whitespaces)
        return (found.isEmpty ? "=" : found, rest)
    }

    private static func number(_ text: String) -> Double? {
        let units = ["k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "%": 0.01]
        guard let last = text.last, let factor = units[String(last)] else { return Double(text) }
        // Division keeps 96% equal to 0.96; multiplication by 0.01 does not.
        return Double(text.dropLast()).map { factor < 1 ? $0 / 100 : $0 * factor }
    }

    static func broken(_ name: String, _ value: String, _ what: String) -> Failure {
        let condition = value.hasPrefix("<") || value.hasPrefix(">") ? value : "=\(value)"
        return Failure(.invalidArgument, "Cannot read the filter \(name)\(condition.prefix(80)): \(what).")
    }
}
