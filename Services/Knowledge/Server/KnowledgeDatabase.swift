public import GRDB

/// The tables of the knowledge service.
public enum KnowledgeDatabase {
    /// Registers the migrations, oldest first.
    public static func registerMigrations(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("create observations") { db in
            try db.execute(
                sql: """
                    CREATE TABLE features (
                        id INTEGER PRIMARY KEY,
                        content TEXT NOT NULL UNIQUE
                    ) STRICT;
                    CREATE TABLE observations (
                        seq INTEGER PRIMARY KEY AUTOINCREMENT,
                        id TEXT NOT NULL UNIQUE,
                        scenario TEXT NOT NULL,
                        features INTEGER NOT NULL REFERENCES features (id),
                        space TEXT NOT NULL,
                        genome TEXT NOT NULL,
                        code TEXT,
                        objective REAL NOT NULL,
                        created INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX observations_by_scenario ON observations (scenario, seq);
                    CREATE INDEX observations_by_space ON observations (space, scenario, objective);
                    CREATE TABLE observation_metrics (
                        observation INTEGER NOT NULL REFERENCES observations (seq),
                        name TEXT NOT NULL,
                        value REAL NOT NULL,
                        PRIMARY KEY (observation, name)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("keep what attention has learned") { db in
            try db.execute(
                sql: """
                    CREATE INDEX observations_by_kind ON observations (features, space, genome, objective);
                    CREATE TABLE attention (
                        id INTEGER PRIMARY KEY CHECK (id = 1),
                        version TEXT NOT NULL,
                        weights BLOB NOT NULL,
                        last INTEGER NOT NULL,
                        learned INTEGER NOT NULL
                    ) STRICT;
                    DROP INDEX observations_by_space;
                    """)
        }
        migrator.registerMigration("create schedules of updates") { db in
            try db.execute(
                sql: """
                    CREATE TABLE schedules (
                        id TEXT NOT NULL PRIMARY KEY,
                        model TEXT NOT NULL,
                        dataset TEXT NOT NULL,
                        samples INTEGER NOT NULL,
                        method TEXT NOT NULL,
                        memory INTEGER NOT NULL,
                        allowance REAL NOT NULL,
                        person TEXT NOT NULL,
                        state TEXT NOT NULL,
                        task TEXT NOT NULL,
                        note TEXT NOT NULL,
                        created INTEGER NOT NULL
                    ) STRICT;
                    CREATE TABLE schedule_data (
                        schedule TEXT NOT NULL REFERENCES schedules (id),
                        recipe TEXT NOT NULL,
                        samples INTEGER NOT NULL,
                        is_learned INTEGER NOT NULL,
                        UNIQUE (schedule, recipe)
                    ) STRICT;
                    """)
        }
    }
}
