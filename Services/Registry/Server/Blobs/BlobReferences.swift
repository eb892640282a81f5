import GRDB

/// References to blobs: every blob that is referenced is kept.
enum BlobReferences {
    /// Query for all referenced digests.
    static let all = "SELECT blob FROM model_files UNION SELECT blob FROM datasets"

    /// Maximum number of users named in a fault.
    private static let most = 10

    /// The users of a blob, such as `model 3fa2/7 (safetensors)`.
    static func needing(_ digest: String, _ db: Database) throws -> [String] {
        try String.fetchAll(
            db,
            sql: """
                SELECT 'model ' || model || ' (' || format || ')' FROM model_files WHERE blob = ?1
                UNION ALL SELECT 'dataset ' || name FROM datasets WHERE blob = ?1 LIMIT \(most)
                """, arguments: [digest])
    }
}
