import Foundation
import TestSupport
import Testing

/// A second machine, which is a network namespace, by one command on each side.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled(if: SecondMachine.obstacle == nil, "\(SecondMachine.obstacle ?? "a second machine")"))
struct JoinTests {
    private struct Replica: Decodable { let service, state: String }
    private struct Key: Decodable { let name, role: String }
    private static let scenario = """
        scenario: joined
        stimuli: [see written digits]
        task: classification
        modalities: {image: {dataset: synthetic-digits}}
        data: {samples: {training: 200, validation: 60, test: 60}, seed: 1}
        search: {method: random, trials: 2, structures: [LeNet3], widths: [0.5]}
        training: {epochs: 1, batch: 20}
        """

    /// A project here whose services listen to the other machine, and a project there; both end with the test.
    private func use(_ body: (_ here: GyrusProgram, _ there: GyrusProgram, SecondMachine) async throws -> Void)
        async throws
    {
        let machine = try SecondMachine()
        defer { machine.remove() }
        let options = ["-f", DeliveredFiles.composeFile.path]
        let here = try GyrusProgram(options: options + ["-p", "here"])
        let there = try GyrusProgram(options: options + ["-p", "there"], on: machine)
        let result: Result<Void, any Error>
        do { result = .success(try await body(here, there, machine)) } catch { result = .failure(error) }
        try await there.clean()
        try await here.clean()
        try result.get()
    }

    @Test func `workers of another machine join by a token, do the work, and are let in no more once it is revoked`()
        async throws
    {
        try await use { here, there, machine in
            let up = try await here.run(
                ["up", "-d", "--listen", machine.host, "--wait-timeout", "300s", "--scale", "trainer-worker=0"])
            #expect(up.status == 0, "\(up.err)")
            let words = up.err.split(whereSeparator: \.isWhitespace).map(String.init)
            let token = try #require(words.first { $0.hasPrefix("gyrus1-") }, "\(up.err)")
            #expect(!token.contains("$"))

            let wrong = try await there.run(["join", machine.host, "--token", String(token.dropLast(4)), "-d"])
            #expect(wrong.status == 2 && wrong.err.contains("token"), "\(wrong.err)")
            let joined = try await there.run(
                ["join", machine.host, "--token", token, "-d", "--wait-timeout", "300s"])
            #expect(joined.status == 0, "\(joined.err)")
            let replicas = try await there.list(Replica.self, ["ps"])
            #expect(Set(replicas.map(\.service)) == ["trainer-worker", "evaluator-worker"])

            // Only the other machine has a trainer worker.
            let file = here.folder.appending(path: "joined.yaml")
            try Data(Self.scenario.utf8).write(to: file)
            let published = try await here.run(["publish", file.path, "--wait", "--id", "joined"])
            #expect(published.status == 0, "\(published.err)")
            // A worker looks, and may neither publish nor change anything.
            #expect(try await there.run(["scenarios", "--quiet"]).out == "joined\n")
            let refused = try await there.run(["publish", file.path])
            #expect(refused.status == 77 && refused.err.contains("submitter"), "\(refused.err)")
            let events = try await here.run(["events", "--service", "designer", "--json"])
            #expect(events.out.contains("request.refused"), "\(events.out.suffix(2_000))")

            #expect(try await here.list(Key.self, ["keys", "list"]).map(\.role) == ["operator", "worker"])
            #expect(try await here.run(["keys", "revoke", "worker-1"]).status == 0)
            let late = try await there.run(["join", machine.host, "--token", token, "-d"])
            #expect(late.status == 77 && late.err.contains("revoked"), "\(late.err)")
        }
    }
}
