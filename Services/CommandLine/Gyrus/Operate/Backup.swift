import ArgumentParser
import Foundation
import Launcher
import Model
import Presentation
import RegistryClient
import ServiceClient

/// Backs up a project while it runs.
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Back up all databases and files of a project to a folder while it runs.",
        discussion: """
              gyrus backup /mnt/backup/gyrus
              gyrus backup /mnt/backup/gyrus --keep 14
              gyrus restore /mnt/backup/gyrus -p another

            Each run adds a backup to the folder. The registry's files are named by their digests and copied only once, so \
            later backups add only new files. Clients are copied before the services that they call: the designer first, \
            the registry last, then its files. Everything that a restored designer refers to therefore exists. Requests \
            that it repeats are executed only once, because they are idempotent.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(help: ArgumentHelp("Keep only this many of the newest backups, including this one.", valueName: "number"))
    var keep: Int?

    @Argument(help: ArgumentHelp("Folder for the backups, created if it is missing.", valueName: "folder"))
    var folder: String

    func validate() throws {
        if let keep, keep < 1 { throw ValidationError("--keep must be 1 or more, not \(keep).") }
    }

    func run() async throws {
        let folder = BackupFolder(root: try Download.folder(folder))
        let services = try Services(gyrus.project)
        let run = BackupRun(
            folder: folder, services: services, project: try gyrus.project.locator.projectDirectory().name)
        let (name, manifest, copied) = try await run.perform()
        if let keep {
            let removed = try folder.prune(keeping: keep)
            if !removed.isEmpty { say("Removed \(removed.count) older backups.") }
        }
        emit(folder.snapshot(name).path)
        let bytes = manifest.databases.values.reduce(0) { $0 + $1.bytes }
        say(
            "\(manifest.databases.count) databases (\(Figures.bytes(bytes))), \(Figures.count(manifest.blobs)) files "
                + "(\(Figures.bytes(manifest.blobBytes))), \(Figures.count(copied)) of them new.")
    }
}

/// Lists the backups in a folder.
struct Backups: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the backups in a folder.")

    @OptionGroup var list: ListOptions

    @Argument(help: ArgumentHelp("Folder of the backups.", valueName: "folder"))
    var folder: String

    func run() async throws {
        let folder = BackupFolder(root: URL(filePath: folder))
        guard FileManager.default.fileExists(atPath: folder.root.path) else {
            throw Failure(
                .notFound, "there is no folder '\(folder.root.path)'; make a backup with: gyrus backup FOLDER")
        }
        try list.render(folder.names().map { BackupRow($0, try folder.manifest(of: $0)) })
    }
}

/// A row of the list of backups.
struct BackupRow: Listable {
    let name, project, version: String
    let begun: Date
    let databaseBytes: UInt64
    let blobs: Int
    let blobBytes: UInt64

    init(_ name: String, _ manifest: BackupFolder.Manifest) {
        self.name = name
        project = manifest.project
        version = manifest.version
        begun = manifest.begun
        databaseBytes = manifest.databases.values.reduce(0) { $0 + $1.bytes }
        blobs = manifest.blobs
        blobBytes = manifest.blobBytes
    }

    static let columns = ["BACKUP", "PROJECT", "VERSION", "BEGUN", "DATABASES", "FILES", "SIZE"]

    var row: [String] {
        [
            name, project, version, Figures.day(begun), Figures.bytes(databaseBytes), Figures.count(blobs),
            Figures.bytes(blobBytes),
        ]
    }
}

/// A backup in progress.
struct BackupRun {
    let folder: BackupFolder
    let services: Services
    let project: String

    /// The services in copying order: clients before the services that they call.
    private static let order: [ServiceName] = [.designer, .knowledge, .trainer, .evaluator, .registry]

    func perform() async throws -> (name: String, BackupFolder.Manifest, copied: Int) {
        let begun = Date()
        let name = BackupFolder.name(at: begun)
        let place = folder.snapshot(name)
        try FileManager.default.createDirectory(
            at: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var databases: [String: BackupFolder.Manifest.Database] = [:]
        var blobs: [BackupFolder.Blob] = []
        var copied = 0
        for service in Self.order {
            let client = try await services.service(service)
            let snapshot = try await client.snapshot()
            do {
                try await download(snapshot, from: client, to: BackupFolder.database(of: service, in: place))
                // The registry removes no files while a copy of its database is open.
                if service == .registry { (blobs, copied) = try await copyBlobs { try await touch(snapshot, client) } }
            } catch {
                try? await client.end(snapshot)
                throw error
            }
            try await client.end(snapshot)
            databases[service.rawValue] = .init(digest: snapshot.digest.hexadecimal, bytes: snapshot.bytes)
        }
        let manifest = BackupFolder.Manifest(
            version: GyrusVersion.current, project: project, begun: begun, ended: Date(), databases: databases,
            blobs: blobs.count, blobBytes: blobs.reduce(0) { $0 + $1.bytes })
        try folder.write(manifest, blobs, in: place)
        return (name, manifest, copied)
    }

    private func touch(_ snapshot: ServiceSnapshot, _ client: ServiceClient) async throws {
        _ = try await client.piece(of: snapshot, at: snapshot.bytes)
    }

    private func download(_ snapshot: ServiceSnapshot, from client: ServiceClient, to file: URL) async throws {
        try Data().write(to: file)
        let output = try FileHandle(forWritingTo: file)
        defer { try? output.close() }
        var offset: UInt64 = 0
        while offset < snapshot.bytes {
            let piece = try await client.piece(of: snapshot, at: offset)
            guard !piece.isEmpty else { break }
            try output.write(contentsOf: Data(piece))
            offset += UInt64(piece.count)
        }
        try output.synchronize()
        guard try FileDigest.of(file) == snapshot.digest else {
            throw Failure(
                .corrupt,
                "the copy '\(file.path)' differs from what the service sent; check the disk, then try again",
                isRetriable: true)
        }
    }

    /// Copies the files that are not yet in the folder, and lists all of them.
    private func copyBlobs(
        _ touch: () async throws -> Void
    ) async throws -> (all: [BackupFolder.Blob], copied: Int) {
        let registry = try await services.registry()
        var (all, copied): ([BackupFolder.Blob], Int) = ([], 0)
        var touched = ContinuousClock.now
        while true {
            let page = try await registry.blobs(after: all.last?.digest)
            if page.isEmpty { return (all, copied) }
            for (digest, bytes) in page {
                let blob = BackupFolder.Blob(digest: digest, bytes: bytes)
                all.append(blob)
                if !folder.has(blob) {
                    let place = folder.place(of: digest)
                    try FileManager.default.createDirectory(
                        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
                    try await registry.download(digest, to: place)
                    copied += 1
                    if Terminal.hasTalk, copied.isMultiple(of: 100) { say("\(copied) files …") }
                }
                if ContinuousClock.now - touched > .seconds(30) {
                    try await touch()
                    touched = .now
                }
            }
        }
    }
}
