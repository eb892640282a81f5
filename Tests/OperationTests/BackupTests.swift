import Foundation
import TestSupport
import Testing

/// Backups of a working project, and projects restored from them.
@Suite(.serialized, .timeLimit(.minutes(15))) struct BackupTests {
    private struct Scenario: Decodable {
        let id, state: String
    }

    private struct Row: Decodable, Equatable {
        let name: String
        let blobs: Int
    }

    private static func publish(_ scenario: String, _ gyrus: GyrusProgram) async throws -> String {
        let file = gyrus.folder.appending(path: "s.yaml")
        try Data(scenario.utf8).write(to: file)
        let run = try await gyrus.run(["publish", file.path])
        return try #require(run.out.split(separator: "\n").first.map(String.init), "\(run.err)")
    }

    /// What must be the same in both projects.
    private static func outcome(of id: String, _ gyrus: GyrusProgram) async throws -> String {
        try await gyrus.run(["watch", id])
        // Without times, which no two runs share.
        return try await gyrus.run(["result", id]).out.split(separator: "\n").map { line in
            line.replacing(/[0-9.]+ ms/, with: "").replacing(/\s+[0-9.]+\s+succeeded/, with: "")
                .replacing(/, [0-9.]+ s$/, with: "")
        }.filter { $0.first?.isNumber == true }.joined(separator: "\n")
    }

    @Test func `a search that is backed up midway ends the same in another project`() async throws {
        try await withProject { gyrus in
            #expect(try await gyrus.run(["up", "-d"]).status == 0)
            let id = try await Self.publish(tinyScenario(trials: 16, epochs: 2, samples: 256), gyrus)
            while try await !gyrus.run(["events", "--service", "designer"]).out.contains("trial.finished") {
                try await Task.sleep(for: .milliseconds(50))
            }
            let folder = gyrus.folder.appending(path: "backup").path
            let first = try await gyrus.run(["backup", folder])
            #expect(first.status == 0, "\(first.err)")
            let states = try await gyrus.list(Scenario.self, ["scenarios"]).map(\.state)
            try #require(states == ["running"], "the search was over before its backup")

            let original = try await Self.outcome(of: id, gyrus)
            try #require(original.split(separator: "\n").count >= 16, "\(original)")
            try await gyrus.run(["down"])

            let other = try GyrusProgram(options: ["-f", DeliveredFiles.composeFile.path, "-p", "other"])
            do {
                let restored = try await other.run(["restore", folder])
                #expect(restored.status == 0, "\(restored.err)")
                #expect(try await other.run(["up", "-d"]).status == 0)
                let verified = try await other.run(["registry", "verify"])
                #expect(verified.status == 0 && verified.err.contains("none is damaged or missing"), "\(verified.err)")
                #expect(try await Self.outcome(of: id, other) == original)
                #expect(try await other.run(["result", id, "--output", other.folder.path]).status == 0)
                let again = try await other.run(["restore", folder])
                #expect(again.status == 1 && again.err.contains("the services of project 'other' are running"))
                try await other.run(["down"])
                let full = try await other.run(["restore", folder])
                #expect(full.status == 1 && full.err.contains("already exists and is not replaced"))
            } catch {
                try await other.clean()
                throw error
            }
            try await other.clean()
        }
    }

    @Test func `a second backup copies only what is new, and old ones are removed with their own files`() async throws {
        try await withProject { gyrus in
            #expect(try await gyrus.run(["up", "-d"]).status == 0)
            let folder = gyrus.folder.appending(path: "backup").path
            var id = try await Self.publish(tinyScenario(trials: 4), gyrus)
            try await gyrus.run(["watch", id])
            let first = try await gyrus.run(["backup", folder])
            #expect(first.status == 0, "\(first.err)")
            let second = try await gyrus.run(["backup", folder])
            #expect(second.err.contains(", 0 of them new"), "\(second.err)")
            id = try await Self.publish(tinyScenario(trials: 6), gyrus)
            try await gyrus.run(["watch", id])
            let third = try await gyrus.run(["backup", folder])
            #expect(!third.err.contains(", 0 of them new"))
            let rows = try await gyrus.list(Row.self, ["backups", folder])
            #expect(rows.count == 3)
            #expect(rows[0].blobs == rows[1].blobs && rows[1].blobs < rows[2].blobs)
            let kept = try await gyrus.run(["backup", folder, "--keep", "1"])
            #expect(kept.err.contains("Removed 3 older backups"), "\(kept.err)")
            #expect(try await gyrus.list(Row.self, ["backups", folder]).count == 1)

            // The remaining backup is complete: it restores to the same project.
            let original = try await Self.outcome(of: id, gyrus)
            try #require(original.split(separator: "\n").count >= 6, "\(original)")
            try await gyrus.run(["down"])
            let other = try GyrusProgram(options: ["-f", DeliveredFiles.composeFile.path, "-p", "other"])
            do {
                let restored = try await other.run(["restore", folder])
                #expect(restored.status == 0, "\(restored.err)")
                #expect(try await other.run(["up", "-d", "--scale", "trainer-worker=0"]).status == 0)
                let verified = try await other.run(["registry", "verify"])
                #expect(verified.status == 0 && verified.err.contains("none is damaged or missing"), "\(verified.err)")
                #expect(try await Self.outcome(of: id, other) == original)
                #expect(try await other.list(Scenario.self, ["scenarios"]).map(\.state) == ["succeeded", "succeeded"])
            } catch {
                try await other.clean()
                throw error
            }
            try await other.clean()
        }
    }

    @Test func `a backup with a damaged file is refused with its name, and leaves nothing behind`() async throws {
        try await withProject { gyrus in
            #expect(try await gyrus.run(["up", "-d"]).status == 0)
            let id = try await Self.publish(tinyScenario(trials: 4), gyrus)
            try await gyrus.run(["watch", id])
            let folder = gyrus.folder.appending(path: "backup")
            #expect(try await gyrus.run(["backup", folder.path]).status == 0)
            try await gyrus.run(["down", "-v"])
            let files = FileManager.default.enumerator(
                at: folder.appending(path: "blobs"), includingPropertiesForKeys: [.isRegularFileKey])
            let victim = try #require(
                (files?.allObjects as? [URL])?.first { $0.lastPathComponent.count == 64 })
            let handle = try FileHandle(forWritingTo: victim)
            try handle.seek(toOffset: 0)
            try handle.write(contentsOf: Data([0xFF, 0x00, 0xFF]))
            try handle.close()
            let restored = try await gyrus.run(["restore", folder.path])
            #expect(restored.status == 1)
            #expect(restored.err.contains(victim.path) && restored.err.contains("is damaged"), "\(restored.err)")
            let state = gyrus.folder.appending(path: "p/state")
            #expect(try FileManager.default.contentsOfDirectory(atPath: state.path).isEmpty)
        }
    }
}
