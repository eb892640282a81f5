import Foundation
import GRDB
import Model
import Networks
import RegistryClient
import Storage
import TestSupport
import Testing

@testable import RegistryServer

struct MigrationTests {
    @Test func `models of an older registry keep their files, and get versions, stages and structure`() async throws {
        let directory = try TemporaryDirectory()
        let pool = try DatabasePool(path: directory.file("registry.sqlite").path)
        var migrator = DatabaseMigrator()
        EventLog.registerMigrations(in: &migrator)
        RegistryDatabase.registerMigrations(in: &migrator)
        try migrator.migrate(pool, upTo: "let blobs expire")
        let network = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10)
        let digests = [1, 2].map { BlobDigest(hashing: [$0]).hexadecimal }
        try await pool.write { db in
            func term(_ kind: CodeDictionaries.Kind, _ text: String) throws -> Int64 {
                try Terms.row(of: text, in: kind, db)
            }
            try db.execute(
                sql: "INSERT INTO networks VALUES (?, ?, ?, 1, 1, ?, 5)",
                arguments: [
                    try network.id.hexadecimal, try term(.names, "LeNet3"), try term(.categories, "LeNet"),
                    try network.canonicalJSON,
                ])
            for digest in digests {
                try db.execute(
                    sql: "INSERT INTO blobs (digest, bytes, chunks, created) VALUES (?, 7, x'', 5)", arguments: [digest]
                )
            }
            for (id, created) in [("late", 9), ("early", 8)] {
                try db.execute(
                    sql: "INSERT INTO models VALUES (?, ?, ?, ?, ?, 0.5, ?, ?, 's', ?, ?, ?, '1 1 1')",
                    arguments: [
                        id, try network.id.hexadecimal, try term(.platforms, "Gyrus1.0"), try term(.datasets, "mnist"),
                        try term(.optimizers, "SGD"), digests[0], digests[1], id, created,
                        "LeNet3; vision; classification; LeNet; mnist; 12.1K; 50%; SGD; Gyrus1.0",
                    ])
                try db.execute(sql: "INSERT INTO model_metrics VALUES (?, 'seconds', 3)", arguments: [id])
            }
        }
        try pool.close()

        let database = try ServiceDatabase.open(at: directory.file("registry.sqlite")) { migrator in
            EventLog.registerMigrations(in: &migrator)
            RegistryDatabase.registerMigrations(in: &migrator)
        }
        let store = RegistryStore(database, events: EventLog(database, service: "registry"))
        let early = try await store.model("early")
        #expect(early.series == "LeNet3/mnist" && early.version == 1 && early.stage == .none)
        let files = try zip([.safetensors, .torchScript], digests.reversed()).map { format, digest in
            ModelFile(format, try BlobDigest(digest), bytes: 7)
        }
        #expect(early.files == files)
        #expect(early.bytes == 14 && early.metrics == ["seconds": 3] && early.accuracy == 0.5)
        let late = try await store.model("late")
        #expect(late.version == 2 && late.lineage.scenario == "s")
        let structure = try await store.network(network.id)
        #expect(structure.features["depth"] == "4" && !structure.keyLayers.isEmpty)
        let damaged = try await database.read { db in try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count }
        #expect(damaged == 0)
    }
}
