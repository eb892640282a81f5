import ArgumentParser
import Presentation
import RegistryClient

/// Shows statistics of the registry.
struct ModelStatistics: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Show counts, sizes and accuracies by area, function, category and other fields.",
        discussion: "  gyrus models stats --by areas")

    @ParentCommand var gyrus: Gyrus

    @Option(name: .long, help: "Output format: table or json.")
    var format: ListFormat = .table

    @Option(help: ArgumentHelp("Group only by this field, such as areas or platforms.", valueName: "field"))
    var by: String?

    func run() async throws {
        var statistics = try await Services(gyrus.project).registry().statistics()
        if let by { statistics.groups.removeAll { $0.field != by } }
        guard format == .table else { return emit(try json(statistics)) }
        emit(
            pairs([
                ("Networks", Figures.count(statistics.networks)), ("Models", Figures.count(statistics.models)),
                ("Parameters", Figures.count(statistics.parameters)),
                ("Datasets", Figures.count(statistics.datasets)),
                ("Blobs", "\(Figures.count(statistics.blobs)), \(Figures.bytes(statistics.blobBytes))"),
                ("Accuracies", Self.histogram(statistics.accuracies)),
            ]))
        emit(
            "\n"
                + table(
                    ["FIELD", "TERM", "NETWORKS", "MODELS", "SIZE", "MEAN ACCURACY", "BEST ACCURACY"],
                    statistics.groups.map(Self.row)))
    }

    private static func row(_ group: CatalogStatistics.Group) -> [String] {
        [
            group.field, group.term, Figures.count(group.networks), Figures.count(group.models),
            Figures.bytes(group.bytes), Figures.percent(group.meanAccuracy), Figures.percent(group.bestAccuracy),
        ]
    }

    private static func histogram(_ tenths: [UInt64]) -> String {
        tenths.enumerated().filter { $0.element > 0 }
            .map { "\($0.offset * 10)–\($0.offset * 10 + 10) %: \(Figures.count($0.element))" }.joined(separator: ", ")
    }
}
