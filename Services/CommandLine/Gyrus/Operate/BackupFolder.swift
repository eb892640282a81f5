import Foundation
import Model
import ServiceClient

/// The folder of a project's backups: the databases of each backup, and the registry's files, which all backups share.
///
/// ```
/// <root>/snapshots/20261130T120000Z/manifest.json      contents with digests
/// <root>/snapshots/20261130T120000Z/designer.sqlite …  the databases
/// <root>/snapshots/20261130T120000Z/blobs              digest and size of each file of the registry
/// <root>/blobs/3f/3fa2…                                files by digest, written once
/// ```
struct BackupFolder {
    let root: URL

    /// The contents of a backup.
    struct Manifest: Codable, Sendable {
        struct Database: Codable, Sendable {
            let digest: String
            let bytes: UInt64
        }

        /// Format version of the folder; other versions are refused.
        var form = 1
        let version: String
        let project: String
        let begun: Date
        let ended: Date
        let databases: [String: Database]
        let blobs: Int
        let blobBytes: UInt64
    }

    /// A file of the registry.
    struct Blob: Hashable, Sendable {
        let digest: BlobDigest
        let bytes: UInt64
    }

    private static let manifestName = "manifest.json"

    var snapshots: URL { root.appending(path: "snapshots") }

    func snapshot(_ name: String) -> URL { snapshots.appending(path: name) }

    func place(of digest: BlobDigest) -> URL {
        root.appending(path: "blobs/\(digest.hexadecimal.prefix(2))/\(digest.hexadecimal)")
    }

    static func database(of service: ServiceName, in folder: URL) -> URL { folder.appending(path: "\(service).sqlite") }

    /// Name of a backup that starts now.
    static func name(at time: Date) -> String {
        time.formatted(
            Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted, includingFractionalSeconds: true))
    }

    /// Names of the complete backups, oldest first.
    func names() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: snapshots.path)) ?? []
        return names.filter {
            FileManager.default.fileExists(atPath: snapshot($0).appending(path: Self.manifestName).path)
        }.sorted()
    }

    // MARK: Reading

    func manifest(of name: String) throws -> Manifest {
        let file = snapshot(name).appending(path: Self.manifestName)
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        guard let data = try? Data(contentsOf: file), let manifest = try? decoder.decode(Manifest.self, from: data)
        else {
            throw Failure(
                .notFound,
                "there is no complete backup '\(name)' in '\(root.path)'; list them with: gyrus backups"
                    + " \(root.path)")
        }
        guard manifest.form == Manifest.currentForm else {
            throw Failure(
                .conflict,
                "the backup '\(name)' was written by gyrus \(manifest.version) in a different format; restore it with that version"
            )
        }
        return manifest
    }

    func blobs(of name: String) throws -> [Blob] {
        let file = snapshot(name).appending(path: "blobs")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
            let parts = line.split(separator: " ").map(String.init)
            guard parts.count == 2, let bytes = UInt64(parts[1]) else {
                throw Failure(
                    .corrupt, "the file '\(file.path)' is damaged: '\(line.prefix(100))' is not a digest and a size")
            }
            return Blob(digest: try BlobDigest(parts[0]), bytes: bytes)
        }
    }

    /// Whether a file of the registry is present with the right size.
    func has(_ blob: Blob) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(atPath: place(of: blob.digest).path)
        return (attributes?[.size] as? NSNumber)?.uint64Value == blob.bytes
    }

    // MARK: Writing

    /// Completes a backup by writing its manifest; backups without one do not count.
    func write(_ manifest: Manifest, _ blobs: [Blob], in folder: URL) throws {
        let lines = blobs.map { "\($0.digest) \($0.bytes)\n" }.joined()
        try Data(lines.utf8).write(to: folder.appending(path: "blobs"))
        try Data(json(manifest).utf8).write(to: folder.appending(path: Self.manifestName), options: .atomic)
    }

    /// Removes all but the newest backups, incomplete backups, and files that no backup uses.
    /// - Returns: Names of the removed backups.
    func prune(keeping count: Int) throws -> [String] {
        let complete = names()
        let kept = Set(complete.suffix(count))
        for name in try FileManager.default.contentsOfDirectory(atPath: snapshots.path) where !kept.contains(name) {
            try FileManager.default.removeItem(at: snapshot(name))
        }
        var needed: Set<String> = []
        for name in kept { for blob in try blobs(of: name) { needed.insert(blob.digest.hexadecimal) } }
        let files = FileManager.default.enumerator(
            at: root.appending(path: "blobs"), includingPropertiesForKeys: [.isRegularFileKey])
        while let file = files?.nextObject() as? URL {
            let isFile = try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
            if isFile, !needed.contains(file.lastPathComponent) { try FileManager.default.removeItem(at: file) }
        }
        return complete.filter { !kept.contains($0) }
    }
}

extension BackupFolder.Manifest {
    /// The format that this version reads and writes.
    static let currentForm = 1
}
