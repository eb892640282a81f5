import ArgumentParser
import RegistryServer
import ServiceClient
import ServiceKit

/// The registry: atlas, areas, networks, models, datasets, dictionaries and blobs.
@main
struct RegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Keeps the atlas, areas, networks, models, datasets, dictionaries and their files.")

    @OptionGroup var options: ServiceOptions

    func run() async throws {
        try await ServiceRuntime.run(
            .registry, options: options, migrations: RegistryDatabase.registerMigrations
        ) { context in
            let blobs = try BlobStore(
                folder: context.configuration.dataDirectory, database: context.database, events: context.events,
                logger: context.logger)
            context.add(BlobSweeper(blobs, logger: context.logger))
            let store = RegistryStore(context.database, events: context.events)
            RegistryHarness(store: store, blobs: blobs).register(in: &context.router)
            let brain = BrainStore(context.database, events: context.events)
            try await brain.seed()
            try await store.seedZoo()
            BrainHarness(brain).register(in: &context.router)
        }
    }
}
