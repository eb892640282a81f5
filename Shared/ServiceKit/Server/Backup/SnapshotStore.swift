import Crypto
import Foundation
import Model
import ServiceClient
import Storage

/// Copies of a service's database for backups. Copies that are no longer read are removed.
public actor SnapshotStore {
    /// How long a copy that is not read is kept.
    private static let patience = Duration.seconds(600)
    /// Maximum number of copies at a time.
    private static let most = 4

    private struct Entry {
        let url: URL
        var used: ContinuousClock.Instant
    }

    private let database: ServiceDatabase
    private let folder: URL
    private var entries: [String: Entry] = [:]
    private var beginning = 0

    init(of database: ServiceDatabase, in directory: URL) {
        self.database = database
        folder = directory.appending(path: "snapshots")
    }

    /// Whether a backup is in progress, during which nothing that a copy names may be removed.
    public var isOpen: Bool {
        removeForgotten()
        return beginning > 0 || !entries.isEmpty
    }

    /// Removes files left by an earlier process.
    func removeAll() throws {
        entries = [:]
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        try FileManager.default.removeItem(at: folder)
    }

    /// Copies the current database.
    func begin() async throws -> (id: String, bytes: UInt64, digest: BlobDigest) {
        removeForgotten()
        guard entries.count + beginning < Self.most else {
            throw Failure(
                .busy,
                "\(Self.most) copies of the database are already being read. Try again when a backup has finished.",
                retryAfter: .seconds(5))
        }
        beginning += 1
        defer { beginning -= 1 }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let id = UUID().uuidString.lowercased()
        let url = folder.appending(path: "\(id).sqlite")
        do {
            try await database.copy(to: url)
            let (bytes, digest) = try await BlockingWork.run { try Self.hash(url) }
            entries[id] = Entry(url: url, used: .now)
            return (id, bytes, digest)
        } catch {
            try? FileManager.default.removeItem(at: url)
            throw error
        }
    }

    /// A piece of a copy; empty at its end.
    func read(_ id: String, at offset: UInt64) async throws -> [UInt8] {
        guard let entry = entries[id] else { throw Self.unknown(id) }
        entries[id]?.used = .now
        return try await BlockingWork.run {
            let file = try Data(contentsOf: entry.url, options: .alwaysMapped)
            return [UInt8](file.dropFirst(Int(clamping: offset)).prefix(ServiceClient.snapshotPiece))
        }
    }

    /// Removes a copy; safe to repeat.
    func end(_ id: String) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        try? FileManager.default.removeItem(at: entry.url)
    }

    /// A backup that reads one copy can be busy with another service's copy for a long time, so the time is long.
    private func removeForgotten() {
        for (id, entry) in entries where ContinuousClock.now - entry.used > Self.patience { end(id) }
    }

    private static func hash(_ url: URL) throws -> (UInt64, BlobDigest) {
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        var hash = SHA256()
        var bytes: UInt64 = 0
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
            hash.update(data: piece)
            bytes += UInt64(piece.count)
        }
        return (bytes, BlobDigest(sha256: hash.finalize()))
    }

    private static func unknown(_ id: String) -> Failure {
        Failure(
            .notFound,
            "There is no copy '\(id.prefix(80))' of the database: it was not read for \(patience.components.seconds) s,"
                + " or the service was restarted. Start the backup again.")
    }
}
