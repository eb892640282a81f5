import ArgumentParser
import Foundation
import Model
import Networks
import Presentation
import RegistryClient

/// The base networks.
struct NetworksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "networks",
        abstract: "List the base networks, which are structures without weights.",
        discussion: """
              gyrus networks --filter areas=vision --filter residual=yes --order depth
              gyrus networks show LeNet5
              gyrus networks add two-blocks.yaml
              gyrus networks rm TwoBlocks
            """, subcommands: [NetworkList.self, NetworkShow.self, NetworkAdd.self, NetworkRemove.self],
        defaultSubcommand: NetworkList.self)
}

/// Lists the base networks.
struct NetworkList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the base networks.",
        discussion: "  gyrus networks --filter name='LeNet*' --filter 'depth>=5'")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions
    @OptionGroup var query: QueryOptions

    func run() async throws {
        let networks = try await Services(gyrus.project).registry().networks(query.query)
        try list.render(networks.map(NetworkRow.init))
        query.noteEnd(networks.count)
    }
}

/// Shows the details of a base network.
struct NetworkShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a base network's features, key layers and description.",
        discussion: "  gyrus networks show LeNet5 --description")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var form: FormatOption

    @Flag(help: "Print only the description (JSON).")
    var description = false

    @Argument(help: "ID of the network or a unique prefix, or its name.", completion: .networks)
    var network: String

    func run() async throws {
        let registry = try await Services(gyrus.project).registry()
        let found = try await registry.network(called: network)
        if description { return emit(found.description) }
        try form.render(
            NetworkRow(found), pairs([("Network", found.name), ("Identity", found.id?.hexadecimal)] + found.rows))
    }
}

extension RegistryClient {
    /// The base network with an ID, a prefix of an ID, or a name.
    func network(called text: String) async throws -> BaseNetwork {
        var found = try await networks(.init(filter: ["id": text + "*"], limit: 2))
        if found.isEmpty { found = try await networks(.init(filter: ["name": text], limit: 2)) }
        guard let first = found.first, let id = first.id else {
            throw Failure(.notFound, "there is no base network '\(text)'; see: gyrus networks")
        }
        guard found.count == 1 else {
            throw Failure(.conflict, "'\(text)' matches several base networks; give the ID, see: gyrus networks")
        }
        return try await network(id)
    }
}

/// A row of the list of base networks.
struct NetworkRow: Listable {
    /// A layer of the structure.
    struct KeyLayerRow: Encodable {
        let name, kind, role: String
        let shape: [Int]
        let parameters: Int
    }

    let id, network, category, format: String
    let areas, functions: [String]
    let parameters, operations: UInt64
    let features: [String: String]
    let keyLayers: [KeyLayerRow]

    init(_ network: BaseNetwork) {
        id = network.id?.hexadecimal ?? ""
        self.network = network.name
        category = network.category
        format = network.format
        areas = network.areas
        functions = network.functions
        parameters = network.parameters
        operations = network.operations
        features = network.features
        keyLayers = network.keyLayers.map {
            KeyLayerRow(
                name: $0.name, kind: $0.kind, role: $0.role.rawValue, shape: $0.shape, parameters: $0.parameters)
        }
    }

    static let columns = ["ID", "NAME", "CATEGORY", "AREAS", "FUNCTIONS", "DEPTH", "PARAMETERS", "OPERATIONS"]
    static let dispensable = ["OPERATIONS", "CATEGORY", "AREAS"]

    var name: String { id }
    var row: [String] {
        [
            String(id.prefix(12)), network, category, areas.joined(separator: ", "), functions.joined(separator: ", "),
            features["depth"] ?? "–", Figures.count(parameters), operations == 0 ? "–" : Figures.count(operations),
        ]
    }
}
