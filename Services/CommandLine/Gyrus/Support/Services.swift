import DesignerClient
import EvaluatorClient
import Foundation
import KnowledgeClient
import Launcher
import Logging
import Messaging
import Model
import RegistryClient
import ServiceClient
import TrainerClient
import WorkQueueClient

/// The services that a command talks to: from the environment, else the project, else the user's own.
struct Services {
    /// Endpoints and keys from the environment and the project.
    private let places: ServiceDirectory
    private let project: String
    private let logger: Logger

    init(_ options: ProjectOptions) throws {
        var environment = ProcessInfo.processInfo.environment
        let missing = ServiceName.allCases.filter {
            environment[ServiceDirectory.variable(of: $0), default: ""].isEmpty
        }
        var project = "gyrus"
        if !missing.isEmpty {
            let directory = try options.locator.projectDirectory()
            project = directory.name
            let network = try ProjectNetwork.kept(in: directory)
            environment.merge(network?.environment ?? [:]) { given, other in given.isEmpty ? other : given }
            let isGiven = options.projectName != nil || options.projectDirectory != nil
            if isGiven || FileManager.default.fileExists(atPath: directory.run.path) {
                for service in missing where network == nil {
                    let socket = directory.run.appending(path: "\(service).sock")
                    environment[ServiceDirectory.variable(of: service)] = "ipc://\(socket.path)"
                }
            }
        }
        self.project = project
        places = ServiceDirectory(environment: environment)
        // A failure reports itself; transport logs are only for debugging, when a log level is set.
        let isTalkative = !environment["GYRUS_LOG_LEVEL", default: ""].isEmpty
        logger = Logger(
            label: "gyrus",
            factory: { label -> any LogHandler in
                isTalkative ? StreamLogHandler.standardError(label: label) : SwiftLogNoOpLogHandler()
            })
    }

    func endpoint(of service: ServiceName) throws -> Endpoint { try places.endpoint(of: service) }

    /// A connection; fails at once if the service's socket does not exist.
    func connect(to service: ServiceName, patience: Duration = .seconds(1)) async throws -> RequestClient {
        let endpoint = try places.endpoint(of: service)
        if endpoint.transport == .ipc {
            try Self.checkFolder(of: endpoint)
            let deadline = ContinuousClock.now + patience
            while !FileManager.default.fileExists(atPath: endpoint.address) {
                guard ContinuousClock.now < deadline else { throw unreachable(service) }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        return try places.connect(to: service, logger: logger)
    }

    /// In a world-writable folder, another user's service could take the place of ours.
    private static func checkFolder(of endpoint: Endpoint) throws {
        let folder = URL(filePath: endpoint.address).deletingLastPathComponent()
        guard folder.path == PrivateFolder.common.path, FileManager.default.fileExists(atPath: folder.path) else {
            return
        }
        try PrivateFolder.check(folder)
    }

    func designer() async throws -> DesignerClient { DesignerClient(try await connect(to: .designer)) }

    func registry() async throws -> RegistryClient {
        RegistryClient(try await connect(to: .registry), patience: .seconds(10))
    }

    func knowledge() async throws -> KnowledgeClient {
        KnowledgeClient(try await connect(to: .knowledge), patience: .seconds(10))
    }

    func queue(of service: ServiceName) async throws -> QueueClient { QueueClient(try await connect(to: service)) }

    func service(_ name: ServiceName) async throws -> ServiceClient { ServiceClient(try await connect(to: name)) }

    /// A client of a service that may not be running yet.
    func futureService(_ name: ServiceName) throws -> ServiceClient {
        ServiceClient(try places.connect(to: name, logger: logger))
    }

    /// A command line for the same project, to suggest to the user.
    func command(_ words: String) -> String { project == "gyrus" ? "gyrus \(words)" : "gyrus -p \(project) \(words)" }

    private func unreachable(_ service: ServiceName) -> Failure {
        let endpoint = (try? places.endpoint(of: service).description) ?? ""
        return Failure(
            .unavailable,
            "the \(service) is not running (there is nothing at \(endpoint)); start the services with: \(command("up -d"))"
        )
    }
}
