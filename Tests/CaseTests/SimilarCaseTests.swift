import Foundation
import Model
import TestSupport
import Testing

/// Synthetic inputs like those in public bug reports: the same kinds of problems in other places.
@Suite(.timeLimit(.minutes(5))) struct SimilarCaseTests {
    private static let mark = "\u{FEFF}"

    /// Runs a command on a file in its own folder.
    private func run(
        _ text: Data, as name: String, beside files: [String: String] = [:], _ arguments: (String) -> [String]
    ) async throws -> GyrusProgram.Output {
        let gyrus = try GyrusProgram()
        defer { try? FileManager.default.removeItem(at: gyrus.folder) }
        for (name, text) in files { try Data(text.utf8).write(to: gyrus.folder.appending(path: name)) }
        let file = gyrus.folder.appending(path: name)
        try text.write(to: file)
        return try await gyrus.run(arguments(file.path))
    }

    // MARK: - Compose

    private static let service = "name: x\nservices:\n  a:\n    command: [sleep, '5']\n"

    private static let composeFiles: [(String, Int32, [String])] = [
        (mark + service, 0, ["- sleep"]),
        (service.replacing("\n", with: "\r\n"), 0, ["- sleep"]),
        (service + "    stop_grace_period: 0s\n", 0, ["stop_grace_period: 0s"]),
        (
            service
                + "    healthcheck: {test: [CMD, 'true'], interval: 0, timeout: 0s, start_interval: 0s, retries: 0}\n",
            0, ["interval: 30s", "timeout: 30s", "retries: 3", "start_interval: 5s"]
        ),
        (
            service + "    environment: {A: 1.0, B: 010, C: 0x1F, D: 1e3, G: 2001-01-01, H: .inf}\n", 0,
            ["A: '1.0'", "B: '010'", "C: '0x1F'", "D: '1e3'", "G: '2001-01-01'", "H: '.inf'"]
        ),
        (
            service + "    env_file: [one.env, {path: two.env, required: false}]\n", 0,
            ["A: '1'", "B: two words", "C: x#y", "D: a", "E: ''"]
        ),
        (service + "    env_file: [two.env]\n", 78, ["two.env"]),
        (service + "    depends_on: {b: {condition: service_started, required: false}}\n", 0, ["- sleep"]),
        (service + "    depends_on: [b]\n", 78, ["depends on 'b'"]),
        (
            service + "    depends_on: {b: {condition: service_healthy}}\n  b: {command: [sleep, '5']}\n", 78,
            ["no healthcheck"]
        ),
        (
            service + "    depends_on: [b]\n  b: {command: [sleep, '5'], profiles: [dev]}\n", 78, ["add --profile dev"]
        ),
        (service + "  a:\n    command: [sleep, '6']\n", 78, ["'a'"]),
        (
            service + "    restart: null\n    healthcheck: ~\n    environment:\n    depends_on: null\n", 0,
            ["- sleep", "restart: 'no'"]
        ),
        ("name: x\nservices:\n  a:\n    command: null\n", 78, ["has no command"]),
        (service + "    environment: ['=x']\n", 78, ["needs a name"]),
        ("name: x\nservices:\n  a:\n    command: [\"a\\0b\"]\n", 78, ["NUL"]),
        (service + "    environment: {A: \"a\\0b\"}\n", 78, ["NUL"]),
        (service + "    stop_grace_period: 10\n", 78, ["10s"]),
        (service + "    scale: 99999999999999999999\n", 78, ["0 to 1000"]),
        (service + "---\n" + service, 78, ["single document"]),
    ]

    @Test(arguments: composeFiles)
    func `a Compose file is honored, or refused in its own terms`(
        _ text: String, _ status: Int32, _ words: [String]
    ) async throws {
        let variables = Self.mark + "A=1\r\nexport B=\"two words\"\r\n# c\r\nC='x#y'\r\nD=a # trailing\r\nE=\r\n"
        let output = try await run(Data(text.utf8), as: "compose.yaml", beside: ["one.env": variables]) {
            ["-f", $0, "config"]
        }
        #expect(output.status == status, "\(output.err)")
        for word in words { #expect((output.out + output.err).contains(word), "\(word) in \(output.out)\(output.err)") }
        #expect(!output.out.contains("\r"))
    }

    @Test func `a Compose file in another encoding is reported as such`() async throws {
        let output = try await run(Data(Self.service.utf8 + [0xE4]), as: "compose.yaml") { ["-f", $0, "config"] }
        #expect(output.status == 78 && output.err.contains("is not UTF-8 text"), "\(output.err)")
    }

    // MARK: - Scenarios

    private static let scenario = "scenario: s\nstimuli: [see written digits]\nmodalities: {image: {dataset: mnist}}\n"

    @Test(arguments: [
        mark + scenario, scenario.replacing("\n", with: "\r\n"), scenario.replacing("\n", with: "\r"),
        "---\n\(scenario)...\n", scenario + "# *x* &y \u{00A0}z\n",
    ])
    func `a scenario reads the same with any line endings`(_ text: String) throws {
        let scenario = try ScenarioFile(text, file: "s.yaml").scenario
        #expect(scenario.name == "s" && scenario.stimuli == ["see written digits"])
    }

    @Test(arguments: [
        (scenario + "---\n" + scenario, "single document"), (scenario + "\0", "control characters"),
        (scenario + "search: {seed: 18446744073709551616}\n", "search.seed: 18446744073709551616 is not from"),
        ("scenario: s\nstimuli:\n\t- x\n", "s.yaml:3:1"),
    ])
    func `an implausible scenario is refused in its own terms`(_ text: String, _ words: String) throws {
        let failure = try #require(throws: Failure.self) { try ScenarioFile(text, file: "s.yaml") }
        #expect(failure.code == .invalidArgument && failure.message.contains(words), "\(failure.message)")
    }

    // MARK: - Tracks

    private static let rows = (1...3).flatMap { frame in
        (1...2).map { "\(frame),\($0),\(10 * $0),\(10 * $0),20,20,1,-1,-1,-1\n" }
    }.joined()

    private func evaluate(_ results: String) async throws -> GyrusProgram.Output {
        let gyrus = try GyrusProgram()
        defer { try? FileManager.default.removeItem(at: gyrus.folder) }
        for folder in ["gt/S1/gt", "res"] {
            try FileManager.default.createDirectory(
                at: gyrus.folder.appending(path: folder), withIntermediateDirectories: true)
        }
        try Data(Self.rows.replacing("-1,-1,-1", with: "1,1").utf8)
            .write(to: gyrus.folder.appending(path: "gt/S1/gt/gt.txt"))
        let information =
            Self.mark + "[Sequence]\r\nname=S1\r\nseqLength=3\r\nframeRate=25\r\nimWidth=100\r\nimHeight=100\r\n"
        try Data(information.utf8).write(to: gyrus.folder.appending(path: "gt/S1/seqinfo.ini"))
        try Data(results.utf8).write(to: gyrus.folder.appending(path: "res/S1.txt"))
        return try await gyrus.run(["evaluate", "mot", "--gt", "gt", "--results", "res", "--format", "json"])
    }

    private struct Score: Decodable { let hota: Double }

    @Test(arguments: [
        rows.replacing("\n", with: ",\n"), rows.replacing(",", with: " "), rows.replacing(",", with: "\t"),
        rows.replacing("\n", with: "\n\n"), String(rows.dropLast()), mark + rows.replacing("\n", with: "\r\n"),
        // 2^53 and 2^53 + 1, which are the same double.
        rows.replacing(",1,10,", with: ",9007199254740993,10,").replacing(",2,20,", with: ",9007199254740992,20,"),
    ])
    func `results score the same in any notation`(_ text: String) async throws {
        let output = try await evaluate(text)
        try #require(output.status == 0, "\(output.err)")
        let score = try #require(try JSONDecoder().decode([Score].self, from: Data(output.out.utf8)).last)
        #expect(abs(score.hota - 100) < 1e-6)
    }

    @Test(arguments: [
        (rows.replacing(",1,10,", with: ",18446744073709551616,10,"), "is too large"),
        (rows.replacing(",1,10,", with: ",1.5,10,"), "is not a whole number"),
        ("frame,id,x,y,w,h\n" + rows, "column 1 is 'frame'"),
    ])
    func `ambiguous results are refused with their line`(_ text: String, _ words: String) async throws {
        let output = try await evaluate(text)
        #expect(output.status == 1 || output.status == 2)
        #expect(output.err.contains("S1.txt:1") && output.err.contains(words), "\(output.err)")
    }
}
