public import Foundation
import Model
import Synchronization

/// One built executable, running with its output in a file.
public final class ChildProcess: Sendable {
    /// Number of the process.
    public let id: Int32
    /// File with everything that it printed.
    public let log: URL

    private struct State {
        var status: Int32?
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    private let state = Mutex(State())

    /// Starts an executable of this build.
    /// - Parameters:
    ///   - executable: Its name, such as `registry`.
    ///   - arguments: What follows the name.
    ///   - environment: All of its environment.
    ///   - directory: Where it runs.
    ///   - log: File to which its output is appended.
    ///   - prefix: Words before the executable that become it, such as `ip netns exec NAME`.
    public init(
        _ executable: String, _ arguments: [String], environment: [String: String], directory: URL, log: URL,
        prefix: [String] = []
    ) throws {
        let process = Process()
        let program = try Self.executable(executable)
        process.executableURL = prefix.isEmpty ? program : URL(filePath: "/usr/bin/env")
        process.arguments = prefix.isEmpty ? arguments : prefix + [program.path] + arguments
        process.environment = environment
        process.currentDirectoryURL = directory
        if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
        let output = try FileHandle(forWritingTo: log)
        try output.seekToEnd()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        let ended = Handler()
        process.terminationHandler = { process in
            // As a shell tells it: a process that was killed by signal n has the status 128 + n.
            let status = process.terminationStatus
            ended.child?.finish(process.terminationReason == .uncaughtSignal ? 128 + status : status)
        }
        self.log = log
        try process.run()
        id = process.processIdentifier
        ended.child = self
        if !process.isRunning {
            finish(
                process.terminationReason == .uncaughtSignal
                    ? 128 + process.terminationStatus : process.terminationStatus)
        }
    }

    /// The place of an executable of this build, beside the tests.
    /// - Throws: `Failure` with code `not-found` where it is not built.
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

    /// Whether it has not ended.
    public var isRunning: Bool { state.withLock { $0.status == nil } }

    /// Sends a signal, such as `SIGKILL`, unless it has ended.
    public func signal(_ signal: Int32) {
        // Under the lock, so that the number cannot belong to another process yet.
        state.withLock { state in
            if state.status == nil { _ = kill(id, signal) }
        }
    }

    /// Waits for its end.
    /// - Returns: Its exit status; 128 + n where signal n ended it.
    @discardableResult
    public func end() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state -> Int32? in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    private func finish(_ status: Int32) {
        let waiting = state.withLock { state -> [CheckedContinuation<Int32, Never>] in
            guard state.status == nil else { return [] }
            state.status = status
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: status) }
    }

    /// Connects the process, which must have its handler before it runs, with this object, which is made after.
    private final class Handler: Sendable {
        private let value = Mutex<ChildProcess?>(nil)

        var child: ChildProcess? {
            get { value.withLock { $0 } }
            set { value.withLock { $0 = newValue } }
        }
    }
}
