import ArgumentParser
import Foundation
import Model

/// Data of users from the folder to a score on samples that were kept back: `gyrus run` with its defaults beside what one would
/// use instead.
///
/// Every set is split into training and test by a seed, the test by groups where the set has some. All get the same training
/// data in the form in which a user has them, and answer for the same test data; one program judges all answers. Sets that
/// defaults were tuned on are marked; the others were never looked at for a choice (`Tests/Benchmarks/own/sets.py`).
struct OwnBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "own", abstract: "Data of users: 'gyrus run' beside scikit-learn and plain PyTorch networks.",
        discussion: """
              peers=$(Tests/Benchmarks/peers)
              swift build -c release && .build/release/Benchmarks own --python "$peers" --sets penguins --budget 60

            The budget of 'gyrus run' is time; a peer trains until it is done or has used as many
            processor seconds as the budget has on all cores.
            """)

    @Option(help: "A Python that has scikit-learn, pandas, torch, librosa and pillow.")
    var python: String
    @Option(help: "Folder of the sets.")
    var data = "../shared/data/own"
    @Option(help: "Sets to run, with commas between them (default: all).")
    var sets: String?
    @Option(help: "Seconds for 'gyrus run'.")
    var budget = 600
    @Option(help: "Seeds of the split in training and test, from 0.")
    var seeds = 3
    @Option(help: "File for the table, as Markdown.")
    var output: String?

    private struct KnownSet: Decodable {
        let name: String
        let isTuning: Bool
        let metric: String
    }

    private struct Written: Decodable {
        let data: String
        let target: [String]
        let inputs: [String]
    }

    private struct Outcome: Decodable {
        let score: Double
        var seconds: Double?
        var megabytes: Double?
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    private static let contestants = ["gyrus", "classic", "plain"]

    func run() async throws {
        let known: [KnownSet] = try await step(["list"])
        let wanted = sets.map { $0.split(separator: ",").map(String.init) }
        if let unknown = wanted?.first(where: { name in !known.contains { $0.name == name } }) {
            throw ValidationError(
                "There is no set '\(unknown)'; known are \(known.map(\.name).joined(separator: ", ")).")
        }
        var lines = [
            "| set | metric | gyrus run | scikit-learn | plain PyTorch | seconds |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        lines.forEach { print($0) }
        for set in known where wanted?.contains(set.name) ?? true {
            let line = try await row(of: set)
            print(line)
            lines.append(line)
        }
        let note = """

            Mean ± standard deviation of \(seeds) splits, 20 % for the test. gyrus run: \(budget) s on \
            \(ProcessInfo.processInfo.activeProcessorCount) cores, defaults only. Seconds: time of 'gyrus run' and of \
            answering; processor seconds of the peers. *: defaults were tuned on this set.
            """
        print(note)
        if let output { try Data((lines + [note]).joined(separator: "\n").utf8).write(to: URL(filePath: output)) }
    }

    private func row(of set: KnownSet) async throws -> String {
        var outcomes: [String: [Outcome]] = [:]
        var failures: [String: String] = [:]
        for seed in 0..<seeds {
            for contestant in Self.contestants {
                do {
                    let outcome =
                        contestant == "gyrus"
                        ? try await gyrus(set.name, seed)
                        : try await step(
                            ["peer", data, set.name, "\(seed)", contestant, "\(budget * cores)"])
                    outcomes[contestant, default: []].append(outcome)
                } catch {
                    failures[contestant] = "\(error)"
                    FileHandle.standardError.write(Data("\(set.name), seed \(seed), \(contestant): \(error)\n".utf8))
                }
            }
        }
        let cells = Self.contestants.map { name in
            failures[name] == nil ? Self.text(outcomes[name]?.map(\.score) ?? []) : "failed"
        }
        let seconds = Self.contestants.map { name in
            let values = outcomes[name]?.compactMap(\.seconds) ?? []
            return values.isEmpty ? "–" : String(format: "%.0f", values.reduce(0, +) / Double(values.count))
        }
        return "| \(set.name)\(set.isTuning ? " \\*" : "") | \(set.metric) | \(cells.joined(separator: " | ")) | "
            + "\(seconds.joined(separator: ", ")) |"
    }

    private var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    private static func text(_ scores: [Double]) -> String {
        guard !scores.isEmpty else { return "–" }
        let mean = scores.reduce(0, +) / Double(scores.count)
        let squares = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = scores.count > 1 ? (squares / Double(scores.count - 1)).squareRoot() : 0
        return String(format: "%.3f ± %.3f", mean, deviation)
    }

    /// The whole way of a user, from the folder to answers.
    private func gyrus(_ set: String, _ seed: Int) async throws -> Outcome {
        let folder = FileManager.default.temporaryDirectory.appending(path: "own-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let written: Written = try await step(["write", data, set, "\(seed)", folder.path])
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "gyrus").path
        let project = ["--project-name", "own", "--project-directory", folder.appending(path: "project").path]
        let result = folder.appending(path: "result").path, answers = folder.appending(path: "answers.csv").path
        let clock = ContinuousClock()
        let start = clock.now
        defer { _ = try? Self.output(of: program, project + ["down", "--volumes"], in: folder) }
        _ = try Self.output(
            of: program,
            project + ["run", written.data, "--budget", "\(budget)s", "--output", result] + written.target, in: folder)
        _ = try Self.output(of: program, ["predict", result, "--output", answers] + written.inputs, in: folder)
        let seconds = (clock.now - start) / .seconds(1)
        var outcome: Outcome = try await step(["score", data, set, "\(seed)", answers])
        outcome.seconds = seconds
        return outcome
    }

    private func step<Answer: Decodable>(_ arguments: [String]) async throws -> Answer {
        let script = Self.folder.appending(path: "own/compare.py").path
        let text = try Self.output(of: python, [script] + arguments, in: nil)
        return try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    }

    /// Runs a program to its end, and returns what it prints.
    private static func output(of program: String, _ arguments: [String], in folder: URL?) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let compose = Self.folder.appending(path: "../../Compose/compose.yaml").standardizedFileURL.path
        process.environment = ProcessInfo.processInfo.environment.merging(["GYRUS_COMPOSE_FILE": compose]) { $1 }
        let output = Pipe(), errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        let said = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let last = (text + said).split(separator: "\n").suffix(3).joined(separator: " ")
            throw Failure(.unavailable, "'\(program)' ended with \(process.terminationStatus): \(last)")
        }
        return text
    }
}
