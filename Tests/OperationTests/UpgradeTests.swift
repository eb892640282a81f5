import Foundation
import GRDB
import TestSupport
import Testing

/// Databases of earlier versions, which this version migrates.
@Suite(.serialized, .timeLimit(.minutes(10))) struct UpgradeTests {
    private struct Scenario: Decodable {
        let id, scenario, state: String
    }

    private static let services = ["designer", "evaluator", "knowledge", "registry", "trainer"]

    /// Backups of a small project, one for each version, made by `Fixtures/make`.
    private static let versions: [URL] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).filter { $0.lastPathComponent.hasSuffix(".tar.gz") }.sorted { $0.path < $1.path }
    }()

    private static func migrations(of file: URL) throws -> [String] {
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: file.path, configuration: configuration).read { db in
            try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations")
        }
    }

    @Test(arguments: versions)
    func `a project of an earlier version is copied, migrated and continued`(
        version: URL
    ) async throws {
        try await withProject { gyrus in
            #expect(try await Tool.run("/bin/tar", ["-xzf", version.path, "-C", gyrus.folder.path]).status == 0)
            let restored = try await gyrus.run(["restore", gyrus.folder.appending(path: "backup").path])
            try #require(restored.status == 0, "\(restored.err)")
            let state = gyrus.folder.appending(path: "p/state")
            func database(_ service: String) -> URL { state.appending(path: "\(service)/\(service).sqlite") }
            let before = try Self.services.map { try Self.migrations(of: database($0)) }

            let up = try await gyrus.run(["up", "-d", "--scale", "trainer-worker=0"])
            try #require(up.status == 0, "\(up.err)")
            let scenarios = try await gyrus.list(Scenario.self, ["scenarios"])
            let ended = try #require(scenarios.first { $0.scenario == "ended" && $0.state == "succeeded" })
            let waiting = try #require(scenarios.first { $0.scenario == "waiting" && $0.state == "running" })
            let trials = try await gyrus.run(["result", ended.id])
            #expect(trials.status == 0 && trials.out.contains("LeNet3"), "\(trials.out)\(trials.err)")
            // Tasks that waited in the earlier version are done in this one.
            #expect(try await gyrus.run(["scale", "trainer-worker=1"]).status == 0)
            let watched = try await gyrus.run(["watch", waiting.id])
            #expect(watched.status == 0 && watched.out.contains("4 of 4 trials"), "\(watched.out)\(watched.err)")
            let verified = try await gyrus.run(["registry", "verify"])
            #expect(verified.status == 0 && verified.err.contains("none is damaged or missing"), "\(verified.err)")
            #expect(try await gyrus.run(["down"]).status == 0)

            for (service, old) in zip(Self.services, before) {
                let new = try Self.migrations(of: database(service))
                #expect(Array(new.prefix(old.count)) == old, "\(service)")
                let copy = state.appending(path: "\(service)/\(service)-before-\(old.count).sqlite")
                if new.count > old.count {
                    #expect(try Self.migrations(of: copy) == old, "\(service)")
                } else {
                    #expect(!FileManager.default.fileExists(atPath: copy.path), "\(service)")
                }
            }
        }
    }

    @Test(arguments: services)
    func `a database of a newer version is refused with its name and unchanged`(service: String) async throws {
        try await ProcessFixture.run { fixture in
            let folder = fixture.directory.appending(path: "state/\(service)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appending(path: "\(service).sqlite")
            let database = try DatabaseQueue(path: file.path)
            try await database.write { db in
                try db.execute(
                    sql: """
                        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
                        INSERT INTO grdb_migrations VALUES ('made by a version to come');
                        """)
            }
            try database.close()
            let serves = ["trainer", "evaluator"].contains(service)
            let process = try fixture.start(service, serves ? ["serve"] : [])
            #expect(await process.end() == 1)
            let log = try String(contentsOf: process.log, encoding: .utf8)
            #expect(log.contains(file.path) && log.contains("newer version of Gyrus"), "\(log)")
            #expect(try Self.migrations(of: file) == ["made by a version to come"])
        }
    }
}
