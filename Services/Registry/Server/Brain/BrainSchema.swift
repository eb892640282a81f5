import GRDB

extension RegistryDatabase {
    /// Registers the tables of the atlas and areas.
    static func registerBrain(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("create atlas and areas") { db in
            try db.execute(
                sql: """
                    CREATE TABLE atlases (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        digest TEXT NOT NULL,
                        imported INTEGER NOT NULL
                    ) STRICT;
                    CREATE TABLE atlas_files (
                        atlas INTEGER NOT NULL REFERENCES atlases (number),
                        name TEXT NOT NULL,
                        text TEXT NOT NULL,
                        PRIMARY KEY (atlas, name)
                    ) STRICT;

                    CREATE TABLE areas (
                        id INTEGER PRIMARY KEY AUTOINCREMENT,
                        name TEXT NOT NULL,
                        parent INTEGER REFERENCES areas (id),
                        rest INTEGER NOT NULL DEFAULT 0,
                        origin TEXT NOT NULL CHECK (origin IN ('atlas', 'user')),
                        merged INTEGER REFERENCES areas (id)
                    ) STRICT;
                    CREATE UNIQUE INDEX areas_by_name ON areas (COALESCE(parent, 0), name) WHERE merged IS NULL;
                    CREATE TABLE area_functions (
                        area INTEGER NOT NULL REFERENCES areas (id),
                        function TEXT NOT NULL,
                        PRIMARY KEY (area, function)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE area_regions (
                        area INTEGER NOT NULL REFERENCES areas (id),
                        region TEXT NOT NULL,
                        strength REAL NOT NULL CHECK (strength BETWEEN 0 AND 1),
                        PRIMARY KEY (area, region)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE area_words (
                        word INTEGER PRIMARY KEY REFERENCES terms (id),
                        area INTEGER NOT NULL REFERENCES areas (id)
                    ) STRICT;
                    CREATE INDEX area_words_by_area ON area_words (area);
                    CREATE TABLE area_networks (
                        area INTEGER NOT NULL REFERENCES areas (id),
                        network TEXT NOT NULL REFERENCES networks (id),
                        PRIMARY KEY (area, network)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX area_networks_by_network ON area_networks (network);
                    CREATE TABLE area_history (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        time INTEGER NOT NULL,
                        area INTEGER NOT NULL REFERENCES areas (id),
                        path TEXT NOT NULL,
                        action TEXT NOT NULL,
                        details TEXT NOT NULL
                    ) STRICT;
                    CREATE INDEX area_history_by_area ON area_history (area);
                    """)
        }
        migrator.registerMigration("find the names of networks without their rows") { db in
            try db.execute(sql: "CREATE INDEX networks_with_names ON networks (id, name)")
        }
    }
}
