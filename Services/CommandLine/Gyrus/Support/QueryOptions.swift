import ArgumentParser
import Model
import RegistryClient

/// Options of lists of the registry's contents.
struct QueryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Show only entries with this field value (can be repeated): dataset=mnist, name='ResNet*', accuracy>=0.9.",
            valueName: "field=value"))
    var filter: [FilterArgument] = []

    // Parsed unconditionally, because a value may begin with a dash.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Sort by this field; -field sorts in descending order.", valueName: "field"))
    var order = ""

    @Option(help: "Maximum number of entries.")
    var limit = 10_000

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
    }

    /// The query for a list.
    var query: RegistryClient.Query {
        get throws {
            var values: [String: String] = [:]
            for argument in filter {
                // Commas join conditions on one field, but texts may contain commas themselves.
                values[argument.field] = [values[argument.field], argument.value].compactMap(\.self)
                    .joined(separator: ",")
            }
            return RegistryClient.Query(filter: values, limit: limit, order: order)
        }
    }

    /// Reports that a list was cut off at the limit.
    func noteEnd(_ count: Int) {
        if count == limit { say("Showing the first \(limit) entries; raise --limit or narrow with --filter.") }
    }
}

/// A condition on a field, written `field=value`, `field>=value` and so on.
struct FilterArgument: ExpressibleByArgument {
    let field: String
    let value: String

    init?(argument: String) {
        guard let place = argument.firstIndex(where: { "=<>".contains($0) }), place != argument.startIndex else {
            return nil
        }
        field = String(argument[..<place])
        let rest = argument[place...]
        value = String(rest.hasPrefix("=") ? rest.dropFirst() : rest)
        if value.isEmpty { return nil }
    }
}
