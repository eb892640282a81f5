import Foundation
import GRDB
import Model
import RegistryClient

/// A pretrained model in the database.
enum ModelRow {
    static let columns = """
        SELECT models.*, platforms.text AS platform_text, datasets.text AS dataset_text,
            optimizers.text AS optimizer_text,
            (SELECT began FROM stage_changes WHERE model = models.id AND ended IS NULL) AS stage_since
        FROM models JOIN terms AS platforms ON platforms.id = models.platform
            JOIN terms AS datasets ON datasets.id = models.dataset
            JOIN terms AS optimizers ON optimizers.id = models.optimizer
        """

    static func nextVersion(in series: String, of table: String = "models", _ db: Database) throws -> Int {
        let statement = try db.cachedStatement(
            sql: "SELECT COALESCE(MAX(version), 0) + 1 FROM \(table) WHERE series = ?")
        return try Int.fetchOne(statement, arguments: [series]) ?? 1
    }

    /// The next version number of a series; never reused, not even after a model was removed.
    private static func newVersion(in series: String, _ db: Database) throws -> Int {
        let statement = try db.cachedStatement(sql: "SELECT version + 1 FROM removed_versions WHERE series = ?")
        let afterRemoved = try Int.fetchOne(statement, arguments: [series]) ?? 1
        return max(try nextVersion(in: series, db), afterRemoved)
    }

    /// Adds a model with its files, which must exist, and its metrics.
    static func insert(_ model: PretrainedModel, code: ArtificialCode, created: Int64, _ db: Database) throws {
        let files = try model.files.map { file in
            (file, bytes: try BlobStore.pin(file.blob, as: file.format.rawValue, db))
        }
        let numbers = try Terms.encode(code, db)
        let own: [(String, (any DatabaseValueConvertible)?)] = [
            ("id", model.id), ("network", model.network.hexadecimal),
            ("platform", try Terms.row(of: model.platform, in: .platforms, db)),
            ("dataset", try Terms.row(of: model.dataset, in: .datasets, db)),
            ("optimizer", try Terms.row(of: model.optimizer, in: .optimizers, db)), ("accuracy", model.accuracy),
            ("series", model.series), ("version", try newVersion(in: model.series, db)),
            ("stage", model.stage.rawValue), ("size", code.size.description),
            ("bytes", Int64(clamping: files.reduce(0) { $0 + $1.bytes })), ("created", created),
            ("code_text", code.description), ("code", numbers.map(String.init).joined(separator: " ")),
        ]
        let row = own + model.lineage.texts.map { ($0.name, $0.value) }
        try db.execute(
            sql: """
                INSERT INTO models (\(row.map(\.0).joined(separator: ", ")))
                VALUES (\(row.map { _ in "?" }.joined(separator: ", ")))
                """, arguments: StatementArguments(row.map(\.1)))
        let addFile = try db.cachedStatement(
            sql: "INSERT INTO model_files (model, format, blob, bytes) VALUES (?, ?, ?, ?)")
        for (file, bytes) in files {
            try addFile.execute(
                arguments: [model.id, file.format.rawValue, file.blob.hexadecimal, Int64(clamping: bytes)])
        }
        let addMetric = try db.cachedStatement(sql: "INSERT INTO model_metrics (model, name, value) VALUES (?, ?, ?)")
        for (name, value) in model.metrics { try addMetric.execute(arguments: [model.id, name, value]) }
    }
}

extension PretrainedModel {
    init(row: Row, _ db: Database) throws {
        let id: String = row["id"]
        let metrics = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT name, value FROM model_metrics WHERE model = ?"), arguments: [id])
        let files = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT format, blob, bytes FROM model_files WHERE model = ? ORDER BY format"),
            arguments: [id])
        self.init(
            id: id, network: try BlobDigest(row["network"]), platform: row["platform_text"],
            dataset: row["dataset_text"], optimizer: row["optimizer_text"], accuracy: row["accuracy"],
            files: try files.compactMap(ModelFile.init(row:)),
            metrics: Dictionary(metrics.map { ($0["name"], $0["value"]) }) { _, later in later },
            lineage: try Lineage { row[$0] }, series: row["series"])
        version = row["version"]
        stage = try ModelStage(word: row["stage"])
        stageSince = (row["stage_since"] as Int64?).map { Date(microseconds: $0) }
        bytes = UInt64(row["bytes"] as Int64)
        created = Date(microseconds: row["created"])
        code = try ArtificialCode(row["code_text"])
        codeNumbers = (row["code"] as String).split(separator: " ").compactMap { UInt32($0) }
    }
}

extension ModelFile {
    fileprivate init?(row: Row) throws {
        guard let format = Format(rawValue: row["format"]) else { return nil }
        self.init(format, try BlobDigest(row["blob"]), bytes: UInt64(row["bytes"] as Int64))
    }
}
