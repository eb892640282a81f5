import ArgumentParser
import Foundation
import Logging
import Model
import ObjectStore
import RegistryServer
import ServiceClient
import ServiceKit
import Storage

/// The registry: atlas, areas, networks, models, datasets, dictionaries and blobs.
@main
struct RegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Run the registry of the atlas, areas, networks, models, datasets, dictionaries and their files.")

    @OptionGroup var options: ServiceOptions

    @Option(
        help: ArgumentHelp(
            "Bucket in an S3-compatible store for the files, such as https://HOST/BUCKET/PREFIX?region=REGION"
                + " (default: $GYRUS_BLOBS, or the data directory). Credentials are in AWS_ACCESS_KEY_ID and"
                + " AWS_SECRET_ACCESS_KEY, or in the file of AWS_SHARED_CREDENTIALS_FILE.", valueName: "address"))
    var blobs: String?

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let place = [blobs, environment["GYRUS_BLOBS"]].compactMap(\.self).first { !$0.isEmpty }
        let bucket = try ServiceRuntime.configured {
            try place.map { Bucket(try BucketAddress($0), try BucketCredentials(environment: environment)) }
        }
        try await ServiceRuntime.run(
            .registry, options: options, migrations: RegistryDatabase.registerMigrations
        ) { context in
            let blobs = try BlobStore(
                folder: context.configuration.dataDirectory, database: context.database, events: context.events,
                logger: context.logger, bucket: bucket)
            do {
                try await open(blobs, bucket, in: context)
            } catch {
                // The same settings would fail at the next start, too.
                try ServiceRuntime.configured { throw error }
            }
            if let bucket { context.add(BlobMover(blobs, to: bucket, logger: context.logger)) }
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

    /// Settles where the files are stored, so that wrong settings stop the registry before it serves.
    private func open(_ blobs: BlobStore, _ bucket: Bucket?, in context: ServiceContext) async throws {
        let restored = RestoredMark.file(in: context.configuration.dataDirectory)
        if FileManager.default.fileExists(atPath: restored.path) {
            try await blobs.forgetBucket()
            try FileManager.default.removeItem(at: restored)
        }
        try await blobs.choose(bucket?.address)
        do {
            try await blobs.claimBucket()
        } catch let failure as Failure where failure.code == .unavailable {
            // Files on disk are served anyway, and the rest as soon as the store is back.
            context.logger.warning("cannot reach the bucket: \(failure.message)")
        }
    }
}
