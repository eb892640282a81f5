import Foundation
import TestSupport

/// A program of the system that some tests need.
struct Tool: Sendable {
    /// Its place.
    let path: String

    /// Finds a program; nil where it is not installed.
    init?(_ name: String) {
        let folders = ["/usr/bin", "/usr/sbin", "/bin", "/usr/local/bin"]
        guard let folder = folders.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") })
        else {
            return nil
        }
        path = "\(folder)/\(name)"
    }

    static let promtool = Tool("promtool")
    static let systemd = Tool("systemd-analyze")

    /// Runs it, or any other program, to its end.
    static func run(
        _ path: String, _ arguments: [String], input: String = "", environment: [String: String]? = nil,
        in folder: URL? = nil
    ) async throws -> GyrusProgram.Output {
        let directory = try TemporaryDirectory()
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        if let environment { process.environment = environment }
        if let folder { process.currentDirectoryURL = folder }
        process.standardInput = try FileHandle(
            forReadingFrom: URL(filePath: directory.write(input.utf8, as: "in")))
        for name in ["out", "err"] { _ = try directory.write([], as: name) }
        process.standardOutput = try FileHandle(forWritingTo: directory.file("out"))
        process.standardError = try FileHandle(forWritingTo: directory.file("err"))
        let status = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return GyrusProgram.Output(
            status: status, out: try String(contentsOf: directory.file("out"), encoding: .utf8),
            err: try String(contentsOf: directory.file("err"), encoding: .utf8))
    }

    func run(_ arguments: String..., input: String = "") async throws -> GyrusProgram.Output {
        try await Self.run(path, arguments, input: input)
    }
}

/// A search of seconds over data that Gyrus makes itself.
func tinyScenario(trials: Int, epochs: Int = 1, samples: Int = 64) -> String {
    """
    scenario: tiny-digits
    stimuli: [see written digits]
    task: classification
    modalities:
      image: {dataset: synthetic-digits}
    data: {samples: {training: \(samples), validation: 32, test: 32}, seed: 3}
    objective: {maximize: accuracy}
    search: {method: evolution, population: \(min(8, trials / 2)), trials: \(trials), seed: 7, structures: [LeNet3, LeNet5],
      widths: [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4]}
    training: {epochs: \(epochs), batch: 32, samples: \(samples), validation: 32}
    final: {epochs: 1, batch: 32, samples: \(samples), validation: 32}
    """
}

/// The built `gyrus` with the Compose file that it comes with, and a project of its own.
func withProject<Result>(
    environment: [String: String] = [:], _ body: (GyrusProgram) async throws -> Result
) async throws -> Result {
    let program = try GyrusProgram(
        options: ["-f", DeliveredFiles.composeFile.path, "-p", "ops"], environment: environment)
    do {
        let result = try await body(program)
        try await program.clean()
        return result
    } catch {
        try await program.clean()
        throw error
    }
}
