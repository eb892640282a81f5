import ArgumentParser
import Model
import RegistryClient

/// The prepared datasets.
struct Datasets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List, prepare, add and inspect datasets.",
        discussion: """
              gyrus datasets --filter name=fsdd
              gyrus datasets prepare new-speakers.yaml
              gyrus datasets look pictures
              gyrus datasets add clothes pictures
              gyrus datasets rm 5f2b90c1
            """,
        subcommands: [
            DatasetList.self, DatasetLook.self, DatasetAdd.self, DatasetShow.self, DatasetPrepare.self,
            DatasetRemove.self,
        ], defaultSubcommand: DatasetList.self)
}

/// Lists the prepared datasets.
struct DatasetList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the prepared datasets.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions
    @OptionGroup var query: QueryOptions

    func run() async throws {
        let sets = try await Services(gyrus.project).registry().datasets(query.query)
        try list.render(sets.map(DatasetRow.init))
        query.noteEnd(sets.count)
    }
}

/// A row of the list of datasets.
struct DatasetRow: Listable {
    let recipe, dataset, blob: String
    let bytes: UInt64
    let classes: UInt32
    let attributes: [String: String]

    init(_ set: RegisteredDataset) {
        recipe = set.recipe.hexadecimal
        dataset = set.isAdded ? "\(set.name)@\(set.version ?? 1)" : set.name
        blob = set.blob.hexadecimal
        bytes = set.bytes
        classes = set.classes
        attributes = set.attributes
    }

    static let columns = ["RECIPE", "NAME", "CLASSES", "SIZE", "DETAILS"]

    var name: String { recipe }
    var row: [String] {
        let hidden = [OwnData.preparedAttribute, OwnData.contentAttribute, OwnData.settingsAttribute]
        let details = attributes.filter { !hidden.contains($0.key) }.sorted { $0.key < $1.key }.map {
            "\($0.key)=\($0.value)"
        }.joined(separator: " ")
        return [String(recipe.prefix(12)), dataset, "\(classes)", Figures.bytes(bytes), details]
    }
}
