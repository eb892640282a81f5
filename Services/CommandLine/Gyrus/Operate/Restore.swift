import ArgumentParser
import Foundation
import Glibc
import Launcher
import Model
import Presentation
import ServiceClient

/// Restores a project from a backup.
struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Restore a backup into a project that has no data yet.",
        discussion: """
              gyrus -p restored restore /mnt/backup/gyrus
              gyrus -p restored up -d
              gyrus -p restored registry verify

            Every database and file is verified against its digest as it is copied. Searches that were running continue \
            when the project starts.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(
        help: ArgumentHelp("Name of the backup; see: gyrus backups FOLDER (default: the newest).", valueName: "name"))
    var at: String?

    @Option(
        help: ArgumentHelp(
            "Folder of the services' data, for services that the launcher does not start (default: the project's).",
            valueName: "folder"))
    var state: String?

    @Argument(help: ArgumentHelp("Folder of the backups.", valueName: "folder"))
    var folder: String

    func run() async throws {
        let folder = BackupFolder(root: URL(filePath: folder))
        guard let name = at ?? folder.names().last else {
            throw Failure(
                .notFound, "there is no complete backup in '\(folder.root.path)'; create one with: gyrus backup")
        }
        let manifest = try folder.manifest(of: name)
        let blobs = try folder.blobs(of: name)
        let target = try await target()
        try Self.checkEmpty(target)
        do {
            for service in ServiceName.allCases {
                guard let database = manifest.databases[service.rawValue] else { continue }
                let place = target.appending(path: "\(service)/\(service).sqlite")
                let source = BackupFolder.database(of: service, in: folder.snapshot(name))
                try Self.copy(source, to: place, expecting: try BlobDigest(database.digest))
                try Data().write(to: RestoredMark.file(in: place.deletingLastPathComponent()))
            }
            for blob in blobs {
                let place = target.appending(
                    path: "registry/blobs/\(blob.digest.hexadecimal.prefix(2))/\(blob.digest.hexadecimal)")
                try Self.copy(folder.place(of: blob.digest), to: place, expecting: blob.digest)
            }
        } catch {
            // A partially restored project would start with data missing.
            for service in ServiceName.allCases {
                try? FileManager.default.removeItem(at: target.appending(path: service.rawValue))
            }
            throw error
        }
        emit(target.path)
        say(
            "Restored the backup of \(Figures.day(manifest.begun)): \(manifest.databases.count) databases, "
                + "\(Figures.count(blobs.count)) files.")
    }

    private func target() async throws -> URL {
        if let state { return try Download.folder(state) }
        let session = try Session(gyrus.project)
        if try await session.status() != nil {
            throw Failure(
                .conflict,
                "the services of project '\(session.directory.name)' are running; restore into another project with -p NAME, or stop"
                    + " them with: \(session.command("down"))")
        }
        try session.directory.create()
        return session.directory.state
    }

    private static func checkEmpty(_ folder: URL) throws {
        for service in ServiceName.allCases {
            let file = folder.appending(path: "\(service)/\(service).sqlite")
            guard !FileManager.default.fileExists(atPath: file.path) else {
                throw Failure(
                    .conflict,
                    "'\(file.path)' already exists and is not replaced; restore into another project with -p NAME, or move"
                        + " '\(folder.path)' away first")
            }
        }
    }

    /// Copies a file, as a clone if the file system supports it, and verifies the copy.
    private static func copy(_ source: URL, to place: URL, expecting digest: BlobDigest) throws {
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        do {
            try FileManager.default.copyItem(at: source, to: place)
        } catch {
            throw Failure(.notFound, "cannot copy '\(source.path)' to '\(place.path)': \(error.systemReason)")
        }
        guard try FileDigest.of(place) == digest else {
            throw Failure(
                .corrupt,
                "the backup's file '\(source.path)' is damaged (its digest is not \(digest)); choose another backup with"
                    + " --at")
        }
    }
}
