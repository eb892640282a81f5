import ArgumentParser
import Foundation
import Model

/// Typical users' datasets, and the programs that write, learn and score them.
struct OwnSets {
    /// A dataset of `Tests/Benchmarks/own/sets.py`.
    struct Known: Decodable {
        let name: String
        /// Whether defaults were tuned on it.
        let isTuning: Bool
        let metric: String
    }

    struct Outcome: Decodable {
        let score: Double
        var seconds: Double?
        var megabytes: Double?
    }

    private struct Written: Decodable {
        let data: String
        let target: [String]
        let inputs: [String]
    }

    /// A Python that has what `compare.py` needs.
    let python: String
    /// A Python for AutoML programs.
    var automl: String?
    /// Folder of the datasets.
    let data: String

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    /// The datasets of a list with commas; all if there is none.
    func chosen(_ names: String?) throws -> [Known] {
        let known: [Known] = try step(["list"])
        guard let wanted = names?.split(separator: ",").map(String.init) else { return known }
        if let unknown = wanted.first(where: { name in !known.contains { $0.name == name } }) {
            throw ValidationError(
                "There is no dataset '\(unknown)', only \(known.map(\.name).joined(separator: ", ")).")
        }
        return known.filter { wanted.contains($0.name) }
    }

    /// All steps of a user, from the folder to answers.
    /// - Parameters:
    ///   - budget: Seconds of the search.
    ///   - ignored: Columns that it must not see.
    ///   - project: The folder of a project to continue and to keep; a new one that is removed if nil.
    ///   - copy: A file for the answers, with the probabilities of all classes.
    func gyrus(
        _ set: String, _ seed: Int, budget: Int, ignoring ignored: [String] = [], in kept: URL? = nil,
        copy: URL? = nil
    ) throws -> Outcome {
        try inFolder(of: set, seed) { folder, written in
            let place = kept ?? folder.appending(path: "project")
            let project = ["--project-name", "own", "--project-directory", place.path]
            let result = folder.appending(path: "result").path, answers = folder.appending(path: "answers.csv").path
            let ignore = ignored.isEmpty ? [] : ["--ignore", ignored.joined(separator: ",")]
            let clock = ContinuousClock()
            let start = clock.now
            let end = ["down"] + (kept == nil ? ["--volumes"] : [])
            defer { _ = try? Self.output(of: Self.program, project + end, in: folder) }
            _ = try Self.output(
                of: Self.program,
                project + ["run", written.data, "--budget", "\(budget)s", "--output", result] + written.target + ignore,
                in: folder)
            // Without some modalities, samples can be empty. They get no answer, and 'predict' ends with 1.
            let predictEnds: Set<Int32> = ignored.isEmpty ? [0] : [0, 1]
            _ = try Self.output(
                of: Self.program, ["predict", result, "--output", answers] + written.inputs, in: folder,
                ends: predictEnds)
            let seconds = (clock.now - start) / .seconds(1)
            if let copy {
                let all = ["predict", result, "--output", copy.path, "--top", "100"]
                _ = try Self.output(of: Self.program, all + written.inputs, in: folder, ends: predictEnds)
            }
            var outcome: Outcome = try step(["score", data, set, "\(seed)", answers])
            outcome.seconds = seconds
            let network = URL(filePath: result).appending(path: "model.pt")
            outcome.megabytes = try network.resourceValues(forKeys: [.fileSizeKey]).fileSize.map { Double($0) / 1e6 }
            return outcome
        }
    }

    /// The modalities that Gyrus finds in a dataset, with their columns.
    func modalities(of set: String) throws -> [String: [String]] {
        try inFolder(of: set, 0) { folder, written in
            let text = try Self.output(of: Self.program, ["new", written.data] + written.target, in: folder)
            guard let settings = try ScenarioFile.dataSettings(text) else { return [:] }
            return settings.modalities?.mapValues(\.columns) ?? [:]
        }
    }

    /// Works in a folder of its own that has the training data and the test data of a split.
    private func inFolder<Result>(
        of set: String, _ seed: Int, _ work: (URL, Written) throws -> Result
    ) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "own-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try work(folder, try step(["write", data, set, "\(seed)", folder.path]))
    }

    /// Performs a step of `compare.py`.
    func step<Answer: Decodable>(_ arguments: [String], isAutomated: Bool = false) throws -> Answer {
        let script = Self.folder.appending(path: "own/compare.py").path
        let program = isAutomated ? automl ?? python : python
        let text = try Self.output(of: program, [script] + arguments, in: nil)
        return try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    }

    private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "gyrus").path

    /// Scores of several splits as text: the mean and its standard error.
    static func mean(of scores: [Double]) -> String {
        let mean = scores.reduce(0, +) / Double(scores.count)
        guard scores.count > 1 else { return String(format: "%.3f", mean) }
        let squares = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / Double(scores.count - 1) / Double(scores.count)).squareRoot()
        return String(format: "%.3f ± %.3f", mean, error)
    }

    /// Runs a program until it ends, and returns its output.
    private static func output(
        of program: String, _ arguments: [String], in folder: URL?, ends: Set<Int32> = [0]
    ) throws -> String {
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
        guard ends.contains(process.terminationStatus) else {
            let last = (text + said).split(separator: "\n").suffix(3).joined(separator: " ")
            throw Failure(.unavailable, "'\(program)' ended with \(process.terminationStatus): \(last)")
        }
        return text
    }
}
