import DesignerClient
import EvaluatorClient
import Foundation
import Logging
import Messaging
import Model
import RegistryClient
import ServiceClient
import Synchronization
import TestSupport
import TrainerClient

/// All services and some workers in a test's own folder, and clients for them.
final class Cluster: Sendable {
    /// Something that can be killed and restarted.
    enum Part: Hashable, Sendable, CustomStringConvertible {
        case service(ServiceName)
        case trainerWorker(Int)
        case evaluatorWorker(Int)

        var description: String {
            switch self {
            case .service(let name): name.rawValue
            case .trainerWorker(let number): "trainer-worker-\(number)"
            case .evaluatorWorker(let number): "evaluator-worker-\(number)"
            }
        }

        var command: (String, [String]) {
            switch self {
            case .service(.trainer): ("trainer", ["serve"])
            case .service(.evaluator): ("evaluator", ["serve"])
            case .service(let name): (name.rawValue, [])
            case .trainerWorker: ("trainer", ["work", "--name", description])
            case .evaluatorWorker: ("evaluator", ["work", "--name", description])
            }
        }
    }

    let fixture: ProcessFixture
    private let environment: [String: String]
    let parts: [Part]
    private let loop = MessageLoop()
    private let running = Mutex<[Part: ChildProcess]>([:])

    private init(_ fixture: ProcessFixture, workers: Int, environment: [String: String]) {
        self.fixture = fixture
        self.environment = environment
        parts =
            ServiceName.allCases.map { .service($0) } + (1...workers).map { .trainerWorker($0) } + [.evaluatorWorker(1)]
    }

    /// Starts everything, runs the test, and ends everything.
    /// - Parameter environment: Added to that of every process.
    static func run<Result>(
        workers: Int = 2, environment: [String: String] = [:], _ body: (Cluster) async throws -> Result
    ) async throws -> Result {
        try await ProcessFixture.run { fixture in
            let cluster = Cluster(fixture, workers: workers, environment: environment)
            for part in cluster.parts { try cluster.start(part) }
            try await cluster.healthy()
            return try await body(cluster)
        }
    }

    // MARK: Processes

    /// - Parameters:
    ///   - more: Added to the environment.
    ///   - prefix: Words before the executable that become it.
    func start(_ part: Part, environment more: [String: String] = [:], prefix: [String] = []) throws {
        let (executable, arguments) = part.command
        let child = try fixture.start(
            executable, arguments, name: part.description, environment: environment.merging(more) { $1 },
            prefix: prefix)
        running.withLock { $0[part] = child }
    }

    /// Waits until the process of a part exits on its own.
    /// - Returns: Its exit status; 128 + n where signal n ended it.
    func end(of part: Part) async -> Int32? { await running.withLock { $0[part] }?.end() }

    /// Kills parts simultaneously with SIGKILL, and restarts them.
    func killAndRestart(_ parts: [Part]) async throws { try await stopAndRestart(parts, SIGKILL) }

    /// Sends a signal to parts simultaneously, waits for their end, and restarts them.
    func stopAndRestart(_ parts: [Part], _ signal: Int32) async throws {
        let children = running.withLock { running in parts.compactMap { running[$0] } }
        for child in children { child.signal(signal) }
        for child in children { await child.end() }
        for part in parts { try start(part) }
    }

    /// Ends a part without restarting it.
    func stop(_ part: Part, _ signal: Int32 = SIGTERM) async throws {
        let child = running.withLock { $0[part] }
        child?.signal(signal)
        await child?.end()
    }

    /// Sends a signal to a part.
    func signal(_ part: Part, _ signal: Int32) { running.withLock { $0[part] }?.signal(signal) }

    /// Whether the last started process of a part is still running.
    func isRunning(_ part: Part) -> Bool { running.withLock { $0[part]?.isRunning ?? false } }

    // MARK: Clients

    func connect(to service: ServiceName) throws -> RequestClient {
        try ServiceDirectory(environment: fixture.environment).connect(to: service, loop: loop, logger: quiet)
    }

    func service(_ name: ServiceName) throws -> ServiceClient { ServiceClient(try connect(to: name)) }

    var designer: DesignerClient { get throws { DesignerClient(try connect(to: .designer)) } }

    /// Waits until every service answers.
    func healthy() async throws {
        for name in ServiceName.allCases {
            let client = try service(name)
            _ = try await retrying(for: .seconds(30)) { try await client.health() }
        }
    }

    /// All events of a service.
    func events(of name: ServiceName) async throws -> [Event] {
        let client = try service(name)
        var events: [Event] = []
        while true {
            let page = try await client.events(after: events.last?.sequence ?? 0)
            if page.events.isEmpty { return events }
            events += page.events
        }
    }
}

var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
