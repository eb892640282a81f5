import ArgumentParser
import Foundation
import Launcher
import Model
import RegistryClient
import ServiceClient

/// Copies a project while it works.
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy all databases and files of a project into a folder, while it works.",
        discussion: """
              gyrus backup /mnt/backup/gyrus
              gyrus backup /mnt/backup/gyrus --keep 14
              gyrus restore /mnt/backup/gyrus -p another

            Each call adds a backup to the folder. The registry's files are copied once, because their names are their \
            digests, so that the second backup takes only what is new. Who asks is copied before who is asked: the \
            designer first, the registry last, and its files after it. So whatever a restored designer refers to is \
            there, and what it had asked for twice is done once, because requests may be repeated.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(help: ArgumentHelp("Keep only the newest backups, this one included.", valueName: "number"))
    var keep: Int?

    @Argument(help: ArgumentHelp("Folder of the backups; made where it is missing.", valueName: "folder"))
    var folder: String

    func validate() throws {
        if let keep, keep < 1 { throw ValidationError("--keep is \(keep); at least 1 backup is kept.") }
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
                + "(\(Figures.bytes(manifest.blobBytes))), of which \(Figures.count(copied)) were new.")
    }
}

/// Lists the backups of a folder.
struct Backups: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the backups of a folder.")

    @OptionGroup var list: ListOptions

    @Argument(help: ArgumentHelp("Folder of the backups.", valueName: "folder"))
    var folder: String

    func run() async throws {
        let folder = BackupFolder(root: URL(filePath: folder))
        try list.render(folder.names().map { BackupRow($0, try folder.manifest(of: $0)) })
    }
}

/// A backup as lists show it.
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

/// One backup.
struct BackupRun {
    let folder: BackupFolder
    let services: Services
    let project: String

    /// Who asks before who is asked.
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
                // The registry removes nothing while its copy is open.
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
                "the copy '\(file.path)' differs from what the service sent; look at the disk, then try again",
                isRetriable: true)
        }
    }

    /// Copies the files that the folder lacks, and notes those that are there.
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
