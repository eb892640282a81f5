import ArgumentParser
import RegistryServer
import ServiceClient
import ServiceKit
import Storage

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
            let snapshots = context.snapshots
            context.add(BlobSweeper(blobs, logger: context.logger) { await snapshots.isOpen })
            context.keep(.files) { await snapshots.isOpen ? 0 : try await blobs.removeTemporary(beyond: $0) }
            let store = RegistryStore(context.database, events: context.events)
            context.measure(store.metrics)
            RegistryHarness(store: store, blobs: blobs) { await snapshots.isOpen }.register(in: &context.router)
            let brain = BrainStore(context.database, events: context.events)
            try await brain.seed()
            try await store.seedZoo()
            BrainHarness(brain).register(in: &context.router)
        }
    }
}
