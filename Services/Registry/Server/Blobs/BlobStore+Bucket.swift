import Crypto
import Foundation
import GRDB
import Model
public import ObjectStore
import RegistryClient
import Storage

/// Blobs in a bucket. Every blob first arrives on disk. A `BlobMover` copies it to the bucket and reads it back before
/// it removes the file on disk, so a store that is down, full or faulty loses nothing.
///
/// Each pending removal from the bucket is a row of `bucket_removals`, written before an object can exist that nothing
/// needs.
extension BlobStore {
    /// The object that identifies the owner of the bucket.
    static let ownerName = "gyrus-registry"

    // MARK: - Whose it is

    /// Reads which bucket the registry uses, and claims this one if it used none.
    /// - Throws: `Failure` with code `conflict` if blobs are in another bucket.
    public func choose(_ address: BucketAddress?) throws {
        try database.blockingWrite { db in
            let known = try Row.fetchOne(db, sql: "SELECT place FROM bucket")?["place"] as String?
            guard known != address?.description else { return }
            let moved = try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM blobs WHERE moved IS NOT NULL") ?? 0
            if let known, moved > 0 {
                throw Failure(
                    .conflict,
                    "\(moved) files of the registry are in \(known); set --blobs or GYRUS_BLOBS to it. To change the"
                        + " location, make a backup and restore it into another project, which keeps files on disk.")
            }
            try db.execute(sql: "DELETE FROM bucket; DELETE FROM bucket_removals")
            if let address {
                try db.execute(
                    sql: "INSERT INTO bucket (place, owner) VALUES (?, ?)",
                    arguments: [address.description, UUID().uuidString.lowercased()])
            }
        }
    }

    /// Forgets the bucket of the registry that this one was restored from, because all files are on disk.
    public func forgetBucket() throws {
        try database.blockingWrite { db in
            try db.execute(
                sql: "UPDATE blobs SET moved = NULL; DELETE FROM bucket_removals; DELETE FROM bucket")
        }
    }

    /// Checks that the bucket is usable and does not belong to another registry.
    /// - Throws: `Failure`: `unavailable` if that cannot be determined now, any other code if the bucket cannot be
    ///   used.
    public nonisolated func claimBucket() async throws {
        guard let bucket else { return }
        let owner = try await database.read { db in try String.fetchOne(db, sql: "SELECT owner FROM bucket") } ?? ""
        if let found = try await bucket.read(Self.ownerName, at: 0, count: 100) {
            guard found == Array(owner.utf8) else {
                throw Failure(
                    .conflict,
                    "The bucket \(bucket.address) holds the files of another registry; add a unique prefix to the"
                        + " address.")
            }
        } else {
            try await bucket.write(Self.ownerName, bytes: UInt64(owner.utf8.count)) { _, _ in Array(owner.utf8) }
        }
    }

    // MARK: - Reading

    /// A chunk of a blob from the bucket; empty if there is none.
    nonisolated func movedChunk(_ index: Int, of digest: BlobDigest) async throws -> [UInt8] {
        guard let bucket else {
            throw Failure(.unavailable, "Blob \(digest) is in a bucket, but the registry was started without --blobs.")
        }
        let size = RegistryClient.chunkBytes
        return try await bucket.read(digest.hexadecimal, at: UInt64(index) * UInt64(size), count: size) ?? []
    }

    /// What is wrong with a blob in the bucket; nil if it is intact.
    nonisolated func faultInBucket(of digest: BlobDigest, _ record: Record) async throws -> String? {
        let count = Int((record.bytes + UInt64(RegistryClient.chunkBytes) - 1) / UInt64(RegistryClient.chunkBytes))
        for index in 0..<count {
            let chunk = try await movedChunk(index, of: digest)
            if chunk.isEmpty && index == 0 { return "it is missing from the bucket" }
            if !isRight(chunk, index, record) { return "chunk \(index) in the bucket is damaged" }
        }
        return nil
    }

    // MARK: - Moving

    /// The next blob that is only on disk, oldest first; records that it may soon be in the bucket.
    func nextToMove() throws -> (digest: BlobDigest, record: Record)? {
        try database.blockingWrite { db in
            let text = try String.fetchOne(
                db, sql: "SELECT digest FROM blobs WHERE moved IS NULL ORDER BY created, digest LIMIT 1")
            guard let text, let record = try Self.record(of: BlobDigest(text), in: db) else { return nil }
            try db.execute(sql: "INSERT OR IGNORE INTO bucket_removals (digest) VALUES (?)", arguments: [text])
            return (try BlobDigest(text), record)
        }
    }

    /// Copies a blob to the bucket and reads it back; removes the file on disk once both are known to be equal.
    nonisolated func move(_ digest: BlobDigest, _ record: Record, to bucket: Bucket) async throws {
        let file = try BlobFile(reading: place(of: digest))
        try await bucket.write(digest.hexadecimal, bytes: record.bytes) { offset, count in
            try file.read(at: offset, count: count)
        }
        if let fault = try await faultInBucket(of: digest, record) {
            throw Failure(
                .corrupt, "Blob \(digest) was stored in \(bucket.address), but \(fault). It stays on disk.",
                isRetriable: true)
        }
        try await noteMove(of: digest)
    }

    private func noteMove(of digest: BlobDigest) throws {
        let time = now().microseconds
        let isNeeded = try database.blockingWrite { db in
            try db.execute(
                sql: "UPDATE blobs SET moved = ? WHERE digest = ?", arguments: [time, digest.hexadecimal])
            guard db.changesCount > 0 else { return false }
            try db.execute(sql: "DELETE FROM bucket_removals WHERE digest = ?", arguments: [digest.hexadecimal])
            try events.append(kind: "blob.moved", subject: digest.hexadecimal, in: db)
            return true
        }
        if isNeeded { try? FileManager.default.removeItem(at: place(of: digest)) }
    }

    /// Objects that no blob needs any longer.
    nonisolated func removals() async throws -> [BlobDigest] {
        try await database.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT digest FROM bucket_removals WHERE digest NOT IN (SELECT digest FROM blobs) LIMIT 1000
                    """
            ).map(BlobDigest.init)
        }
    }

    nonisolated func noteRemoval(of digest: BlobDigest) async throws {
        try await database.write { db in
            try db.execute(sql: "DELETE FROM bucket_removals WHERE digest = ?", arguments: [digest.hexadecimal])
        }
    }
}
