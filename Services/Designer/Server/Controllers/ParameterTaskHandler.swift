import DesignerClient
import DesignerSearch
import Foundation
import Logging
public import Messaging
import Model
import ParameterServer
public import RegistryClient
import Storage
public import WorkQueueClient

/// Serves a shard of a search's controller parameters until the search is over. It stores its state in the registry
/// every few seconds, so that its successor resumes from there.
public struct ParameterTaskHandler: TaskHandler {
    /// The kinds of tasks that it does.
    public static let kinds = [ControllerTask.shardKind]
    /// How often it stores its state, and thus how much can be lost.
    private static let interval = Duration.seconds(5)
    /// How often it announces its location.
    private static let announcing = Duration.seconds(1)
    /// How long the registry keeps its state.
    private static let life = Duration.seconds(7 * 86_400)

    /// Where parameter servers listen.
    public struct Place: Sendable {
        private let endpoint: Endpoint
        let security: ServerSecurity?

        /// Chooses a location.
        /// - Parameters:
        ///   - listen: The requested endpoint, such as `tcp://10.0.0.5:*`; nil for a socket next to the designer's.
        ///   - designer: The designer's endpoint.
        /// - Throws: `Failure` with code `invalid-argument` if the designer is on another machine and no endpoint was
        ///   requested.
        public init(listen: Endpoint?, security: ServerSecurity?, designer: Endpoint) throws {
            self.security = security
            if let listen {
                endpoint = listen
            } else if designer.transport == .tcp {
                guard !designer.leavesMachine else {
                    throw Failure(
                        .invalidArgument,
                        "The designer is at \(designer), so replicas of its controllers may be anywhere. Set --listen"
                            + " to an endpoint that they can reach, such as tcp://10.0.0.5:*, or host no parameters with"
                            + " --shards 0.")
                }
                endpoint = try Endpoint("tcp://127.0.0.1:*")
            } else {
                endpoint = designer
            }
        }

        /// The endpoint of a task; the name distinguishes those on one machine.
        func endpoint(for task: String) throws -> Endpoint {
            guard endpoint.transport == .ipc else { return endpoint }
            let folder = URL(filePath: endpoint.address).deletingLastPathComponent().path
            let digest = BlobDigest(hashing: Array(task.utf8)).hexadecimal
            return try Endpoint("ipc://\(folder)/p-\(digest.prefix(12)).sock")
        }
    }

    private let designer: RequestClient
    private let registry: RegistryClient
    private let place: Place

    /// Makes a handler.
    public init(designer: RequestClient, registry: RegistryClient, place: Place) {
        self.designer = designer
        self.registry = registry
        self.place = place
    }

    /// Serves one shard.
    public func handle(_ lease: TaskLease, progress: TaskProgress) async throws -> [UInt8] {
        let task = try ControllerTask(payload: lease.payload)
        let search = try await ControllerSearch(task, designer: DesignerClient(designer))
        let server = try search.server(task.number)
        if let checkpoint = lease.checkpoint { try await restore(server, from: checkpoint, progress) }
        var router = Router()
        server.register(in: &router)
        let listener = RequestServer(
            endpoint: try place.endpoint(for: lease.task), router: router, security: place.security,
            logger: progress.logger)
        let controllers = ControllerClient(designer, scenario: search.plan.id)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await listener.run() }
            group.addTask {
                let place = ControllerClient.ShardPlace(
                    shard: task.number, endpoint: try await listener.boundEndpoint, key: place.security?.keys.publicKey)
                try await keep(server, at: place, controllers, progress)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
        return []
    }

    /// Announces the shard's location and stores its state, periodically.
    private func keep(
        _ server: ParameterServer, at place: ControllerClient.ShardPlace, _ controllers: ControllerClient,
        _ progress: TaskProgress
    ) async throws {
        var stored = await server.version
        var latest = ContinuousClock.now
        while true {
            do {
                try await controllers.announce(place)
            } catch let failure as Failure where failure.isRetriable {
                progress.logger.debug("the designer is unavailable", metadata: ["reason": "\(failure)"])
            }
            let version = await server.version
            if version != stored, progress.isStopping || ContinuousClock.now - latest >= Self.interval {
                let state = try await registry.upload(bytes: await server.state, keepFor: Self.life)
                try await progress.report(step: version, checkpoint: state)
                (stored, latest) = (version, ContinuousClock.now)
            }
            if progress.shouldStop { throw CancellationError() }
            try await Task.sleep(for: Self.announcing)
        }
    }

    /// Resumes the shard's state; if it is lost, starts anew.
    private func restore(_ server: ParameterServer, from state: BlobDigest, _ progress: TaskProgress) async throws {
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let file = scratch.file("parameters")
        do {
            try await registry.download(state, to: file)
            try await server.restore(Array(Data(contentsOf: file)))
            let version = await server.version
            progress.logger.info("parameters restored", metadata: ["version": "\(version)"])
        } catch let failure as Failure where failure.code == .notFound || failure.code == .corrupt {
            progress.logger.warning("parameters start anew", metadata: ["reason": "\(failure)"])
        }
    }
}
