import DesignerClient
import DesignerSearch
public import GRDB
import Model
import WorkQueueServer

extension DesignerStore {
    /// Registers the designer's tables, with those of its queue and outbox; they require those of the event log.
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
            // SQLite cannot change a table's CHECK constraint.
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
            // Existing scenarios were judged by their accuracy, or are trackers, whose metrics read the same way.
            try db.execute(sql: "ALTER TABLE scenarios ADD COLUMN metric TEXT NOT NULL DEFAULT 'accuracy'")
        }
        migrator.registerMigration("tell purposes, parents and files of trials") { db in
            try db.execute(
                sql: """
                    ALTER TABLE trials ADD COLUMN purpose TEXT NOT NULL DEFAULT 'candidate';
                    ALTER TABLE trials ADD COLUMN source INTEGER;
                    ALTER TABLE trials ADD COLUMN modality TEXT;
                    ALTER TABLE trials ADD COLUMN replica INTEGER;
                    ALTER TABLE trials ADD COLUMN step INTEGER;
                    ALTER TABLE trials ADD COLUMN parents TEXT NOT NULL DEFAULT '[]';
                    ALTER TABLE trials ADD COLUMN setup TEXT;
                    ALTER TABLE trials ADD COLUMN tracks TEXT;
                    """)
            try readOrigins(in: db)
        }
        migrator.registerMigration("keep what others need of the text of scenarios") { db in
            try db.execute(sql: "ALTER TABLE scenarios ADD COLUMN facts TEXT")
            for row in try Row.fetchAll(db, sql: "SELECT id, file, text FROM scenarios") {
                // An older version accepted some texts that this one rejects; those get no facts.
                let id = try ScenarioID(row["id"] as String)
                guard let plan = try? ScenarioPlan(reading: row["text"], file: row["file"], id: id) else { continue }
                try db.execute(
                    sql: "UPDATE scenarios SET facts = ? WHERE id = ?",
                    arguments: [try json(ScenarioFacts(plan.scenario)), row["id"] as String])
            }
        }
        migrator.registerMigration("remember removed scenarios") { db in
            try db.execute(sql: "CREATE TABLE removed_scenarios (id TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID")
        }
    }

    /// Derives from old trials what only their origins, names, metrics and codes expressed.
    private static func readOrigins(in db: Database) throws {
        try db.execute(
            sql: """
                UPDATE trials SET purpose = 'final', source = CAST(substr(origin, 7) AS INTEGER)
                WHERE origin LIKE 'final %';
                UPDATE trials SET purpose = 'fine-tuned' WHERE origin LIKE 'final %, fine-tuned';
                UPDATE trials SET purpose = 'baseline' WHERE origin = 'fixed';
                UPDATE trials SET purpose = 'backbone', modality = substr(network, 1, instr(network, ':') - 1)
                WHERE origin = 'alone' AND instr(network, ':') > 1;
                UPDATE trials SET purpose = 'replica', replica = json_extract(metrics, '$."controller-replica"'),
                    step = json_extract(metrics, '$."controller-step"'),
                    metrics = json_remove(metrics, '$."controller-replica"', '$."controller-step"')
                WHERE json_extract(metrics, '$."controller-replica"') IS NOT NULL;
                UPDATE trials SET setup = script, tracks = weights, script = NULL, weights = NULL
                WHERE code LIKE '%; tracking; tracker; %';
                """)
        let descending = ["crossover", "mutation", "neighbour", "growth"]
        for row in try Row.fetchAll(db, sql: "SELECT scenario, number, origin FROM trials") {
            let origin = row["origin"] as String
            guard descending.contains(where: origin.hasPrefix) else { continue }
            try db.execute(
                sql: "UPDATE trials SET parents = ? WHERE scenario = ? AND number = ?",
                arguments: [
                    try json(origin.split { !$0.isNumber }.compactMap { Int($0) }), row["scenario"] as String,
                    row["number"] as Int,
                ])
        }
    }
}
