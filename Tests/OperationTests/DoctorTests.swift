import Foundation
import TestSupport
import Testing

/// Findings about a machine and a project, and the timeline of what happened.
@Suite(.serialized, .timeLimit(.minutes(10))) struct DoctorTests {
    private struct Finding: Decodable {
        let check, state, found, advice: String
    }

    @Test func `doctor finds no problem if all runs, and says what to do about what does not`() async throws {
        try await withProject { gyrus in
            let up = try await gyrus.run(["up", "-d"])
            try #require(up.status == 0, "\(up.err)")
            let fine = try await gyrus.list(Finding.self, ["doctor"])
            #expect(fine.filter { $0.state == "wrong" }.map(\.check) == [])
            #expect(fine.contains { $0.check == "designer: version" && $0.state == "fine" })
            #expect(fine.contains { $0.check == "registry: disk" })
            try await gyrus.run(["stop", "knowledge"])
            let output = try await gyrus.run(["doctor"])
            #expect(output.status == 1, "\(output.out)")
            let found = try await gyrus.list(Finding.self, ["doctor"]).filter { $0.state == "wrong" }
            #expect(found.map(\.check) == ["knowledge"])
            #expect(found[0].advice.contains("up -d"))
        }
    }

    @Test func `keys that others can read, and missing folders, are found without any service`() async throws {
        let directory = try TemporaryDirectory()
        let key = try directory.write("public: x\n".utf8, as: "own.key")
        chmod(key, 0o644)
        try await withProject(environment: ["GYRUS_KEYS": key, "GYRUS_DATA": "/nowhere"]) { gyrus in
            let found = try await gyrus.list(Finding.self, ["doctor"])
            #expect(found.first { $0.check == "keys" }?.state == "wrong")
            #expect(found.first { $0.check == "keys" }?.found.contains("chmod 600") == true)
            #expect(found.first { $0.check == "raw data" }?.found.contains("'/nowhere'") == true)
        }
    }

    @Test func `a trace shows what all services did for a scenario or a trial`()
        async throws
    {
        struct Event: Decodable {
            let service, kind, subject, time: String
        }
        try await withProject { gyrus in
            let up = try await gyrus.run(["up", "-d"])
            try #require(up.status == 0, "\(up.err)")
            let scenario = gyrus.folder.appending(path: "tiny.yaml")
            try Data(tinyScenario(trials: 12).utf8).write(to: scenario)
            let run = try await gyrus.run(["publish", scenario.path, "--wait"])
            #expect(run.status == 0, "\(run.err)")
            let id = try #require(run.out.split(separator: "\n").first.map(String.init))
            func trace(_ id: String) async throws -> [Event] {
                let output = try await gyrus.run(["trace", id, "--format", "json"])
                return try output.out.split(separator: "\n").map {
                    try JSONDecoder().decode(Event.self, from: Data($0.utf8))
                }
            }
            let whole = try await trace(id)
            #expect(Set(whole.map(\.service)).isSuperset(of: ["designer", "trainer", "evaluator", "registry"]))
            #expect(whole.first?.kind == "scenario.published")
            #expect(whole.map(\.time) == whole.map(\.time).sorted())
            let trial = try await trace("\(id)/1")
            #expect(trial.contains { $0.service == "trainer" && $0.kind == "task.succeeded" })
            // Trials 10 and 11 begin with the same digit.
            #expect(
                trial.allSatisfy {
                    !$0.subject.hasPrefix("\(id)/1") || $0.subject.wholeMatch(of: /.*\/1(\D.*)?/) != nil
                })
            #expect(trial.count < whole.count)
            let unknown = try await gyrus.run(["trace", "ffffffffffff"])
            #expect(unknown.status == 1 && unknown.err.contains("no service has an event of 'ffffffffffff'"))
        }
    }
}
