public import Foundation
import Glibc
import HelperProcesses
import Model

/// A program that a test started, with its output in files.
public final class ChildProcess: Sendable {
    private let program: RunningProgram
    /// The other end of its standard input.
    private let leash: Descriptor?
    /// File with its output; `/dev/null` if it is not read.
    public let log: URL

    /// Starts a program.
    /// - Parameters:
    ///   - path: Its path, or its name if it is on the PATH.
    ///   - environment: All of its environment; nil for that of the tests.
    ///   - directory: Where it runs.
    ///   - input: File that it reads.
    ///   - isLeashed: Whether it reads a pipe instead, which is open as long as this object, and so as the tests.
    ///   - log: File to which its output is appended.
    ///   - errors: File to which its stderr is appended; nil for `log`.
    public init(
        path: String, _ arguments: [String], environment: [String: String]? = nil, in directory: URL? = nil,
        input: URL? = nil, isLeashed: Bool = false, log: URL = URL(filePath: "/dev/null"), errors: URL? = nil
    ) throws {
        let output = try Descriptor.open(log.path, O_WRONLY | O_APPEND | O_CREAT)
        let complaints = try errors.map { try Descriptor.open($0.path, O_WRONLY | O_APPEND | O_CREAT) } ?? output
        let pipe = isLeashed ? try Descriptor.pipe() : nil
        let source = try pipe?.read ?? input.map { try Descriptor.open($0.path, O_RDONLY) }
        leash = pipe?.write
        self.log = log
        do {
            program = try RunningProgram(
                path, arguments, environment: environment, in: directory?.path,
                descriptors: [source, output, complaints])
        } catch {
            throw Failure(.unavailable, "'\(path)' cannot be started: \(error).")
        }
    }

    /// Starts an executable of this build.
    /// - Parameters:
    ///   - executable: Its name, such as `registry`.
    ///   - arguments: What follows the name.
    ///   - environment: All of its environment.
    ///   - directory: Where it runs.
    ///   - log: File to which its output is appended.
    ///   - prefix: Words before the executable that become it, such as `ip netns exec NAME`.
    public convenience init(
        _ executable: String, _ arguments: [String], environment: [String: String]? = nil, directory: URL? = nil,
        log: URL = URL(filePath: "/dev/null"), prefix: [String] = []
    ) throws {
        let words = prefix + [try Self.executable(executable).path] + arguments
        try self.init(path: words[0], Array(words.dropFirst()), environment: environment, in: directory, log: log)
    }

    /// The path of an executable of this build, next to the tests.
    /// - Throws: `Failure` with code `not-found` if it is not built.
    public static func executable(_ name: String) throws -> URL {
        let folder =
            ProcessInfo.processInfo.environment["GYRUS_EXECUTABLES"].map { URL(filePath: $0) }
            ?? URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        let url = folder.appending(path: name)
        guard FileManager.default.isExecutableFile(atPath: url.path) else {
            throw Failure(
                .notFound,
                "There is no executable '\(url.path)': run `swift build`, or name the folder with $GYRUS_EXECUTABLES.")
        }
        return url
    }

    /// Process ID.
    public var id: Int32 { program.id }

    /// Whether it has not ended.
    public var isRunning: Bool { program.isRunning }

    /// Sends a signal, such as `SIGKILL`, unless it has ended.
    public func signal(_ signal: Int32) { program.signal(signal) }

    /// Waits for its end.
    /// - Returns: Its exit status; 128 + n if signal n ended it.
    @discardableResult
    public func end() async -> Int32 { await program.end() }

    /// Waits for its end on this thread.
    /// - Returns: Its exit status; 128 + n if signal n ended it.
    @discardableResult
    public func wait() -> Int32 { program.wait() }
}

extension ChildProcess {
    /// Runs a program on this thread until it ends, and returns its output.
    public static func output(
        of path: String, _ arguments: [String], input: String = "", environment: [String: String]? = nil,
        in directory: URL? = nil
    ) throws -> GyrusProgram.Output {
        let files = try Files(input)
        return try files.output(files.start(path, arguments, environment, directory).wait())
    }

    /// Runs a program until it ends, and returns its output.
    public static func output(
        of path: String, _ arguments: [String], input: String = "", environment: [String: String]? = nil,
        in directory: URL? = nil
    ) async throws -> GyrusProgram.Output {
        let files = try Files(input)
        return try files.output(await files.start(path, arguments, environment, directory).end())
    }

    /// Files instead of pipes, which would have to be read simultaneously.
    private struct Files {
        let folder: TemporaryDirectory

        init(_ input: String) throws {
            folder = try TemporaryDirectory()
            for (name, text) in [("in", input), ("out", ""), ("err", "")] { _ = try folder.write(text.utf8, as: name) }
        }

        func start(
            _ path: String, _ arguments: [String], _ environment: [String: String]?, _ directory: URL?
        ) throws -> ChildProcess {
            try ChildProcess(
                path: path, arguments, environment: environment, in: directory, input: folder.file("in"),
                log: folder.file("out"), errors: folder.file("err"))
        }

        func output(_ status: Int32) throws -> GyrusProgram.Output {
            func text(_ name: String) throws -> String {
                String(decoding: try Data(contentsOf: folder.file(name)), as: UTF8.self)
            }
            return GyrusProgram.Output(status: status, out: try text("out"), err: try text("err"))
        }
    }
}
