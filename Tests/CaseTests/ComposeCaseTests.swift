import Foundation
import TestSupport
import Testing

/// Compose files as people write them.
@Suite(
    .enabled(if: SharedCases.areHere, Comment(rawValue: SharedCases.reason)), .timeLimit(.minutes(5)))
struct ComposeCaseTests {
    /// The file, its result, and a text in one of the two outputs.
    private static let configurations: [(String, Int32, [String])] = [
        ("nested-default-not-needed", 0, ["      A: a\n", "      C: ''\n"]),
        ("profiles", 0, ["  main:\n"]),
        ("merge-bomb", 78, ["merge-bomb.yaml:14", "100000 values"]),
        ("interval-zero", 0, ["interval: 30s", "timeout: 90s"]),
        ("unset-variable", 0, ["value=[]", "'NO_SUCH_VARIABLE' is not set"]),
        ("container-keys", 0, ["- sleep"]),
        ("depends-on-long", 0, ["condition: service_healthy", "restart: true"]),
        ("env-file", 0, ["- sleep"]),
        ("braces-around-default", 0, ["T1: '{{{ foo }}}'", "T3: baz }}}", "T4: in", "T5: B"]),
        ("durations", 0, ["interval: 90s", "timeout: 1500ms", "start_period: 3930020ms"]),
        ("yaml11-words", 0, ["B_ON: 'on'", "B_OCT: '0o17'", "B_EXP: '1e3'", "B_UNDER: '1_000'", "B_SEX: '12:30:45'"]),
        ("crlf", 0, ["echo one", "K: value\n"]),
    ]

    @Test(arguments: configurations)
    func `a file is read as specified`(_ name: String, _ status: Int32, _ words: [String]) async throws {
        let gyrus = try GyrusProgram(
            options: ["--file", SharedCases.file("compose/\(name).yaml").path], environment: ["SET_A": "a"])
        let output = try await gyrus.run(["config"])
        #expect(output.status == status, "\(output.err)")
        for word in words { #expect((output.out + output.err).contains(word), "\(word) in \(output.out)\(output.err)") }
        #expect(!output.out.contains("\r"))
        if name == "profiles" { #expect(!output.out.contains("debug")) }
        try FileManager.default.removeItem(at: gyrus.folder)
    }

    @Test func `a service of an inactive profile does not run`() async throws {
        let gyrus = try GyrusProgram(options: ["--file", SharedCases.file("compose/profiles.yaml").path])
        #expect(try await gyrus.run(["up", "-d"]).status == 0)
        #expect(try await gyrus.run(["ps", "-q"]).out == "gyrus-main-1\n")
        #expect(try await gyrus.run(["--profile", "dev", "up", "-d"]).status == 0)
        #expect(try await gyrus.run(["ps", "-q"]).out == "gyrus-debug-1\ngyrus-main-1\n")
        try await gyrus.clean()
    }

    @Test func `a long line stays one line, and an unterminated line is shown`() async throws {
        let gyrus = try GyrusProgram(options: ["--file", SharedCases.file("compose/long-line.yaml").path])
        #expect(try await gyrus.run(["up", "-d"]).status == 0)
        var lines: [Substring] = []
        while lines.last != "no newline at end" {
            lines = try await gyrus.run(["logs", "--no-log-prefix"]).out.split(separator: "\n")
        }
        #expect(lines.map(\.count) == [200_000, 19, 13, 17])
        #expect(lines[1] == "after-the-long-line")
        try await gyrus.clean()
    }
}
