public import Foundation

/// The built `gyrus`, run in a test's folder, which also contains its project and output.
public struct GyrusProgram: Sendable {
    /// What a command printed and how it ended.
    public struct Output: Sendable {
        /// Exit status; 128 + n if signal n ended it.
        public let status: Int32
        /// Standard output.
        public let out: String
        /// Standard error.
        public let err: String

        /// Takes a program's output.
        public init(status: Int32, out: String, err: String) {
            self.status = status
            self.out = out
            self.err = err
        }
    }

    /// The folder in which it runs.
    public let folder: URL
    /// Options before every command.
    let options: [String]
    /// Added to the environment, which has no other variable of Gyrus.
    let environment: [String: String]
    /// The machine on which it runs; nil for this one.
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

    /// The program, its words and its environment.
    private func command(_ arguments: [String]) throws -> (words: [String], environment: [String: String]) {
        let program = try ChildProcess.executable("gyrus").path
        let own = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GYRUS_") }
        return ((machine?.prefix ?? []) + [program] + options + arguments, own.merging(environment) { $1 })
    }

    /// Runs a command until it ends.
    @discardableResult
    public func run(_ arguments: [String]) async throws -> Output {
        let (words, environment) = try command(arguments)
        return try await ChildProcess.output(
            of: words[0], Array(words.dropFirst()), environment: environment, in: folder)
    }

    /// Starts a command without waiting for its end; its output goes to the file, or nowhere.
    public func start(_ arguments: [String], into file: URL? = nil) throws -> ChildProcess {
        let (words, environment) = try command(arguments)
        let nowhere = URL(filePath: "/dev/null")
        return try ChildProcess(
            path: words[0], Array(words.dropFirst()), environment: environment, in: folder, log: file ?? nowhere,
            errors: nowhere)
    }

    /// A list as JSON.
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
