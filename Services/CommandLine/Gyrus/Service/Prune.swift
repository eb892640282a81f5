import ArgumentParser
import DesignerClient
import Foundation
import Launcher
import Model
import Presentation
import RegistryClient

/// Removes what is no longer needed.
struct Prune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove scenarios without a result, unused datasets and unneeded files.",
        discussion: """
            This never removes models; see: gyrus models rm. Prints what was removed.

              gyrus prune --dry-run
              gyrus prune --older-than 7d --force
              gyrus prune --all                   also scenarios that succeeded
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var removal: RemovalOptions

    @Flag(help: "Also remove scenarios that succeeded; their models stay.")
    var all = false

    @Option(
        help: ArgumentHelp("Remove only what is at least this old, such as 7d (default: 24h).", valueName: "duration"),
        transform: DurationArgument.init)
    var olderThan: DurationArgument?

    private var age: Duration { olderThan?.duration ?? .seconds(24 * 3600) }

    func run() async throws {
        let services = try Services(gyrus.project)
        let (designer, registry) = (try await services.designer(), try await services.registry())
        let usage = try await Usage(services)
        let latest = Date().addingTimeInterval(-(age / .seconds(1)))
        let scenarios = try await designer.allScenarios().filter {
            ($0.ended ?? .distantFuture) <= latest && (all || $0.state != .succeeded)
        }
        let sets = try await unusedSets(registry, usage, latest)
        let files = try await registry.collectBlobs(olderThan: age, dryRun: true)
        if !removal.dryRun && !removal.force {
            say(
                "This would remove \(Figures.amount(scenarios.count, "scenario")), "
                    + "\(Figures.amount(sets.count, "dataset")) and, besides their own files, "
                    + "\(Figures.amount(Int(clamping: files.blobs), "file")) of \(Figures.bytes(files.bytes)).")
            try RemovalOptions.ask("Remove them?")
        }
        var removed = (scenarios: 0, sets: 0)
        for status in scenarios where try await isRemoved({ _ = try await designer.remove(status.id.text) }) {
            emit("scenario \(status.id)")
            removed.scenarios += 1
        }
        for set in sets where try await isRemoved({ try await registry.removeDataset(recipe: set.recipe) }) {
            emit("dataset \(set.recipe.hexadecimal)")
            removed.sets += 1
        }
        let collected = removal.dryRun ? files : try await registry.collectBlobs(olderThan: age, dryRun: false)
        for digest in collected.digests { emit("file \(digest)") }
        say(
            "\(Figures.amount(removed.scenarios, "scenario")), \(Figures.amount(removed.sets, "dataset")) and "
                + "\(Figures.amount(Int(clamping: collected.blobs), "file")) of \(Figures.bytes(collected.bytes)) "
                + (removal.dryRun ? "would be removed." : "removed."))
    }

    /// Removes something, except in a dry run; false if it has come into use in the meantime: a scenario was resumed, or a
    /// model was trained on a dataset.
    private func isRemoved(_ remove: () async throws -> Void) async throws -> Bool {
        do {
            if !removal.dryRun { try await remove() }
            return true
        } catch let failure as Failure where failure.code == .conflict {
            return false
        }
    }

    /// Datasets that no model was trained on and no search uses.
    private func unusedSets(
        _ registry: RegistryClient, _ usage: Usage, _ latest: Date
    ) async throws -> [RegisteredDataset] {
        let used = Set(try await registry.models().compactMap { $0.lineage.recipe?.hexadecimal })
        return try await registry.datasets(.init(filter: ["created": "<\(latest.formatted(.iso8601))"])).filter {
            !used.contains($0.recipe.hexadecimal) && usage.obstacle(ofDataset: $0.recipe.hexadecimal) == nil
        }
    }
}
