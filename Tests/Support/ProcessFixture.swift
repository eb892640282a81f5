public import Foundation
import Synchronization

/// A folder in which a test runs executables of this build; it ends them in reverse order.
///
/// ```swift
/// try await ProcessFixture.run { fixture in
///     let registry = try fixture.start("registry", [])
///     …
/// }
/// ```
/// If the test throws, the folder stays and the ends of all logs are printed.
public final class ProcessFixture: Sendable {
    /// How long a process may take to end after SIGTERM.
    private static let grace = Duration.seconds(20)

    /// The folder.
    public let directory: URL
    /// Environment of everything that is started, without the settings of the person who runs the tests.
    public let environment: [String: String]

    private let children = Mutex<[ChildProcess]>([])
    private let endings = Mutex<[@Sendable () -> Void]>([])

    private init() throws {
        // Sockets have room for 107 characters, so the path is short.
        directory = URL(filePath: "/tmp/gyrus-i\(String(UInt32.random(in: .min ... .max), radix: 36))")
        for folder in ["run", "state", "logs", "tmp"] {
            try FileManager.default.createDirectory(
                at: directory.appending(path: folder), withIntermediateDirectories: true)
        }
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GYRUS_") }
        for service in ["registry", "designer", "knowledge", "trainer", "evaluator"] {
            environment["GYRUS_\(service.uppercased())"] = "ipc://\(directory.path)/run/\(service).sock"
        }
        environment["GYRUS_STATE"] = directory.appending(path: "state").path
        environment["TMPDIR"] = directory.appending(path: "tmp").path
        environment["OMP_NUM_THREADS"] = "1"
        self.environment = environment
    }

    /// Makes a fixture, runs the test in it, and ends what it started.
    public static func run<Result>(_ body: (ProcessFixture) async throws -> Result) async throws -> Result {
        let fixture = try ProcessFixture()
        do {
            let result = try await body(fixture)
            await fixture.stopAll()
            try? FileManager.default.removeItem(at: fixture.directory)
            return result
        } catch {
            await fixture.stopAll()
            fixture.printLogs()
            throw error
        }
    }

    /// Starts an executable, on this machine or on a second one; its output goes to `logs/<name>.log`.
    /// - Parameter prefix: Words before the executable that become it.
    public func start(
        _ executable: String, _ arguments: [String], name: String? = nil, environment more: [String: String] = [:],
        on machine: SecondMachine? = nil, prefix: [String] = []
    ) throws -> ChildProcess {
        let child = try ChildProcess(
            executable, arguments, environment: environment.merging(more) { $1 }, directory: directory,
            log: directory.appending(path: "logs/\(name ?? executable).log"), prefix: (machine?.prefix ?? []) + prefix)
        children.withLock { $0.append(child) }
        return child
    }

    /// Runs something when all processes have ended.
    public func atEnd(_ body: @escaping @Sendable () -> Void) { endings.withLock { $0.append(body) } }

    private func stopAll() async {
        for child in children.withLock({ $0.reversed() }) {
            child.signal(SIGTERM)
            let killer = Task {
                try await Task.sleep(for: Self.grace)
                child.signal(SIGKILL)
            }
            await child.end()
            killer.cancel()
        }
        for ending in endings.withLock({ $0.reversed() }) { ending() }
    }

    private func printLogs() {
        var text = "The files of the failed test are in \(directory.path).\n"
        let logs = Set(children.withLock { $0.map(\.log) }).sorted { $0.path < $1.path }
        for log in logs {
            let lines = (try? String(contentsOf: log, encoding: .utf8))?.split(separator: "\n").suffix(15) ?? []
            text += "--- \(log.lastPathComponent)\n" + lines.joined(separator: "\n") + "\n"
        }
        FileHandle.standardError.write(Data(text.utf8))
    }
}
