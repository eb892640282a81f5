import GRDB

/// What refers to blobs: whatever stands here is kept.
enum BlobReferences {
    /// All digests that something refers to.
    static let all = "SELECT blob FROM model_files UNION SELECT blob FROM datasets"

    /// What a fault names at most.
    private static let most = 10

    /// What needs a blob, such as `model 3fa2/7 (safetensors)`.
    static func needing(_ digest: String, _ db: Database) throws -> [String] {
        try String.fetchAll(
            db,
            sql: """
                SELECT 'model ' || model || ' (' || format || ')' FROM model_files WHERE blob = ?1
                UNION ALL SELECT 'dataset ' || name FROM datasets WHERE blob = ?1 LIMIT \(most)
                """, arguments: [digest])
    }
}
