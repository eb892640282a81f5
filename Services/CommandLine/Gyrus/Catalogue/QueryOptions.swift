import ArgumentParser
import Model
import RegistryClient

/// Options of the lists of the registry.
struct QueryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only entries whose field has this value (can be repeated): dataset=mnist, name='ResNet*', accuracy>=0.9.",
            valueName: "field=value"))
    var filter: [FilterArgument] = []

    // Unconditional, because a value may begin with a dash.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Order by this field; -field for the largest first.", valueName: "field"))
    var order = ""

    @Option(help: "Most entries.")
    var limit = 10_000

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
    }

    /// The query for a list.
    var query: RegistryClient.Query {
        get throws {
            var values: [String: String] = [:]
            for argument in filter {
                // Conditions on one field are joined by commas, which texts may contain themselves.
                values[argument.field] = [values[argument.field], argument.value].compactMap(\.self)
                    .joined(separator: ",")
            }
            return RegistryClient.Query(filter: values, limit: limit, order: order)
        }
    }

    /// Says where a list ends before its entries do.
    func noteEnd(_ count: Int) {
        if count == limit { say("The first \(limit) entries; --limit shows more, --filter fewer.") }
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
