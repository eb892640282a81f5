import Foundation
import GRDB
import Model
import Networks

extension RegistryDatabase {
    /// Adds features and key layers of networks, including existing ones.
    static func findStructures(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE networks ADD COLUMN format TEXT NOT NULL DEFAULT 'gyrus';
                ALTER TABLE networks ADD COLUMN key_layers TEXT NOT NULL DEFAULT '[]';
                CREATE TABLE network_features (
                    network TEXT NOT NULL REFERENCES networks (id),
                    name TEXT NOT NULL,
                    value TEXT NOT NULL,
                    PRIMARY KEY (network, name)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX network_features_by_value ON network_features (name, value);
                """)
        for row in try Row.fetchAll(db, sql: "SELECT id, description FROM networks") {
            let structure = try NetworkStructure(NetworkDescription(json: row["description"]))
            try NetworkRow.store(structure, of: row["id"], db)
        }
    }

    /// Gives models a series with a version, a stage, a license, an origin and any number of files; an accuracy may be
    /// unknown. The table is recreated, because SQLite cannot drop a NOT NULL constraint.
    static func manageModels(_ db: Database) throws {
        try db.execute(sql: tables)
        let names = "(SELECT text FROM terms WHERE id = networks.name)"
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT models.*, \(names) || '/' || sets.text AS series FROM models
                    JOIN networks ON networks.id = models.network JOIN terms AS sets ON sets.id = models.dataset
                ORDER BY models.created, models.id
                """)
        for row in rows { try move(row, db) }
        try db.execute(sql: indices)
    }

    private static func move(_ row: Row, _ db: Database) throws {
        let (id, series, created): (String, String, Int64) = (row["id"], row["series"], row["created"])
        let code = try ArtificialCode(row["code_text"])
        let files: [(format: String, blob: String)] = [
            ("torchscript", row["script"]), ("safetensors", row["weights"]),
        ]
        let sizes = try files.map { file in
            try Int64.fetchOne(db, sql: "SELECT bytes FROM blobs WHERE digest = ?", arguments: [file.blob]) ?? 0
        }
        let version = try ModelRow.nextVersion(in: series, of: "new_models", db)
        try db.execute(
            sql: """
                INSERT INTO new_models (id, network, platform, dataset, optimizer, accuracy, series, version, stage, size,
                    bytes, scenario, trial, created, code_text, code)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'none', ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, row["network"] as String, row["platform"] as Int64, row["dataset"] as Int64,
                row["optimizer"] as Int64, row["accuracy"] as Double, series, version, code.size.description,
                sizes.reduce(0, +), row["scenario"] as String?, row["trial"] as String?, created,
                row["code_text"] as String, row["code"] as String,
            ])
        for (file, bytes) in zip(files, sizes) {
            try db.execute(
                sql: "INSERT INTO model_files (model, format, blob, bytes) VALUES (?, ?, ?, ?)",
                arguments: [id, file.format, file.blob, bytes])
        }
        try db.execute(
            sql: """
                INSERT INTO stage_changes (model, series, version, stage, began, person, note)
                VALUES (?, ?, ?, 'none', ?, 'registry', '')
                """, arguments: [id, series, version, created])
    }

    /// Indices for statistics and searches over 100,000 models, and one over all words of a model.
    static func indexModels(_ db: Database) throws {
        try db.execute(
            sql: """
                DROP INDEX models_in_numbers;
                DROP INDEX models_by_platform;
                DROP INDEX models_by_dataset;
                DROP INDEX models_by_optimizer;
                DROP INDEX models_by_code;
                CREATE INDEX models_by_network ON models (network, accuracy, bytes);
                CREATE INDEX models_by_platform ON models (platform, accuracy, bytes);
                CREATE INDEX models_by_dataset ON models (dataset, accuracy, bytes);
                CREATE INDEX models_by_optimizer ON models (optimizer, accuracy, bytes);
                CREATE INDEX models_counted_by_stage ON models (stage, accuracy, bytes);
                CREATE INDEX models_by_code ON models (code, id);
                CREATE INDEX models_by_licence ON models (licence, id);
                CREATE INDEX models_by_origin ON models (origin, id);
                CREATE INDEX models_by_recipe ON models (recipe, id);
                CREATE VIRTUAL TABLE model_words USING fts5 (model UNINDEXED, words, tokenize = 'trigram');
                CREATE TRIGGER models_have_words AFTER INSERT ON models BEGIN
                    INSERT INTO model_words (model, words)
                    VALUES (new.id, \(words("new.")));
                END;
                """)
        try db.execute(sql: "INSERT INTO model_words (model, words) SELECT id, \(words("")) FROM models")
    }

    /// Renames a column; SQLite renames it in indices and triggers as well.
    static func respellLicenses(_ db: Database) throws {
        try db.execute(sql: "ALTER TABLE models RENAME COLUMN licence TO license")
    }

    /// All columns of a row of models that a word search covers, as named when the index is created.
    private static func words(_ prefix: String) -> String {
        ["id", "code_text", "series", "scenario", "licence", "origin"]
            .map { "COALESCE(\(prefix)\($0), '')" }.joined(separator: " || char(10) || ")
    }

    private static let tables = """
        CREATE TABLE new_models (
            id TEXT PRIMARY KEY NOT NULL,
            network TEXT NOT NULL REFERENCES networks (id),
            platform INTEGER NOT NULL REFERENCES terms (id),
            dataset INTEGER NOT NULL REFERENCES terms (id),
            optimizer INTEGER NOT NULL REFERENCES terms (id),
            accuracy REAL,
            series TEXT NOT NULL,
            version INTEGER NOT NULL,
            stage TEXT NOT NULL,
            size TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            scenario TEXT,
            trial TEXT,
            recipe TEXT,
            parent TEXT REFERENCES models (id),
            licence TEXT,
            origin TEXT,
            created INTEGER NOT NULL,
            code_text TEXT NOT NULL,
            code TEXT NOT NULL,
            UNIQUE (series, version)
        ) STRICT;
        CREATE TABLE model_files (
            model TEXT NOT NULL REFERENCES models (id),
            format TEXT NOT NULL,
            blob TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (model, format)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX model_files_by_blob ON model_files (blob);
        CREATE INDEX datasets_by_blob ON datasets (blob);
        CREATE TABLE stage_changes (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            model TEXT NOT NULL REFERENCES models (id),
            series TEXT NOT NULL,
            version INTEGER NOT NULL,
            stage TEXT NOT NULL,
            began INTEGER NOT NULL,
            ended INTEGER,
            person TEXT NOT NULL,
            note TEXT NOT NULL
        ) STRICT;
        CREATE INDEX stage_changes_by_model ON stage_changes (model, seq);
        CREATE INDEX stage_changes_by_series ON stage_changes (series, seq);
        CREATE INDEX stage_changes_by_stage ON stage_changes (stage, seq);
        CREATE UNIQUE INDEX one_stage_at_a_time ON stage_changes (model) WHERE ended IS NULL;
        CREATE UNIQUE INDEX one_live_version ON stage_changes (series) WHERE stage = 'live' AND ended IS NULL;
        """

    private static let indices = """
        DROP TABLE models;
        ALTER TABLE new_models RENAME TO models;
        CREATE INDEX models_by_platform ON models (platform);
        CREATE INDEX models_by_dataset ON models (dataset);
        CREATE INDEX models_by_optimizer ON models (optimizer);
        CREATE INDEX models_by_stage ON models (stage, id);
        CREATE INDEX models_by_size ON models (size);
        CREATE INDEX models_by_accuracy ON models (COALESCE(accuracy, -1), id);
        CREATE INDEX models_by_creation ON models (created, id);
        CREATE INDEX models_by_bytes ON models (bytes, id);
        CREATE INDEX models_by_scenario ON models (scenario);
        CREATE INDEX models_by_trial ON models (trial);
        CREATE INDEX models_by_parent ON models (parent);
        CREATE INDEX models_by_code ON models (code);
        CREATE INDEX models_in_numbers ON models (network, platform, dataset, optimizer, stage, accuracy, bytes);
        """
}
