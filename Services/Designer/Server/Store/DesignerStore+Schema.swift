public import GRDB
import WorkQueueServer

extension DesignerStore {
    /// Registers the designer's tables, with those of its queue and outbox; they need those of the event log.
    public static func registerMigrations(in migrator: inout DatabaseMigrator) {
        WorkQueue.registerMigrations(in: &migrator)
        Outbox.registerMigrations(in: &migrator)
        migrator.registerMigration("create scenarios and trials") { db in
            try db.execute(
                sql: """
                    CREATE TABLE scenarios (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        id TEXT NOT NULL UNIQUE,
                        name TEXT NOT NULL,
                        file TEXT NOT NULL,
                        text TEXT NOT NULL,
                        space TEXT NOT NULL,
                        trials INTEGER NOT NULL,
                        state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
                        generation INTEGER NOT NULL DEFAULT 0,
                        prepared INTEGER NOT NULL DEFAULT 0,
                        seeds TEXT,
                        model TEXT,
                        failure TEXT,
                        published INTEGER NOT NULL,
                        ended INTEGER
                    ) STRICT;

                    CREATE TABLE trials (
                        scenario TEXT NOT NULL REFERENCES scenarios(id) ON DELETE CASCADE,
                        number INTEGER NOT NULL,
                        state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 5),
                        genome TEXT NOT NULL,
                        origin TEXT NOT NULL,
                        network TEXT NOT NULL,
                        code TEXT NOT NULL,
                        objective REAL,
                        metrics TEXT NOT NULL,
                        script TEXT,
                        weights TEXT,
                        failure TEXT,
                        PRIMARY KEY (scenario, number)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("keep explanations") { db in
            try db.execute(
                sql: """
                    CREATE TABLE explanations (
                        scenario TEXT PRIMARY KEY NOT NULL REFERENCES scenarios(id) ON DELETE CASCADE,
                        text TEXT NOT NULL
                    ) STRICT;
                    """)
        }
        migrator.registerMigration("keep models to be fused") { db in
            try db.execute(
                sql: """
                    CREATE TABLE backbones (
                        scenario TEXT NOT NULL REFERENCES scenarios(id) ON DELETE CASCADE,
                        modality TEXT NOT NULL,
                        model TEXT NOT NULL,
                        network TEXT NOT NULL,
                        category TEXT NOT NULL,
                        weights TEXT NOT NULL,
                        PRIMARY KEY (scenario, modality)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("let trials pause") { db in
            // A table's CHECK cannot be changed.
            try db.execute(
                sql: """
                    CREATE TABLE pausing_trials (
                        scenario TEXT NOT NULL REFERENCES scenarios(id) ON DELETE CASCADE,
                        number INTEGER NOT NULL,
                        state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 6),
                        genome TEXT NOT NULL,
                        origin TEXT NOT NULL,
                        network TEXT NOT NULL,
                        code TEXT NOT NULL,
                        objective REAL,
                        metrics TEXT NOT NULL,
                        script TEXT,
                        weights TEXT,
                        failure TEXT,
                        rungs TEXT NOT NULL DEFAULT '[]',
                        checkpoint TEXT,
                        PRIMARY KEY (scenario, number)
                    ) STRICT, WITHOUT ROWID;
                    INSERT INTO pausing_trials
                        (scenario, number, state, genome, origin, network, code, objective, metrics, script, weights,
                            failure)
                    SELECT scenario, number, state, genome, origin, network, code, objective, metrics, script, weights,
                        failure
                    FROM trials;
                    DROP TABLE trials;
                    ALTER TABLE pausing_trials RENAME TO trials;
                    """)
        }
        migrator.registerMigration("keep limits of latency") { db in
            try db.execute(sql: "ALTER TABLE scenarios ADD COLUMN latency_limit REAL")
        }
        migrator.registerMigration("keep the metric of the objective") { db in
            // Those that are there already were judged by their accuracy, or are trackers, whose metrics read alike.
            try db.execute(sql: "ALTER TABLE scenarios ADD COLUMN metric TEXT NOT NULL DEFAULT 'accuracy'")
        }
        migrator.registerMigration("remember removed scenarios") { db in
            try db.execute(sql: "CREATE TABLE removed_scenarios (id TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID")
        }
    }
}
