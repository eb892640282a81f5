import Crypto
import Foundation
import GRDB
import Model
import Networks
import RegistryServer
import Storage

/// The folder of a large registry, written without running one.
struct LargeCatalog {
    let directory: URL
    let models: Int
    let networks: Int
    let files: Int
    let bytes: Int

    private static let areas = ["vision", "audition", "language", "emotion"]
    private static let chunk = 8 << 20

    func write() async throws {
        let pool = try ServiceDatabase.open(at: directory.appending(path: "registry.sqlite")) { migrator in
            EventLog.registerMigrations(in: &migrator)
            RegistryDatabase.registerMigrations(in: &migrator)
        }
        try await pool.write { db in
            let digests = try writeFiles(db)
            try writeNetworks(db)
            try writeModels(digests, db)
        }
        try pool.close()
    }

    /// Sparse files, which have a size but take no space.
    private func writeFiles(_ db: Database) throws -> [String] {
        let empty = [UInt8](repeating: 0, count: Self.chunk)
        let pieces = stride(from: 0, to: bytes, by: Self.chunk).flatMap { offset in
            [UInt8](SHA256.hash(data: empty.prefix(min(Self.chunk, bytes - offset))))
        }
        return try (0..<files).map { number in
            let digest = BlobDigest(hashing: Array("\(number)".utf8)).hexadecimal
            let folder = directory.appending(path: "blobs/\(digest.prefix(2))")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appending(path: digest)
            try Data().write(to: file)
            let handle = try FileHandle(forWritingTo: file)
            try handle.truncate(atOffset: UInt64(bytes))
            try handle.close()
            try db.execute(
                sql: "INSERT INTO blobs (digest, bytes, chunks, created) VALUES (?, ?, ?, 1)",
                arguments: [digest, bytes, Data(pieces)])
            return digest
        }
    }

    private func term(_ kind: CodeDictionaries.Kind, _ text: String, _ db: Database) throws -> Int64 {
        let known = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT id FROM terms WHERE kind = ? AND text = ?"),
            arguments: [kind.rawValue, text])
        if let known { return known }
        try db.cachedStatement(
            sql: """
                INSERT INTO terms (kind, number, text)
                VALUES (?1, (SELECT COALESCE(MAX(number), 0) + 1 FROM terms WHERE kind = ?1), ?2)
                """
        ).execute(arguments: [kind.rawValue, text])
        return db.lastInsertedRowID
    }

    private func id(ofNetwork number: Int) -> String { BlobDigest(hashing: Array("network\(number)".utf8)).hexadecimal }

    private func writeNetworks(_ db: Database) throws {
        let description = try TableSix.leNet5.network(shape: [1, 112, 112], classes: 10).canonicalJSON
        for number in 0..<networks {
            let id = id(ofNetwork: number)
            try db.execute(
                sql: """
                    INSERT INTO networks (id, name, category, parameters, operations, description, created, key_layers)
                    VALUES (?, ?, ?, ?, ?, ?, 1, '[]')
                    """,
                arguments: [
                    id, try term(.names, "Net\(number)", db), try term(.categories, "family\(number % 20)", db),
                    10_000 + number, 1_000_000, description,
                ])
            let words: [(CodeDictionaries.Kind, String)] = [
                (.areas, Self.areas[number % 4]), (.functions, "function\(number % 30)"),
            ]
            for (kind, text) in words {
                try db.execute(
                    sql: "INSERT INTO network_terms (network, kind, position, term) VALUES (?, ?, 0, ?)",
                    arguments: [id, kind.rawValue, try term(kind, text, db)])
            }
            for (name, value) in [("depth", "\(number % 50)"), ("layers", "20"), ("residual", "no")] {
                try db.execute(sql: "INSERT INTO network_features VALUES (?, ?, ?)", arguments: [id, name, value])
            }
        }
    }

    private func writeModels(_ digests: [String], _ db: Database) throws {
        let platform = try term(.platforms, "Gyrus1.0", db)
        let add = try db.makeStatement(
            sql: """
                INSERT INTO models (id, network, platform, dataset, optimizer, accuracy, series, version, stage, size, bytes,
                    created, code_text, code) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, '10K', ?, ?, ?, ?)
                """)
        let addFile = try db.makeStatement(sql: "INSERT INTO model_files VALUES (?, 'safetensors', ?, ?)")
        let addStage = try db.makeStatement(
            sql: """
                INSERT INTO stage_changes (model, series, version, stage, began, person, note)
                VALUES (?, ?, 1, ?, 1, 'benchmark', '')
                """)
        for number in 0..<models {
            let id = "model-\(number)"
            let (set, optimizer) = ("set\(number % 50)", number % 3 == 0 ? "Adam" : "SGD")
            let stage = number % 100 == 0 ? "live" : "none"
            let accuracy = Double(number * 7919 % 10_000) / 10_000
            let network = number % networks
            try add.execute(arguments: [
                id, self.id(ofNetwork: network), platform, try term(.datasets, set, db),
                try term(.optimizers, optimizer, db), accuracy, "series\(number)", stage, bytes, number,
                "Net\(network); \(Self.areas[network % 4]); function\(network % 30); family\(network % 20); \(set); 10K;"
                    + " \(try AccuracyPercentage(fraction: accuracy)); \(optimizer); Gyrus1.0",
                "\(network) 1 \(network % 4 + 1) 1 \(network % 30 + 1) \(number % 50) 10 0 1 \(number) 2 1 1",
            ])
            if number < digests.count { try addFile.execute(arguments: [id, digests[number], bytes]) }
            try addStage.execute(arguments: [id, "series\(number)", stage])
        }
    }
}
