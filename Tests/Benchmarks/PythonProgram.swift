import Foundation
import Model

/// A Python program that runs until it ends.
enum PythonProgram {
    /// Runs it on one thread, and returns its output.
    /// - Parameter need: What it requires, for the message if it fails.
    static func run(_ program: String, _ arguments: [String], python: String, need: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = ["-c", program] + arguments
        process.environment = ProcessInfo.processInfo.environment
            .merging(["OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(.unavailable, "'\(python)' has no working \(need); create one with Tests/Benchmarks/peers.")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
