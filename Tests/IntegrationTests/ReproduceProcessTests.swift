import Foundation
import TestSupport
import Testing

private struct Scenario: Decodable {
    let id, state: String
}

private struct Row: Decodable, Hashable {
    let state, network: String
    let metrics: [String: Double]
}

@Suite(.timeLimit(.minutes(5))) struct `A reproduction on the command line` {
    /// Runs it, and ends it like a lost terminal once a number of its scenarios have succeeded.
    /// - Returns: Its scenarios then.
    private func scenarios(when count: Int, by gyrus: GyrusCommand) async throws -> [Scenario] {
        let process = try gyrus.start(
            "reproduce", "av-mnist", "--quick", "--synthetic", into: gyrus.folder.appending(path: "report"))
        while true {
            let scenarios = try await gyrus.list(Scenario.self, "scenarios")
            // Searches continue by themselves, so one may succeed before canceled ones are resumed.
            let isTakenUp = !scenarios.contains { $0.state == "cancelled" }
            if isTakenUp, scenarios.count(where: { $0.state == "succeeded" }) >= count {
                process.signal(SIGKILL)
                return scenarios
            }
            try #require(process.isRunning)
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    @Test func `resumes where it stopped, including canceled scenarios`() async throws {
        try await GyrusCommand.use { gyrus in
            #expect(try await gyrus.run("up", "-d", "--scale", "trainer-worker=2").status == 0)
            // The four networks are trained in parallel; fusions have to wait.
            let before = try await scenarios(when: 1, by: gyrus)
            #expect(before.count == 4)
            let done = try #require(before.first { $0.state == "succeeded" })
            let rows = try await gyrus.list(Row.self, "result", done.id)
            let running = try #require(before.last { $0.state != "succeeded" })
            #expect(try await gyrus.run("cancel", running.id).status == 0)

            let after = try await scenarios(when: 2, by: gyrus)
            #expect(Set(after.map(\.id)) == Set(before.map(\.id)))
            #expect(after.allSatisfy { ["running", "succeeded"].contains($0.state) })
            #expect(try await gyrus.list(Row.self, "result", done.id) == rows)
        }
    }
}
