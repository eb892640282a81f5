import ArgumentParser
import Foundation
import Launcher
import Model
import RegistryClient

/// Lists the pretrained models.
struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the pretrained models.",
        discussion: "  gyrus models --filter dataset=av-mnist --format json")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions
    @OptionGroup var query: QueryOptions

    func run() async throws {
        let registry = try await Services(gyrus.project).registry()
        try list.render(
            try await query.all {
                try await registry.models($0)
            } after: {
                $0.id
            }.map(ModelRow.init))
    }
}

/// Lists the base networks.
struct Networks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the base networks: structures without weights.",
        discussion: "  gyrus networks --filter name=LeNet5")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions
    @OptionGroup var query: QueryOptions

    func run() async throws {
        let registry = try await Services(gyrus.project).registry()
        let networks = try await query.all {
            try await registry.networks($0)
        } after: {
            $0.id?.hexadecimal ?? ""
        }
        try list.render(networks.map(NetworkRow.init))
    }
}

/// Lists the prepared data sets.
struct Datasets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the data sets that are prepared for training.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions
    @OptionGroup var query: QueryOptions

    func run() async throws {
        let registry = try await Services(gyrus.project).registry()
        let sets = try await query.all {
            try await registry.datasets($0)
        } after: {
            $0.recipe.hexadecimal
        }
        try list.render(sets.map(DatasetRow.init))
    }
}

/// Fetches a model's files.
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a model's TorchScript and safetensors files.",
        discussion: "  gyrus export 3fa27c11/48 --output results")

    @ParentCommand var gyrus: Gyrus

    @Option(name: [.short, .long], help: ArgumentHelp("Folder to write to.", valueName: "folder"))
    var output = "."

    @Argument(help: "Identity of the model; see: gyrus models.")
    var model: String

    func run() async throws {
        let services = try Services(gyrus.project)
        let registry = try await services.registry()
        let found = try await registry.model(model)
        let name = String(found.id.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "-" })
        let files = try await Download(folder: output, name: name)
            .fetch(script: found.script, weights: found.weights, from: registry)
        emit(files.script.path)
        if let weights = files.weights { emit(weights.path) }
    }
}

/// Options of the lists of the registry.
struct QueryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only entries whose field has this value (can be repeated).", valueName: "field=value"))
    var filter: [FilterArgument] = []

    /// All pages of a list.
    func all<Item>(
        _ page: (RegistryClient.Query) async throws -> [Item], after identity: (Item) -> String
    ) async throws -> [Item] {
        let filter = Dictionary(filter.map { ($0.field, $0.value) }, uniquingKeysWith: { $1 })
        var items: [Item] = []
        while true {
            let next = try await page(.init(filter: filter, after: items.last.map(identity) ?? ""))
            items += next
            if next.isEmpty { return items }
        }
    }
}

/// A condition on a field, written `field=value`.
struct FilterArgument: ExpressibleByArgument {
    let field: String
    let value: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        (field, value) = (parts[0], parts[1])
    }
}

/// A model as lists show it.
struct ModelRow: Listable {
    let id, network, platform, dataset, optimizer, script, weights: String
    let accuracy: Double
    let code, scenario, trial: String?
    let codeNumbers: [UInt32]
    let created: Date?

    init(_ model: PretrainedModel) {
        id = model.id
        network = model.network.hexadecimal
        platform = model.platform
        dataset = model.dataset
        optimizer = model.optimizer
        script = model.script.hexadecimal
        weights = model.weights.hexadecimal
        accuracy = model.accuracy
        code = model.code?.description
        scenario = model.scenario
        trial = model.trial
        codeNumbers = model.codeNumbers
        created = model.created
    }

    static let columns = ["ID", "CODE", "DATASET", "ACCURACY", "CREATED"]

    var name: String { id }
    var row: [String] {
        let age = created.map { "\(ReplicaStatus.age($0, Date())) ago" } ?? "–"
        return [id, code ?? "–", dataset, Figures.percent(accuracy), age]
    }
}

/// A base network as lists show it.
struct NetworkRow: Listable {
    let id, network, category: String
    let areas, functions: [String]
    let parameters, operations: UInt64

    init(_ network: BaseNetwork) {
        id = network.id?.hexadecimal ?? ""
        self.network = network.name
        category = network.category
        areas = network.areas
        functions = network.functions
        parameters = network.parameters
        operations = network.operations
    }

    static let columns = ["ID", "NAME", "CATEGORY", "AREAS", "FUNCTIONS", "PARAMETERS", "OPERATIONS"]

    var name: String { id }
    var row: [String] {
        [
            String(id.prefix(12)), network, category, areas.joined(separator: ", "), functions.joined(separator: ", "),
            Figures.count(parameters), Figures.count(operations),
        ]
    }
}

/// A data set as lists show it.
struct DatasetRow: Listable {
    let recipe, dataset, blob: String
    let bytes: UInt64
    let classes: UInt32
    let attributes: [String: String]

    init(_ set: RegisteredDataset) {
        recipe = set.recipe.hexadecimal
        dataset = set.name
        blob = set.blob.hexadecimal
        bytes = set.bytes
        classes = set.classes
        attributes = set.attributes
    }

    static let columns = ["RECIPE", "NAME", "CLASSES", "SIZE", "DETAILS"]

    var name: String { recipe }
    var row: [String] {
        let details = attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        return [String(recipe.prefix(12)), dataset, "\(classes)", Figures.bytes(bytes), details]
    }
}
