import Foundation
import TestSupport

/// The built `gyrus` with its Compose file and its own project in a test's folder.
struct GyrusCommand {
    private let program: GyrusProgram

    var folder: URL { program.folder }

    /// Provides the command, and afterwards stops its services and removes its folder.
    /// - Parameter environment: Added to the environment.
    static func use<Result>(
        environment: [String: String] = [:], _ body: (GyrusCommand) async throws -> Result
    ) async throws -> Result {
        let options = ["-f", DeliveredFiles.composeFile.path, "-p", "test"]
        let gyrus = GyrusCommand(program: try GyrusProgram(options: options, environment: environment))
        do {
            let result = try await body(gyrus)
            try await gyrus.program.clean()
            return result
        } catch {
            try await gyrus.program.clean()
            throw error
        }
    }

    /// Writes a scenario's file.
    func write(_ scenario: String, to name: String) throws -> String {
        let file = folder.appending(path: name)
        try scenario.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    /// Runs a command until it ends.
    @discardableResult
    func run(_ arguments: String...) async throws -> GyrusProgram.Output { try await run(arguments) }

    /// Runs a command until it ends.
    @discardableResult
    func run(_ arguments: [String]) async throws -> GyrusProgram.Output { try await program.run(arguments) }

    /// Starts a command whose output goes to a file, without waiting for its end.
    func start(_ arguments: String..., into file: URL) throws -> ChildProcess {
        try program.start(arguments, into: file)
    }

    /// A list as JSON.
    func list<Item: Decodable>(_ type: Item.Type, _ arguments: String...) async throws -> [Item] {
        try await program.list(type, arguments)
    }
}
