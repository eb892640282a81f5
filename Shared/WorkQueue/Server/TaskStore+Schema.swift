import GRDB

extension TaskStore {
    /// Registers the tables of the queue.
    static func registerMigrations(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("create tasks") { db in
            try db.execute(
                sql: """
                    CREATE TABLE tasks (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        id TEXT NOT NULL UNIQUE,
                        kind TEXT NOT NULL,
                        task_group TEXT NOT NULL,
                        priority INTEGER NOT NULL,
                        state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 6),
                        attempt INTEGER NOT NULL DEFAULT 0,
                        crashes INTEGER NOT NULL DEFAULT 0,
                        maximum_attempts INTEGER NOT NULL,
                        settled INTEGER NOT NULL DEFAULT 0,
                        worker TEXT NOT NULL DEFAULT '',
                        due INTEGER NOT NULL DEFAULT 0,
                        submitted INTEGER NOT NULL,
                        updated INTEGER NOT NULL,
                        checkpoint TEXT,
                        failure TEXT,
                        log_tail TEXT NOT NULL DEFAULT '',
                        payload BLOB NOT NULL,
                        result BLOB NOT NULL DEFAULT x''
                    ) STRICT;
                    CREATE INDEX tasks_waiting ON tasks(kind, priority DESC, number) WHERE state = 1;
                    CREATE INDEX tasks_leased ON tasks(worker) WHERE state = 2;
                    CREATE INDEX tasks_by_group ON tasks(task_group, number);

                    CREATE TABLE task_counts (
                        state INTEGER PRIMARY KEY,
                        count INTEGER NOT NULL
                    ) STRICT;
                    INSERT INTO task_counts VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0);
                    CREATE TRIGGER task_added AFTER INSERT ON tasks BEGIN
                        UPDATE task_counts SET count = count + 1 WHERE state = NEW.state;
                    END;
                    CREATE TRIGGER task_moved AFTER UPDATE OF state ON tasks WHEN OLD.state <> NEW.state BEGIN
                        UPDATE task_counts SET count = count - 1 WHERE state = OLD.state;
                        UPDATE task_counts SET count = count + 1 WHERE state = NEW.state;
                    END;
                    """)
        }
        // A task for several workers has one row per worker: the row of rank 0 is the task, and the others share its
        // fate.
        migrator.registerMigration("add gangs") { db in
            try db.execute(
                sql: """
                    ALTER TABLE tasks ADD COLUMN workers INTEGER NOT NULL DEFAULT 1;
                    ALTER TABLE tasks ADD COLUMN gang TEXT;
                    ALTER TABLE tasks ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE tasks ADD COLUMN gang_key TEXT NOT NULL DEFAULT '';
                    ALTER TABLE tasks ADD COLUMN address TEXT NOT NULL DEFAULT '';
                    CREATE INDEX tasks_by_gang ON tasks(gang, rank) WHERE gang IS NOT NULL;

                    DROP INDEX tasks_waiting;
                    CREATE INDEX tasks_waiting ON tasks(kind, priority DESC, number) WHERE state = 1 AND rank = 0;
                    DROP TRIGGER task_added;
                    CREATE TRIGGER task_added AFTER INSERT ON tasks WHEN NEW.rank = 0 BEGIN
                        UPDATE task_counts SET count = count + 1 WHERE state = NEW.state;
                    END;
                    DROP TRIGGER task_moved;
                    CREATE TRIGGER task_moved AFTER UPDATE OF state ON tasks
                    WHEN OLD.state <> NEW.state AND NEW.rank = 0 BEGIN
                        UPDATE task_counts SET count = count - 1 WHERE state = OLD.state;
                        UPDATE task_counts SET count = count + 1 WHERE state = NEW.state;
                    END;
                    """)
        }
        // In an elastic gang, a row above rank 0 that waits while the task is leased is a vacant seat.
        migrator.registerMigration("add elastic gangs") { db in
            try db.execute(
                sql: """
                    ALTER TABLE tasks ADD COLUMN elastic INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE tasks ADD COLUMN shortage INTEGER NOT NULL DEFAULT 0;
                    CREATE INDEX tasks_vacant ON tasks(kind, number) WHERE state = 1 AND rank > 0 AND elastic = 1;
                    """)
        }
        // In a gang that may be smaller than its maximum, rows beyond its size wait while the task is leased.
        migrator.registerMigration("add least sizes of gangs") { db in
            try db.execute(
                sql: """
                    ALTER TABLE tasks ADD COLUMN least_workers INTEGER NOT NULL DEFAULT 1;
                    ALTER TABLE tasks ADD COLUMN size INTEGER NOT NULL DEFAULT 1;
                    UPDATE tasks SET least_workers = workers, size = workers;
                    """)
        }
        migrator.registerMigration("tell processes of one name apart") { db in
            try db.execute(sql: "ALTER TABLE tasks ADD COLUMN instance TEXT NOT NULL DEFAULT ''")
        }
        migrator.registerMigration("remove ended tasks") { db in
            try db.execute(
                sql: """
                    CREATE INDEX tasks_ended ON tasks(updated, number) WHERE state > 2 AND rank = 0;
                    CREATE TRIGGER task_removed AFTER DELETE ON tasks WHEN OLD.rank = 0 BEGIN
                        UPDATE task_counts SET count = count - 1 WHERE state = OLD.state;
                    END;
                    """)
        }
        migrator.registerMigration("add needs of tasks") { db in
            try db.execute(
                sql: """
                    ALTER TABLE tasks ADD COLUMN device TEXT NOT NULL DEFAULT '';
                    ALTER TABLE tasks ADD COLUMN memory INTEGER NOT NULL DEFAULT 0;
                    CREATE INDEX tasks_choosy ON tasks(kind, updated)
                    WHERE state = 1 AND rank = 0 AND shortage = 0 AND (device <> '' OR memory > 0);
                    """)
        }
    }
}
