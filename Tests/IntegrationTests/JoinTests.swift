import Foundation
import Manual
import TestSupport
import Testing

/// A second machine (a network namespace) joins with one command on each side.
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

    /// A project here whose services accept the other machine, and a project there; both end with the test.
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

    /// The commands of the manual's section about a second machine, without their first word and with these addresses.
    private static func manualCommands(_ machine: SecondMachine, token: String = "") throws -> [[String]] {
        let blocks = try #require(Manual.page("scaling-out")).document.blocks
        let part = blocks.drop { $0 != .heading(2, "A second machine") }.dropFirst()
        let code = part.prefix { if case .heading(2, _) = $0 { false } else { true } }.compactMap { block in
            if case .code(let text, _) = block { text } else { nil }
        }
        return code.flatMap { $0.split(separator: "\n") }.map { line in
            // Text after two spaces explains the command.
            let command = line.firstRange(of: "  ").map { line[..<$0.lowerBound] } ?? line
            return command.split(separator: " ").dropFirst().map { word in
                word.hasPrefix("gyrus1-") ? token : word == "10.0.0.5" ? machine.host : String(word)
            }
        }
    }

    /// The ports of this machine that the manual says to open in a firewall.
    private static func manualPorts() throws -> ClosedRange<Int> {
        let rows = try #require(Manual.page("scaling-out")).document.blocks.flatMap { block -> [[String]] in
            if case .table(_, let rows) = block { rows } else { [] }
        }
        let row = try #require(rows.first { $0.first == "firewall" })
        let ports = row[1].matches(of: /[0-9]+/).compactMap { Int($0.output) }
        try #require(ports.count == 2)
        return ports[0]...ports[1]
    }

    @Test func `workers on another machine join as the manual says, and are admitted until revoked`()
        async throws
    {
        try await use { here, there, machine in
            let listen = try #require(try Self.manualCommands(machine).first { $0.contains("--listen") })
            let up = try await here.run(listen + ["--wait-timeout", "300s", "--scale", "trainer-worker=0"])
            #expect(up.status == 0, "\(up.err)")
            let words = up.err.split(whereSeparator: \.isWhitespace).map(String.init)
            let token = try #require(words.first { $0.hasPrefix("gyrus1-") }, "\(up.err)")
            #expect(!token.contains("$"))

            let wrong = try await there.run(["join", machine.host, "--token", String(token.dropLast(4)), "-d"])
            #expect(wrong.status == 2 && wrong.err.contains("token"), "\(wrong.err)")
            let join = try #require(try Self.manualCommands(machine, token: token).first { $0.first == "join" })
            let joined = try await there.run(join + ["--wait-timeout", "300s"])
            #expect(joined.status == 0, "\(joined.err)")
            let replicas = try await there.list(Replica.self, ["ps"])
            let services = replicas.map(\.service)
            #expect(Set(services) == ["trainer-worker", "evaluator-worker"])
            #expect(services.count { $0 == "trainer-worker" } == 4)

            // Only the other machine has a trainer worker.
            let file = here.folder.appending(path: "joined.yaml")
            try Data(Self.scenario.utf8).write(to: file)
            let published = try await here.run(["publish", file.path, "--wait", "--id", "joined"])
            #expect(published.status == 0, "\(published.err)")
            let ports = try Self.manualPorts()
            let connected = try machine.connectedPorts()
            #expect(!connected.isEmpty && connected.allSatisfy(ports.contains), "\(connected)")
            // A worker may read, but neither publish nor change anything.
            #expect(try await there.run(["scenarios", "--quiet"]).out == "joined\n")
            let refused = try await there.run(["publish", file.path])
            #expect(refused.status == 77 && refused.err.contains("submitter"), "\(refused.err)")
            let events = try await here.run(["events", "--service", "designer", "--json"])
            #expect(events.out.contains("request.refused"), "\(events.out.suffix(2_000))")

            #expect(try await here.list(Key.self, ["keys", "list"]).map(\.role) == ["operator", "worker"])
            for command in try Self.manualCommands(machine) where command.first == "keys" {
                let ran = try await here.run(command)
                #expect(ran.status == 0, "\(command): \(ran.err)")
            }
            let keys = try await here.list(Key.self, ["keys", "list"]).map(\.name)
            #expect(keys.contains("ada") && !keys.contains("lab-3"), "\(keys)")
            #expect(try await here.run(["keys", "revoke", "worker-1"]).status == 0)
            let late = try await there.run(["join", machine.host, "--token", token, "-d"])
            #expect(late.status == 77 && late.err.contains("revoked"), "\(late.err)")
        }
    }
}
