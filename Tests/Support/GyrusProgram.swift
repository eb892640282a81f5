public import Foundation

/// The built `gyrus`, run in a test's folder, of which its project and its output are part.
public struct GyrusProgram: Sendable {
    /// What a command printed and how it ended.
    public struct Output: Sendable {
        /// Exit status.
        public let status: Int32
        /// Standard output.
        public let out: String
        /// Standard error.
        public let err: String

        /// Takes what a program printed.
        public init(status: Int32, out: String, err: String) {
            self.status = status
            self.out = out
            self.err = err
        }
    }

    /// The folder in which it runs.
    public let folder: URL
    /// What stands before every verb.
    let options: [String]
    /// Added to the environment, of which no other variable of Gyrus gets in.
    let environment: [String: String]
    /// Where it runs; nil on this machine.
    let machine: SecondMachine?

    /// Makes a folder for it.
    public init(
        options: [String] = [], environment: [String: String] = [:], on machine: SecondMachine? = nil
    ) throws {
        self.machine = machine
        folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString.prefix(8))")
        self.options = ["--project-directory", folder.appending(path: "p").path] + options
        self.environment = environment
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func process(_ arguments: [String]) throws -> Process {
        let process = Process()
        let program = try ChildProcess.executable("gyrus")
        process.executableURL = machine == nil ? program : URL(filePath: "/usr/bin/env")
        process.arguments = (machine.map { $0.prefix + [program.path] } ?? []) + options + arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GYRUS_") }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// Runs a command to its end.
    @discardableResult
    public func run(_ arguments: [String]) async throws -> Output {
        let process = try process(arguments)
        let out = folder.appending(path: UUID().uuidString)
        let err = folder.appending(path: UUID().uuidString)
        process.standardOutput = try emptyFile(out)
        process.standardError = try emptyFile(err)
        let status = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return Output(
            status: status, out: try String(contentsOf: out, encoding: .utf8),
            err: try String(contentsOf: err, encoding: .utf8))
    }

    /// Starts a command without waiting for its end; its output goes to the file, or nowhere.
    public func start(_ arguments: [String], into file: URL? = nil) throws -> Process {
        let process = try process(arguments)
        process.standardOutput = try file.map(emptyFile) ?? FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    private func emptyFile(_ file: URL) throws -> FileHandle {
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }

    /// What a list says as JSON.
    public func list<Item: Decodable>(_ type: Item.Type, _ arguments: [String]) async throws -> [Item] {
        let output = try await run(arguments + ["--format", "json"])
        return try JSONDecoder().decode([Item].self, from: Data(output.out.utf8))
    }

    /// Stops what it started, and removes its folder.
    public func clean() async throws {
        try await run(["down", "-v"])
        try FileManager.default.removeItem(at: folder)
    }
}
