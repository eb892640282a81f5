public import Foundation

/// A Python with torch, numpy and safetensors, created once for all tests by `Tests/Support/python-environment`.
public struct PythonEnvironment: Sendable {
    /// What could not be installed, or how a program failed.
    public struct Problem: Error, CustomStringConvertible {
        /// The last lines of output about it.
        public let description: String

        /// Makes a problem from its output.
        public init(_ description: String) { self.description = description }
    }

    /// Path of the interpreter.
    public let interpreter: String

    /// Finds the environment or creates it, which can take minutes the first time.
    /// - Parameter packages: Additional packages, such as `onnx`.
    /// - Throws: `Problem` if it cannot be created; a test then cancels itself with that reason.
    public init(with packages: String...) throws {
        interpreter = try Self.output(of: Self.file("python-environment").path, packages).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    /// A program next to this file.
    public static func file(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: name)
    }

    /// A folder with a package and its dependencies, separate from the environment, whose versions other tests need.
    /// - Parameter package: The package with its version, such as `mlflow-skinny==3.17.2`.
    /// - Throws: `Problem` if it cannot be installed.
    public static func folder(of package: String) throws -> String {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "python-environment")
        return try output(of: script.path, ["--apart", package]).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Runs a program and returns its output.
    public func run(_ program: String, _ arguments: String...) throws -> String {
        try Self.output(of: interpreter, ["-c", program] + arguments)
    }

    /// Runs an executable and returns its output.
    public static func output(of executable: String, _ arguments: [String]) throws -> String {
        let output = try ChildProcess.output(of: executable, arguments)
        guard output.status == 0 else {
            throw Problem(output.err.split(separator: "\n").suffix(5).joined(separator: "\n"))
        }
        return output.out
    }
}
