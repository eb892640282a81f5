import Foundation
import GRDB
import Model
import RegistryClient
public import Storage

// MARK: - Hashing again

extension BlobStore {
    /// Maximum number of blobs per call.
    private static let mostAtOnce = 1000

    /// Rehashes the blobs after a digest until the given number of bytes has been read; also finds blobs that are
    /// needed but missing.
    nonisolated func verify(after digest: String, bytes limit: UInt64) async throws -> BlobCheck {
        let digests = try await database.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT digest FROM (SELECT digest FROM blobs UNION \(BlobReferences.all)) WHERE digest > ?
                    ORDER BY digest LIMIT ?
                    """, arguments: [digest, Self.mostAtOnce])
        }
        var check = BlobCheck()
        for text in digests {
            let digest = try BlobDigest(text)
            check.last = text
            if let reason = try await fault(of: digest, &check) {
                let needing = try await database.read { db in try BlobReferences.needing(text, db) }
                check.faults.append(.init(digest: text, reason: reason, neededBy: needing))
            }
            if check.bytes >= limit { break }
        }
        if digests.isEmpty { check.last = nil }
        return check
    }

    /// What is wrong with a blob; nil if it is intact.
    private nonisolated func fault(of digest: BlobDigest, _ check: inout BlobCheck) async throws -> String? {
        guard let record = try await record(of: digest) else {
            return "it is missing because it was lost or quarantined as damaged; upload it again"
        }
        if record.isMoved {
            guard let fault = try await faultInBucket(of: digest, record) else {
                check.blobs += 1
                check.bytes += record.bytes
                return nil
            }
            try await putAside(digest, because: fault)
            return "\(fault); it is not served; upload it again"
        }
        let whole = try await BlockingWork.run {
            try self.size(of: self.place(of: digest)).flatMap { size in
                try BlobFile(reading: self.place(of: digest)).digest() == digest ? size : nil
            }
        }
        guard let size = whole else { return try await putAside(ifDamaged: digest) }
        check.blobs += 1
        check.bytes += size
        return nil
    }

    /// Checks again before it quarantines the blob, because it may have been removed or uploaded anew since.
    private func putAside(ifDamaged digest: BlobDigest) throws -> String? {
        guard try knownRecord(of: digest)?.isMoved == false else { return nil }
        guard try size(of: place(of: digest)) != nil else {
            try putAside(digest, because: "its file is missing")
            return "its file is missing; upload it again"
        }
        let actual = try BlobFile(reading: place(of: digest)).digest()
        guard actual != digest else { return nil }
        try putAside(digest, because: "its file has the digest \(actual)")
        return "its file has the digest \(actual); it was quarantined and is not served; upload it again"
    }
}

// MARK: - Collecting

extension BlobStore {
    /// Maximum number of digests in a reply.
    private static let mostNamed = 1000

    /// Removes blobs that nothing refers to and that are past their retention, and files without a row.
    ///
    /// A single step of the actor, so that no upload of the same content can intervene.
    func collect(olderThan age: Duration, dryRun isTrial: Bool) throws -> BlobCollection {
        let latest = now().addingTimeInterval(-(age / .seconds(1)))
        let unneeded = try database.blockingWrite { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT digest, bytes FROM blobs WHERE created <= ?1 AND (expires IS NULL OR expires <= ?2)
                        AND held <= ?2 AND digest NOT IN (\(BlobReferences.all)) ORDER BY digest
                    """, arguments: [latest.microseconds, now().microseconds])
            for row in rows where !isTrial {
                let digest: String = row["digest"]
                try db.execute(sql: "DELETE FROM blobs WHERE digest = ?", arguments: [digest])
                try events.append(kind: "blob.collected", subject: digest, in: db)
            }
            return try rows.map { (digest: try BlobDigest($0["digest"]), bytes: UInt64($0["bytes"] as Int64)) }
        }
        let strays = try strays(olderThan: latest).filter { stray in !unneeded.contains { $0.digest == stray.digest } }
        let found = unneeded + strays
        if !isTrial { for (digest, _) in found { try? FileManager.default.removeItem(at: place(of: digest)) } }
        return BlobCollection(
            blobs: UInt64(found.count), bytes: found.reduce(0) { $0 + $1.bytes },
            digests: found.prefix(Self.mostNamed).map(\.digest.hexadecimal))
    }

    /// Blob files without a row, left by a crash.
    private func strays(olderThan latest: Date) throws -> [(digest: BlobDigest, bytes: UInt64)] {
        let known = try database.blockingRead { db in try String.fetchSet(db, sql: "SELECT digest FROM blobs") }
        let keys: Set<URLResourceKey> = [.contentModificationDateKey, .fileSizeKey, .isRegularFileKey]
        let files = FileManager.default.enumerator(at: blobFolder, includingPropertiesForKeys: Array(keys))
        var strays: [(digest: BlobDigest, bytes: UInt64)] = []
        while let file = files?.nextObject() as? URL {
            guard !known.contains(file.lastPathComponent), let digest = try? BlobDigest(file.lastPathComponent),
                let values = try? file.resourceValues(forKeys: keys), values.isRegularFile == true,
                let changed = values.contentModificationDate, changed <= latest
            else { continue }
            strays.append((digest, UInt64(values.fileSize ?? 0)))
        }
        return strays
    }
}

// MARK: - Listing and retention

extension BlobStore {
    /// Number of blobs per page of the list.
    private static let page = 5_000

    /// The blobs after a digest, in order.
    nonisolated func list(after digest: String) async throws -> [(digest: BlobDigest, bytes: UInt64)] {
        try await database.read { db in
            try Row.fetchAll(
                db, sql: "SELECT digest, bytes FROM blobs WHERE digest > ? ORDER BY digest LIMIT \(Self.page)",
                arguments: [digest]
            ).map { (try BlobDigest($0["digest"]), UInt64($0["bytes"] as Int64)) }
        }
    }

    /// Blobs that hold only features and on which no model was trained, with the time of their last use.
    private static let features = """
        SELECT blobs.digest, blobs.bytes, blobs.held, MAX(datasets.created) AS created
        FROM datasets JOIN blobs ON blobs.digest = datasets.blob
        WHERE json_extract(datasets.attributes, '$.\(RegisteredDataset.featureWeights)') IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM models WHERE models.recipe = datasets.recipe)
            AND blobs.digest NOT IN (SELECT blob FROM model_files)
        GROUP BY blobs.digest HAVING COUNT(*) = (SELECT COUNT(*) FROM datasets WHERE blob = blobs.digest)
        """

    /// Removes temporary blobs and features beyond a limit, oldest first. Those that a running search holds stay, but count.
    /// - Returns: The number of blobs removed.
    public func removeTemporary(beyond limit: RetentionPolicy.Limit) throws -> Int {
        let start = limit.start(at: now())?.microseconds ?? Int64.min
        let most = limit.bytes.map { Int64(clamping: $0) } ?? Int64.max
        let digests = try database.blockingWrite { db in
            let digests = try String.fetchAll(
                db,
                sql: """
                    SELECT digest FROM (
                        SELECT digest, held, created,
                            SUM(bytes) OVER (ORDER BY held > :now DESC, created DESC, digest) AS total
                        FROM (
                            SELECT digest, bytes, held, created FROM blobs WHERE expires IS NOT NULL
                            UNION ALL \(Self.features)
                        )
                    ) WHERE held <= :now AND (created < :start OR total > :most)
                    """, arguments: ["now": now().microseconds, "start": start, "most": most])
            for digest in digests {
                try db.execute(sql: "DELETE FROM datasets WHERE blob = ?", arguments: [digest])
                try db.execute(sql: "DELETE FROM blobs WHERE digest = ?", arguments: [digest])
                try events.append(kind: "blob.expired", subject: digest, in: db)
            }
            return digests
        }
        for digest in digests { try? FileManager.default.removeItem(at: place(of: BlobDigest(digest))) }
        return digests.count
    }
}
