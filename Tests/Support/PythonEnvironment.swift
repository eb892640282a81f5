public import Foundation

/// A Python with torch, numpy and safetensors, made once for all tests by `Tests/Support/python-environment`.
public struct PythonEnvironment: Sendable {
    /// What could not be had, or what a program ended with.
    public struct Problem: Error, CustomStringConvertible {
        /// The last lines that were said about it.
        public let description: String

        /// Makes a problem of what is said about it.
        public init(_ description: String) { self.description = description }
    }

    /// Path of the interpreter.
    public let interpreter: String

    /// Finds the environment or makes it, which can take minutes the first time.
    /// - Parameter packages: What it must have besides, such as `onnx`.
    /// - Throws: `Problem` where it cannot be made; a test then cancels itself with that reason.
    public init(with packages: String...) throws {
        interpreter = try Self.output(of: Self.file("python-environment").path, packages).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    /// A program that lies beside this file.
    public static func file(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: name)
    }

    /// A folder with a package and what it depends on, apart from the environment, whose versions others need.
    /// - Parameter package: The package with its version, such as `mlflow-skinny==3.17.2`.
    /// - Throws: `Problem` where it cannot be had.
    public static func folder(of package: String) throws -> String {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "python-environment")
        return try output(of: script.path, ["--apart", package]).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Runs a program and returns what it prints.
    public func run(_ program: String, _ arguments: String...) throws -> String {
        try Self.output(of: interpreter, ["-c", program] + arguments)
    }

    /// Runs an executable and returns what it prints.
    public static func output(of executable: String, _ arguments: [String]) throws -> String {
        let output = try ChildProcess.output(of: executable, arguments)
        guard output.status == 0 else {
            throw Problem(output.err.split(separator: "\n").suffix(5).joined(separator: "\n"))
        }
        return output.out
    }
}
