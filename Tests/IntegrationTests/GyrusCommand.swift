import Foundation
import Synchronization
import TestSupport

/// The built `gyrus` with a project of its own in a test's folder.
struct GyrusCommand {
    /// What a command printed and how it ended.
    struct Output {
        let status: Int32
        let out: String
        let err: String
    }

    let folder: URL

    /// The Compose file that Gyrus comes with.
    static let composeFile = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Compose/compose.yaml")

    /// Hands out the command, and stops its services and removes its folder afterwards.
    static func use<Result>(_ body: (GyrusCommand) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let gyrus = GyrusCommand(folder: folder)
        do {
            let result = try await body(gyrus)
            try await gyrus.clean()
            return result
        } catch {
            try await gyrus.clean()
            throw error
        }
    }

    private func clean() async throws {
        try await run("down", "-v")
        try FileManager.default.removeItem(at: folder)
    }

    private func process(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = try ChildProcess.executable("gyrus")
        process.arguments =
            ["-f", Self.composeFile.path, "-p", "test", "--project-directory", folder.appending(path: "p").path]
            + arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GYRUS_") }
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// Runs a command to its end.
    @discardableResult
    func run(_ arguments: String...) async throws -> Output { try await run(arguments) }

    private func run(_ arguments: [String]) async throws -> Output {
        let process = try process(arguments)
        let out = folder.appending(path: UUID().uuidString)
        let err = folder.appending(path: UUID().uuidString)
        for file in [out, err] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: err)
        let status = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return Output(
            status: status, out: try String(contentsOf: out, encoding: .utf8),
            err: try String(contentsOf: err, encoding: .utf8))
    }

    /// Starts a command whose output goes to a file, without waiting for its end.
    func start(_ arguments: String..., into file: URL) throws -> Process {
        let process = try process(arguments)
        try Data().write(to: file)
        process.standardOutput = try FileHandle(forWritingTo: file)
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// What a list says as JSON.
    func list<Item: Decodable>(_ type: Item.Type, _ arguments: String...) async throws -> [Item] {
        let output = try await run(arguments + ["--format", "json"])
        return try JSONDecoder().decode([Item].self, from: Data(output.out.utf8))
    }
}
