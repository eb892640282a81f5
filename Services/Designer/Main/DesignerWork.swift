import ArgumentParser
import DesignerServer
import Foundation
import Messaging
import Model
import RegistryClient
import ServiceClient
import ServiceKit
import WorkQueueClient

struct Work: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Do the work of searches with controller replicas.",
        discussion: """
            With 'search: {method: reinforce, replicas: 4, shards: 2}', the controllers of a scenario sample and learn \
            in workers: each takes replicas, which compute, and parameter shards, which only need memory. Workers can \
            join and leave at any time. Without any worker, such a search waits.
            """)

    @Option(help: ArgumentHelp("Name in lists and events. (default: host name and process number)", valueName: "name"))
    var name: String?

    @Option(help: "Maximum number of replicas to run at a time.")
    var replicas = 1

    @Option(help: "Maximum number of parameter shards to host at a time.")
    var shards = 4

    @Option(
        help: ArgumentHelp(
            "Endpoint where replicas reach its shards, such as tcp://10.0.0.5:*. (default: at $GYRUS_ADDRESS, or a"
                + " socket next to the designer's)", valueName: "endpoint"))
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "File with this process's own keys, for --listen tcp://…. (default: $GYRUS_KEYS)", valueName: "file"))
    var keys: String?

    @Option(
        help: ArgumentHelp(
            "File with the public keys of admitted replicas and their roles. (default: $GYRUS_ADMIT)",
            valueName: "file"))
    var admit: String?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    func validate() throws {
        guard (0...64).contains(replicas), (0...64).contains(shards), replicas + shards > 0 else {
            throw ValidationError("--replicas and --shards must be between 0 and 64, and not both 0.")
        }
        guard (keys == nil) == (admit == nil) else { throw ValidationError("--keys and --admit go together.") }
        guard name != "" else { throw ValidationError("--name must not be empty.") }
    }

    func run() async throws {
        try await ServiceRuntime.runWorker("designer-worker", logLevel: logLevel) { logger in
            let directory = ServiceDirectory()
            let designer = try directory.connect(to: .designer, logger: logger)
            let registry = RegistryClient(try directory.connect(to: .registry, logger: logger))
            let name = name ?? WorkerOptions.usualName
            func workers(_ count: Int, _ kinds: [String], _ handler: any TaskHandler) -> [TaskWorker] {
                (0..<count).map { _ in
                    TaskWorker(queue: QueueClient(designer), name: name, kinds: kinds, handler: handler, logger: logger)
                }
            }
            let replicas = workers(replicas, ControllerTaskHandler.kinds, ControllerTaskHandler(designer: designer))
            guard shards > 0 else { return replicas }
            let place = try ParameterTaskHandler.Place(
                listen: (listen ?? directory.address.map { "tcp://\($0):*" }).map { try Endpoint($0) },
                security: security(),
                designer: directory.endpoint(of: .designer))
            let handler = ParameterTaskHandler(designer: designer, registry: registry, place: place)
            return replicas + workers(shards, ParameterTaskHandler.kinds, handler)
        }
    }

    private func security() throws -> ServerSecurity? {
        let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
        guard let keys = keys ?? environment["GYRUS_KEYS"], let admit = admit ?? environment["GYRUS_ADMIT"] else {
            return nil
        }
        return ServerSecurity(
            keys: try KeyPair(contentsOf: URL(filePath: keys)), admission: .file(URL(filePath: admit)))
    }
}
