import ArgumentParser
import Foundation
import Model

/// Users' data, from the folder to a score on held-out samples: `gyrus run` with its defaults, compared with what one
/// would use instead.
///
/// A seed splits every dataset into training and test, by groups if it has any. All contestants get the same training
/// data in the form in which a user has it, and predict the same test data; one program scores all answers. Datasets on
/// which defaults were tuned are marked; the others never influenced a choice (`Tests/Benchmarks/own/sets.py`).
struct OwnBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "own", abstract: "Compare 'gyrus run' with other programs on typical users' data.",
        discussion: """
              peers=$(Tests/Benchmarks/peers)
              automl=$(Tests/Benchmarks/automl)
              swift build -c release && .build/release/Benchmarks own --python "$peers" \
                --automl "$automl" --sets penguins,housing --budget 60

            'gyrus run' and the AutoML programs get the budget as time on all cores; scikit-learn and \
            the plain networks train until they are done or have used the processor seconds of \
            the budget on all cores. A dash means that the program cannot read the dataset.
            """)

    @Option(help: "A Python that has scikit-learn, pandas, torch, librosa and pillow.")
    var python: String
    @Option(help: "A Python that has FLAML and AutoGluon's tables; without it, they are skipped.")
    var automl: String?
    @Option(help: "Folder of the datasets.")
    var data = "../shared/data/own"
    @Option(help: "Datasets to run, separated by commas (default: all).")
    var sets: String?
    @Option(help: "Budget of 'gyrus run' in seconds.")
    var budget = 600
    @Option(help: "Number of seeds of the split into training and test, from 0.")
    var seeds = 3
    @Option(help: "File for the tables in Markdown.")
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

    /// A contestant: its name in `compare.py`, its title, and what a person must do to get a result.
    private struct Contestant {
        let name: String
        let title: String
        let steps: String
    }

    private static let gyrusRun = Contestant(name: "gyrus", title: "gyrus run", steps: "2 commands")
    private static let peers = [
        Contestant(name: "classic", title: "scikit-learn", steps: "a script: reading, features, model"),
        Contestant(name: "plain", title: "plain PyTorch", steps: "a script: reading, network, training loop"),
    ]
    private static let automated = [
        Contestant(name: "flaml", title: "FLAML", steps: "a script: reading, fit, predict"),
        Contestant(name: "autogluon", title: "AutoGluon", steps: "a script: reading, fit, predict"),
    ]
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    private var contestants: [Contestant] {
        [Self.gyrusRun] + Self.peers + (automl == nil ? [] : Self.automated)
    }

    func run() async throws {
        let known: [KnownSet] = try await step(["list"])
        let wanted = sets.map { $0.split(separator: ",").map(String.init) }
        if let unknown = wanted?.first(where: { name in !known.contains { $0.name == name } }) {
            throw ValidationError(
                "There is no dataset '\(unknown)', only \(known.map(\.name).joined(separator: ", ")).")
        }
        let head = contestants.map(\.title).joined(separator: " | ")
        let rule = "| --- | --- |" + String(repeating: " --- |", count: contestants.count)
        var scores = ["| set | metric | \(head) |", rule]
        var costs = ["| set | | \(head) |", rule]
        scores.forEach { print($0) }
        for set in known where wanted?.contains(set.name) ?? true {
            let outcomes = await outcomes(on: set.name)
            let name = "\(set.name)\(set.isTuning ? " \\*" : "")"
            let row = "| \(name) | \(set.metric) | \(cells(outcomes, Self.score).joined(separator: " | ")) |"
            print(row)
            scores.append(row)
            costs.append("| \(name) | s, MB | \(cells(outcomes, Self.cost).joined(separator: " | ")) |")
        }
        costs.append("| all | steps | \(contestants.map(\.steps).joined(separator: " | ")) |")
        let note = """

            Mean ± standard error of \(seeds) splits with 20 % for the test. gyrus run: \(budget) s on \(cores) cores, \
            defaults only. *: defaults were tuned on this dataset.

            """
        let costNote = """

            s: time of 'gyrus run' and 'gyrus predict'; processor seconds of the others. MB: size of Gyrus's result; \
            peak memory of the others' processes.
            """
        print(note)
        (costs + [costNote]).forEach { print($0) }
        if let output {
            let text = (scores + [note] + costs + [costNote]).joined(separator: "\n")
            try Data(text.utf8).write(to: URL(filePath: output))
        }
    }

    /// The score of each contestant on each split; absent if it failed or cannot read the dataset.
    private func outcomes(on set: String) async -> [String: [Outcome]] {
        var outcomes: [String: [Outcome]] = [:]
        for seed in 0..<seeds {
            for contestant in contestants.map(\.name) {
                do {
                    let outcome =
                        contestant == Self.gyrusRun.name
                        ? try await gyrus(set, seed)
                        : try await step(
                            ["peer", data, set, "\(seed)", contestant, "\(budget * cores)"],
                            isAutomated: Self.automated.contains { $0.name == contestant })
                    outcomes[contestant, default: []].append(outcome)
                } catch {
                    FileHandle.standardError.write(Data("\(set), seed \(seed), \(contestant): \(error)\n".utf8))
                }
            }
        }
        return outcomes
    }

    private func cells(_ outcomes: [String: [Outcome]], _ text: ([Outcome]) -> String) -> [String] {
        contestants.map { contestant in
            let all = outcomes[contestant.name] ?? []
            return all.isEmpty ? "–" : text(all) + (all.count < seeds ? " (\(all.count) of \(seeds))" : "")
        }
    }

    private var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    private static func score(_ outcomes: [Outcome]) -> String {
        let scores = outcomes.map(\.score)
        let mean = scores.reduce(0, +) / Double(scores.count)
        guard scores.count > 1 else { return String(format: "%.3f", mean) }
        let squares = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / Double(scores.count - 1) / Double(scores.count)).squareRoot()
        return String(format: "%.3f ± %.3f", mean, error)
    }

    private static func cost(_ outcomes: [Outcome]) -> String {
        [\Outcome.seconds, \Outcome.megabytes].map { path in
            let values = outcomes.compactMap { $0[keyPath: path] }
            return values.isEmpty ? "–" : String(format: "%.1f", values.reduce(0, +) / Double(values.count))
        }.joined(separator: ", ")
    }

    /// All steps of a user, from the folder to answers.
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
        let network = URL(filePath: result).appending(path: "model.pt")
        outcome.megabytes = try network.resourceValues(forKeys: [.fileSizeKey]).fileSize.map { Double($0) / 1e6 }
        return outcome
    }

    private func step<Answer: Decodable>(_ arguments: [String], isAutomated: Bool = false) async throws -> Answer {
        let script = Self.folder.appending(path: "own/compare.py").path
        let program = isAutomated ? automl ?? python : python
        let text = try Self.output(of: program, [script] + arguments, in: nil)
        return try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    }

    /// Runs a program until it ends, and returns its output.
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
