import Foundation
import Glibc
import Model
import TestSupport

/// A program of the system that some tests need.
struct Tool: Sendable {
    /// Its path.
    let path: String

    /// Finds a program; nil if it is not installed.
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

    /// Runs it, or any other program, until it ends.
    static func run(
        _ path: String, _ arguments: [String], input: String = "", environment: [String: String]? = nil,
        in folder: URL? = nil
    ) async throws -> GyrusProgram.Output {
        let directory = try TemporaryDirectory()
        let input = try directory.write(input.utf8, as: "in")
        for name in ["out", "err"] { _ = try directory.write([], as: name) }
        let command = folder.map { ["/usr/bin/env", "-C", $0.path, path] } ?? [path]
        let process = try spawn(
            command[0], command.dropFirst() + arguments, environment: environment, input: input,
            output: directory.file("out"), errors: directory.file("err"))
        // Foundation does not notice the end of a short program while others keep running.
        let status = await withCheckedContinuation { (continuation: CheckedContinuation<Int32, Never>) in
            Thread.detachNewThread { [process] in
                var status: Int32 = 0
                while waitpid(process, &status, 0) == -1, errno == EINTR {}
                continuation.resume(returning: status & 0x7f == 0 ? status >> 8 & 0xff : status & 0x7f)
            }
        }
        return GyrusProgram.Output(
            status: status, out: try String(contentsOf: directory.file("out"), encoding: .utf8),
            err: try String(contentsOf: directory.file("err"), encoding: .utf8))
    }

    /// Starts a program; the caller waits for its end.
    static func spawn(
        _ path: String, _ arguments: [String], environment: [String: String]? = nil, input: String = "/dev/null",
        output: URL, errors: URL? = nil
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output.path, O_WRONLY | O_APPEND, 0)
        posix_spawn_file_actions_addopen(&actions, 2, (errors ?? output).path, O_WRONLY | O_APPEND, 0)
        // What the runner of the tests blocks or holds open is nothing to the program: Foundation learns the end of its
        // own processes from descriptors that close.
        for descriptor in 3..<Int32(1024) { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let variables = (environment ?? ProcessInfo.processInfo.environment).map { "\($0.key)=\($0.value)" }
        let words = ([path] + arguments).map { strdup($0) } + [nil]
        let settings = variables.map { strdup($0) } + [nil]
        defer { (words + settings).forEach { free($0) } }
        var process = pid_t()
        let error = posix_spawn(&process, path, &actions, &attributes, words, settings)
        guard error == 0 else { throw POSIXError(POSIXErrorCode(rawValue: error) ?? .EIO) }
        return process
    }

    /// The path of an installed program.
    static func required(_ name: String) throws -> String {
        guard let tool = Tool(name) else { throw Failure(.notFound, "There is no program '\(name)'.") }
        return tool.path
    }

    func run(_ arguments: String..., input: String = "") async throws -> GyrusProgram.Output {
        try await Self.run(path, arguments, input: input)
    }
}

/// The built `gyrus` with its Compose file and its own project.
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
