import GRDB

extension RegistryDatabase {
    /// Sums over models for each field in the statistics, maintained by triggers: counting 100,000 models takes a tenth
    /// of a second, reading the sums a few milliseconds. Only a model's stage ever changes.
    static func sumModels(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE model_sums (
                    field TEXT NOT NULL,
                    key ANY NOT NULL,
                    models INTEGER NOT NULL,
                    bytes INTEGER NOT NULL,
                    measured INTEGER NOT NULL,
                    accuracy REAL NOT NULL,
                    best REAL,
                    PRIMARY KEY (field, key)
                ) STRICT, WITHOUT ROWID;
                """)
        for (field, expression) in summed {
            try db.execute(
                sql: """
                    INSERT INTO model_sums (field, key, models, bytes, measured, accuracy, best)
                    SELECT '\(field)', \(expression), COUNT(*), SUM(bytes), COUNT(accuracy), TOTAL(accuracy), MAX(accuracy)
                    FROM models AS row WHERE \(expression) IS NOT NULL GROUP BY 2
                    """)
        }
        try db.execute(
            sql: """
                CREATE TRIGGER models_are_summed AFTER INSERT ON models BEGIN
                \(summed.map { addition(to: $0.field, $0.expression.replacing("row.", with: "new.")) }.joined(separator: "\n"))
                END;
                CREATE TRIGGER models_change_stage AFTER UPDATE OF stage ON models WHEN old.stage != new.stage BEGIN
                    UPDATE model_sums SET models = models - 1, bytes = bytes - old.bytes,
                        measured = measured - (old.accuracy IS NOT NULL), accuracy = accuracy - COALESCE(old.accuracy, 0),
                        best = (SELECT MAX(accuracy) FROM models WHERE stage = old.stage)
                    WHERE field = 'stage' AND key = old.stage;
                \(addition(to: "stage", "new.stage"))
                END;
                """)
    }

    /// Subtracts removed models from the sums, and keeps their version numbers from being reused.
    static func letModelsBeRemoved(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE removed_versions (series TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL)
                    STRICT, WITHOUT ROWID;
                CREATE TRIGGER models_are_removed AFTER DELETE ON models BEGIN
                \(summed.map { subtraction(from: $0.field, $0.expression) }.joined(separator: "\n"))
                    DELETE FROM model_sums WHERE models = 0;
                    INSERT INTO removed_versions (series, version) VALUES (old.series, old.version)
                        ON CONFLICT DO UPDATE SET version = MAX(version, excluded.version);
                END;
                """)
    }

    /// Subtracts the row `old` from a sum.
    private static func subtraction(from field: String, _ expression: String) -> String {
        let (old, other) = (expression.replacing("row.", with: "old."), expression.replacing("row.", with: "models."))
        return """
                UPDATE model_sums SET models = models - 1, bytes = bytes - old.bytes,
                    measured = measured - (old.accuracy IS NOT NULL), accuracy = accuracy - COALESCE(old.accuracy, 0),
                    best = (SELECT MAX(accuracy) FROM models WHERE \(other) = \(old))
                WHERE field = '\(field)' AND key = \(old);
            """
    }

    /// Name and expression of each field; `row` in the expression stands for the row.
    private static let summed: [(field: String, expression: String)] =
        ["network", "platform", "dataset", "optimizer", "stage"].map { ($0, "row.\($0)") }
        + [("tenth", "MIN(CAST(row.accuracy * 10 AS INTEGER), 9)")]

    /// Adds the row `new` to a sum, unless it has no value there.
    private static func addition(to field: String, _ key: String) -> String {
        """
        INSERT INTO model_sums (field, key, models, bytes, measured, accuracy, best)
        SELECT '\(field)', \(key), 1, new.bytes, new.accuracy IS NOT NULL, COALESCE(new.accuracy, 0), new.accuracy
        WHERE \(key) IS NOT NULL
        ON CONFLICT DO UPDATE SET models = models + 1, bytes = bytes + excluded.bytes,
            measured = measured + excluded.measured, accuracy = accuracy + excluded.accuracy,
            best = COALESCE(MAX(best, excluded.best), best, excluded.best);
        """
    }
}
