import Crypto
public import Foundation
import GRDB
public import Logging
import Messaging
import Model
public import ObjectStore
import RegistryClient
public import Storage

/// Content-addressed files, tracked in the database.
///
/// A blob arrives in chunks, which survive a restart; it becomes a blob only when its digest is right and it is on
/// disk. The digest of every 8 MiB is stored, and every read is checked against it: a damaged blob is quarantined,
/// never served, and can be uploaded again.
public actor BlobStore {
    /// The record of a complete blob.
    struct Record: Sendable {
        let bytes: UInt64
        /// Concatenated SHA-256 digests of each 8 MiB.
        let chunks: [UInt8]
        /// Whether it is in the bucket.
        var isMoved = false
    }

    /// Maximum size of a blob.
    static let largest: UInt64 = 64 << 30
    /// Maximum number of uploads whose files stay open; others are reopened with their next chunk.
    private static let openUploads = 32
    /// How long an abandoned upload is kept.
    private static let abandonedAfter: TimeInterval = 7 * 24 * 3600

    private let folder: URL
    let database: ServiceDatabase
    let events: EventLog
    private let logger: Logger
    /// The bucket that blobs are moved to; nil if they stay on disk.
    let bucket: Bucket?
    let now: @Sendable () -> Date
    private var uploads: [BlobDigest: Upload] = [:]

    /// A separate queue, because flushing a large file takes long and must not block the rest of the service.
    private nonisolated let queue = BlockingExecutor(label: "blobs")

    /// The queue on which files are written.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    /// Makes a store in a folder, with a migrated database.
    /// - Parameters:
    ///   - bucket: The bucket that blobs are moved to; nil if they stay in the folder.
    ///   - now: Current time, replaced in tests.
    public init(
        folder: URL, database: ServiceDatabase, events: EventLog, logger: Logger, bucket: Bucket? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        self.folder = folder
        self.database = database
        self.events = events
        self.logger = logger
        self.bucket = bucket
        self.now = now
        for name in ["blobs", "partial", "corrupt"] {
            try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
        }
    }

    var blobFolder: URL { folder.appending(path: "blobs") }

    nonisolated func place(of digest: BlobDigest) -> URL {
        folder.appending(path: "blobs/\(digest.hexadecimal.prefix(2))/\(digest.hexadecimal)")
    }

    private nonisolated func partialPlace(of digest: BlobDigest) -> URL {
        folder.appending(path: "partial/\(digest.hexadecimal)")
    }

    /// Removes abandoned uploads.
    private func removeAbandoned() {
        let partial = folder.appending(path: "partial")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: partial.path)) ?? []
        for file in files.map({ partial.appending(path: $0) }) {
            let values = try? file.resourceValues(forKeys: [.contentModificationDateKey])
            guard let changed = values?.contentModificationDate,
                now().timeIntervalSince(changed) > Self.abandonedAfter
            else { continue }
            if let digest = try? BlobDigest(file.lastPathComponent) { uploads[digest] = nil }
            try? FileManager.default.removeItem(at: file)
        }
    }

    // MARK: - State

    /// Whether a blob is complete, and how many of its bytes are present.
    func state(of digest: BlobDigest) throws -> (isComplete: Bool, bytes: UInt64) {
        if let record = try knownRecord(of: digest) {
            if record.isMoved { return (true, record.bytes) }
            let size = try size(of: place(of: digest))
            if size == record.bytes { return (true, record.bytes) }
            try putAside(digest, because: size == nil ? "its file is gone" : "its file has \(size ?? 0) bytes")
        }
        if try adopt(digest) { return try state(of: digest) }
        return (false, try arrived(digest))
    }

    /// How many bytes of an incomplete blob are present; asking has no side effects.
    private func arrived(_ digest: BlobDigest) throws -> UInt64 {
        try uploads[digest]?.size ?? size(of: partialPlace(of: digest)) ?? 0
    }

    /// Size of a file; nil only if it does not exist. A file that cannot be opened right now says nothing about the
    /// blob.
    nonisolated func size(of file: URL) throws -> UInt64? {
        do {
            return try BlobFile(reading: file).size
        } catch let failure as Failure where failure.code == .notFound {
            return nil
        }
    }

    /// The record of a blob, within a step of the actor.
    func knownRecord(of digest: BlobDigest) throws -> Record? {
        try database.blockingRead { db in try Self.record(of: digest, in: db) }
    }

    /// The record of a blob, outside the actor.
    nonisolated func record(of digest: BlobDigest) async throws -> Record? {
        try await database.read { db in try Self.record(of: digest, in: db) }
    }

    static func record(of digest: BlobDigest, in db: Database) throws -> Record? {
        let statement = try db.cachedStatement(
            sql: "SELECT bytes, chunks, moved IS NOT NULL AS isMoved FROM blobs WHERE digest = ?")
        return try Row.fetchOne(statement, arguments: [digest.hexadecimal]).map { row in
            Record(
                bytes: UInt64(row["bytes"] as Int64), chunks: [UInt8](row["chunks"] as Data), isMoved: row["isMoved"])
        }
    }

    // MARK: - Writing

    /// Appends a chunk to what is present; the last chunk completes the blob.
    ///
    /// A chunk that is already present, or that would leave a gap, changes nothing; the state says where to continue.
    func write(
        _ digest: BlobDigest, total: UInt64, offset: UInt64, _ bytes: [UInt8], keepFor time: Duration? = nil
    ) throws -> (isComplete: Bool, bytes: UInt64) {
        guard total <= Self.largest else {
            throw Failure(.invalidArgument, "A blob may have at most \(Self.largest) bytes; this one has \(total).")
        }
        let state = try state(of: digest)
        guard !state.isComplete else {
            try keep(digest, until: time.map(expiry))
            return state
        }
        // An upload begins with an empty chunk, to learn where to continue.
        guard !bytes.isEmpty || total == 0 else { return state }
        let upload = try upload(of: digest)
        guard offset <= upload.size, offset + UInt64(bytes.count) >= upload.size else { return (false, upload.size) }
        let new = bytes.dropFirst(Int(upload.size - offset))
        guard upload.size + UInt64(new.count) <= total else {
            throw Failure(
                .invalidArgument,
                "A chunk of \(bytes.count) bytes at \(offset) exceeds the size of blob \(digest), \(total) bytes.")
        }
        try upload.append(new)
        guard upload.size == total else { return (false, upload.size) }
        try complete(digest, upload, expires: time.map(expiry))
        return (true, total)
    }

    private func upload(of digest: BlobDigest) throws -> Upload {
        if let upload = uploads[digest] { return upload }
        if uploads.count >= Self.openUploads, let oldest = uploads.min(by: { $0.value.used < $1.value.used }) {
            uploads[oldest.key] = nil
        }
        let upload = try Upload(partialPlace(of: digest))
        uploads[digest] = upload
        return upload
    }

    private func complete(_ digest: BlobDigest, _ upload: Upload, expires: Int64?) throws {
        uploads[digest] = nil
        let (actual, chunks) = upload.finish()
        guard actual == digest else {
            try upload.file.remove()
            throw Failure(
                .corrupt,
                "The upload of blob \(digest) has the digest \(actual) and was discarded. Upload it again.",
                isRetriable: true)
        }
        let bytes = upload.size
        try upload.file.publish(as: place(of: digest))
        KillPoint.blobPlaced.pass()
        try enter(digest, Record(bytes: bytes, chunks: chunks), expires: expires)
        KillPoint.blobRecorded.pass()
    }

    private func enter(_ digest: BlobDigest, _ record: Record, expires: Int64?) throws {
        let created = now().microseconds
        try database.blockingWrite { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO blobs (digest, bytes, chunks, created, expires) VALUES (?, ?, ?, ?, ?)",
                arguments: [digest.hexadecimal, Int64(record.bytes), Data(record.chunks), created, expires])
            try events.append(
                kind: "blob.stored", subject: digest.hexadecimal, attributes: ["bytes": "\(record.bytes)"], in: db)
        }
    }

    /// Records a file that was renamed into place just before a crash; false if there is none.
    private func adopt(_ digest: BlobDigest) throws -> Bool {
        let place = place(of: digest)
        guard FileManager.default.fileExists(atPath: place.path) else { return false }
        let upload = try Upload(place)
        let (actual, chunks) = upload.finish()
        guard actual == digest else {
            try putAside(digest, because: "its file has the digest \(actual)")
            return false
        }
        // The uploader has not heard of its completion and will state again how long to keep it.
        try enter(
            digest, Record(bytes: upload.size, chunks: chunks), expires: expiry(.seconds(Self.abandonedAfter)))
        return true
    }

    // MARK: - Keeping

    private func expiry(_ time: Duration) -> Int64 { now().addingTimeInterval(time / .seconds(1)).microseconds }

    /// Keeps a blob at least until a time, or permanently; never shorter than promised before.
    private func keep(_ digest: BlobDigest, until time: Int64?) throws {
        try database.blockingWrite { db in
            try db.execute(
                sql: """
                    UPDATE blobs SET expires = CASE WHEN ?1 IS NULL THEN NULL ELSE MAX(expires, ?1) END
                    WHERE digest = ?2 AND expires IS NOT NULL
                    """, arguments: [time, digest.hexadecimal])
        }
    }

    /// Keeps blobs that a running search needs, at least for a time; ignores unknown ones.
    func hold(_ digests: [BlobDigest], for time: Duration) throws {
        let until = expiry(time)
        try database.blockingWrite { db in
            let hold = try db.cachedStatement(sql: "UPDATE blobs SET held = MAX(held, ?) WHERE digest = ?")
            for digest in digests { try hold.execute(arguments: [until, digest.hexadecimal]) }
        }
    }

    /// Keeps a blob permanently, in the same transaction as whatever needs it. Returns its size.
    static func pin(_ digest: BlobDigest, as name: String, _ db: Database) throws -> UInt64 {
        try db.execute(
            sql: "UPDATE blobs SET expires = NULL WHERE digest = ? AND expires IS NOT NULL",
            arguments: [digest.hexadecimal])
        let find = try db.cachedStatement(sql: "SELECT bytes FROM blobs WHERE digest = ?")
        guard let bytes = try Int64.fetchOne(find, arguments: [digest.hexadecimal]) else {
            throw Failure(.notFound, "The registry has no complete blob \(digest) (\(name)); upload it first.")
        }
        return UInt64(bytes)
    }

    /// Removes expired blobs and abandoned uploads, and returns the number of blobs removed.
    func removeExpired() throws -> Int {
        removeAbandoned()
        let time = now().microseconds
        let digests = try database.blockingWrite { db in
            let digests = try String.fetchAll(
                db, sql: "DELETE FROM blobs WHERE expires <= ?1 AND held <= ?1 RETURNING digest",
                arguments: [time])
            for digest in digests { try events.append(kind: "blob.expired", subject: digest, in: db) }
            return digests
        }
        for digest in digests { try? FileManager.default.removeItem(at: place(of: BlobDigest(digest))) }
        return digests.count
    }

    // MARK: - Reading

    /// Up to `limit` verified bytes from an offset; fewer at the end of an 8 MiB chunk or of the blob.
    nonisolated func read(
        _ digest: BlobDigest, offset: UInt64, limit: Int
    ) async throws -> (bytes: [UInt8], total: UInt64) {
        guard let record = try await record(of: digest) else {
            throw Failure(.notFound, "The registry has no blob \(digest).")
        }
        guard offset < record.bytes else { return ([], record.bytes) }
        let size = UInt64(RegistryClient.chunkBytes)
        let index = offset / size
        let moved = record.isMoved ? try await movedChunk(Int(index), of: digest) : nil
        let (chunk, isRight) = try await BlockingWork.run {
            let chunk = try moved ?? self.chunk(Int(index), of: digest)
            return (chunk, self.isRight(chunk, Int(index), record))
        }
        guard isRight else {
            let reason = "bytes \(index * size) to \(min(record.bytes, (index + 1) * size)) do not match their digest"
            guard try await isDamaged(digest, record, chunk: Int(index), because: reason) else {
                return try await read(digest, offset: offset, limit: limit)
            }
            throw Failure(
                .corrupt,
                "Blob \(digest) is damaged \(record.isMoved ? "in the bucket" : "on the registry's disk") (\(reason))."
                    + " It was quarantined and is not served; upload it again.")
        }
        return (Array(chunk.dropFirst(Int(offset - index * size)).prefix(limit)), record.bytes)
    }

    private nonisolated func chunk(_ index: Int, of digest: BlobDigest) throws -> [UInt8] {
        do {
            return try BlobFile(reading: place(of: digest))
                .read(at: UInt64(index * RegistryClient.chunkBytes), count: RegistryClient.chunkBytes)
        } catch let failure as Failure where failure.code == .notFound {
            return []
        }
    }

    nonisolated func isRight(_ chunk: [UInt8], _ index: Int, _ record: Record) -> Bool {
        let length = SHA256.byteCount
        return Array(SHA256.hash(data: chunk)) == Array(record.chunks.dropFirst(index * length).prefix(length))
    }

    /// Checks again before it quarantines the blob, because it may have been uploaded anew or moved since.
    private nonisolated func isDamaged(
        _ digest: BlobDigest, _ record: Record, chunk index: Int, because reason: String
    ) async throws -> Bool {
        guard record.isMoved else { return try await putAside(digest, ifChunkIsDamaged: index, because: reason) }
        guard try await !isRight(movedChunk(index, of: digest), index, record) else { return false }
        try await putAside(digest, because: reason)
        return true
    }

    private func putAside(_ digest: BlobDigest, ifChunkIsDamaged index: Int, because reason: String) throws -> Bool {
        guard let record = try knownRecord(of: digest) else { return true }
        guard !record.isMoved else { return false }
        guard try !isRight(chunk(index, of: digest), index, record) else { return false }
        try putAside(digest, because: reason)
        return true
    }

    /// Quarantines a damaged file, so that it is not read and can be uploaded again.
    func putAside(_ digest: BlobDigest, because reason: String) throws {
        let target = folder.appending(path: "corrupt/\(digest.hexadecimal)")
        try? FileManager.default.removeItem(at: target)
        try? FileManager.default.moveItem(at: place(of: digest), to: target)
        try database.blockingWrite { db in
            try db.execute(sql: "DELETE FROM blobs WHERE digest = ?", arguments: [digest.hexadecimal])
            try events.append(
                kind: "blob.corrupt", subject: digest.hexadecimal, attributes: ["reason": reason], in: db)
        }
        logger.error("quarantined a damaged blob", metadata: ["blob": "\(digest)", "reason": "\(reason)"])
    }
}
