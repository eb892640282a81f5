public import GRDB

/// The tables of the registry.
public enum RegistryDatabase {
    /// Registers the migrations, oldest first.
    public static func registerMigrations(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("create blobs") { db in
            try db.execute(
                sql: """
                    CREATE TABLE blobs (
                        digest TEXT PRIMARY KEY NOT NULL,
                        bytes INTEGER NOT NULL CHECK (bytes >= 0),
                        chunks BLOB NOT NULL,
                        created INTEGER NOT NULL
                    ) STRICT;
                    """)
        }
        migrator.registerMigration("create dictionaries") { db in
            try db.execute(
                sql: """
                    CREATE TABLE terms (
                        id INTEGER PRIMARY KEY,
                        kind TEXT NOT NULL,
                        number INTEGER NOT NULL CHECK (number > 0),
                        text TEXT NOT NULL,
                        UNIQUE (kind, number),
                        UNIQUE (kind, text)
                    ) STRICT;
                    CREATE TRIGGER terms_stay BEFORE DELETE ON terms
                    BEGIN SELECT RAISE(ABORT, 'a term keeps its number for ever'); END;
                    """)
        }
        migrator.registerMigration("create networks and models", migrate: createCatalog)
        migrator.registerMigration("let blobs expire") { db in
            try db.execute(
                sql: """
                    ALTER TABLE blobs ADD COLUMN expires INTEGER;
                    CREATE INDEX blobs_by_expiry ON blobs (expires) WHERE expires IS NOT NULL;
                    """)
        }
        migrator.registerMigration("find the structure of networks", migrate: findStructures)
        migrator.registerMigration("manage models in series, stages and files", migrate: manageModels)
        migrator.registerMigration("find models quickly", migrate: indexModels)
        registerBrain(in: &migrator)
        migrator.registerMigration("keep sums over models", migrate: sumModels)
        migrator.registerMigration("find models by metrics and stage changes") { db in
            try db.execute(
                sql: """
                    CREATE INDEX model_metrics_by_value ON model_metrics (name, value);
                    CREATE INDEX stage_changes_by_begin ON stage_changes (began) WHERE ended IS NULL;
                    """)
        }
        migrator.registerMigration("number the families of detectors") { db in
            let names = [
                "DETR", "SSD", "YOLOv3", "Faster R-CNN", "YOLO-Fastest", "YOLOX", "FastestDet", "YOLOv8",
            ]
            for (index, name) in names.enumerated() {
                try db.execute(
                    sql: "INSERT INTO terms (kind, number, text) VALUES ('detectors', ?, ?)",
                    arguments: [index + 1, name])
            }
        }
        migrator.registerMigration("let models be removed", migrate: letModelsBeRemoved)
        migrator.registerMigration("let blobs move to a bucket") { db in
            try db.execute(
                sql: """
                    ALTER TABLE blobs ADD COLUMN moved INTEGER;
                    CREATE INDEX blobs_on_disk ON blobs (created, digest) WHERE moved IS NULL;
                    CREATE TABLE bucket (place TEXT NOT NULL, owner TEXT NOT NULL) STRICT;
                    CREATE TABLE bucket_removals (digest TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
                    CREATE TRIGGER blobs_leave_bucket AFTER DELETE ON blobs WHEN OLD.moved IS NOT NULL
                    BEGIN INSERT OR IGNORE INTO bucket_removals (digest) VALUES (OLD.digest); END;
                    """)
        }
        migrator.registerMigration("spell licenses as in the code", migrate: respellLicenses)
        // Time until which a running search needs a blob.
        migrator.registerMigration("let searches hold blobs") { db in
            try db.execute(sql: "ALTER TABLE blobs ADD COLUMN held INTEGER NOT NULL DEFAULT 0")
        }
    }

    private static func createCatalog(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE networks (
                    id TEXT PRIMARY KEY NOT NULL,
                    name INTEGER NOT NULL REFERENCES terms (id),
                    category INTEGER NOT NULL REFERENCES terms (id),
                    parameters INTEGER NOT NULL,
                    operations INTEGER NOT NULL,
                    description TEXT NOT NULL,
                    created INTEGER NOT NULL
                ) STRICT;
                CREATE INDEX networks_by_name ON networks (name);
                CREATE INDEX networks_by_category ON networks (category);
                CREATE TABLE network_terms (
                    network TEXT NOT NULL REFERENCES networks (id),
                    kind TEXT NOT NULL,
                    position INTEGER NOT NULL,
                    term INTEGER NOT NULL REFERENCES terms (id),
                    PRIMARY KEY (network, kind, position)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX network_terms_by_term ON network_terms (term);
                CREATE TABLE models (
                    id TEXT PRIMARY KEY NOT NULL,
                    network TEXT NOT NULL REFERENCES networks (id),
                    platform INTEGER NOT NULL REFERENCES terms (id),
                    dataset INTEGER NOT NULL REFERENCES terms (id),
                    optimizer INTEGER NOT NULL REFERENCES terms (id),
                    accuracy REAL NOT NULL,
                    script TEXT NOT NULL,
                    weights TEXT NOT NULL,
                    scenario TEXT,
                    trial TEXT,
                    created INTEGER NOT NULL,
                    code_text TEXT NOT NULL,
                    code TEXT NOT NULL
                ) STRICT;
                CREATE INDEX models_by_network ON models (network);
                CREATE INDEX models_by_dataset ON models (dataset);
                CREATE INDEX models_by_scenario ON models (scenario);
                CREATE TABLE model_metrics (
                    model TEXT NOT NULL REFERENCES models (id),
                    name TEXT NOT NULL,
                    value REAL NOT NULL,
                    PRIMARY KEY (model, name)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE datasets (
                    recipe TEXT PRIMARY KEY NOT NULL,
                    name TEXT NOT NULL,
                    blob TEXT NOT NULL,
                    bytes INTEGER NOT NULL,
                    classes INTEGER NOT NULL,
                    attributes TEXT NOT NULL,
                    created INTEGER NOT NULL
                ) STRICT;
                CREATE INDEX datasets_by_name ON datasets (name);
                """)
    }
}
