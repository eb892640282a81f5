import ArgumentParser
import Foundation
import Launcher
import Model
import RegistryClient

/// Removes prepared datasets.
struct DatasetRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove unused prepared datasets; raw data is not touched.",
        discussion: """
            A dataset stays if a running search uses it, or if a model was trained on it, because it describes how samples \
            are prepared for the model. To remove the files as well, run 'gyrus registry gc' or 'gyrus prune'.

              gyrus datasets rm 5f2b90c1
              gyrus datasets rm --older-than 30d --force
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var removal: RemovalOptions
    @OptionGroup var choice: RemovalChoice

    @Argument(help: "Recipes of datasets, or unique prefixes; see: gyrus datasets.", completion: .datasets)
    var recipes: [String] = []

    func validate() throws { try choice.check(recipes, example: "gyrus datasets rm --older-than 30d") }

    func run() async throws {
        let services = try Services(gyrus.project)
        let registry = try await services.registry()
        let usage = try await Usage(services)
        let sets = try await found(in: registry, services)
        let candidates = sets.map {
            RemovalOptions.Candidate(
                id: $0.recipe.hexadecimal, title: "\($0.recipe.hexadecimal.prefix(12))  \($0.name)",
                obstacle: usage.obstacle(ofDataset: $0.recipe.hexadecimal))
        }
        try await removal.remove(candidates, kind: "dataset", areNamed: !recipes.isEmpty) {
            try await registry.removeDataset(recipe: BlobDigest($0))
        }
    }

    private func found(in registry: RegistryClient, _ services: Services) async throws -> [RegisteredDataset] {
        if let latest = choice.latest {
            return try await registry.datasets(.init(filter: ["created": "<\(latest.formatted(.iso8601))"]))
        }
        let all = try await registry.datasets()
        return try recipes.map { recipe in
            let fitting = all.filter { $0.recipe.hexadecimal.hasPrefix(recipe) }
            guard fitting.count == 1 else {
                throw Failure(
                    fitting.isEmpty ? .notFound : .invalidArgument,
                    "\(fitting.isEmpty ? "no" : "more than one") dataset has a recipe that begins with '\(recipe)'; see: "
                        + services.command("datasets"))
            }
            return fitting[0]
        }
    }
}
