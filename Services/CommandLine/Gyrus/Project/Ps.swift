import ArgumentParser
import Foundation
import Launcher
import Model
import ServiceClient
import WorkQueueClient

/// Lists the processes of a project.
struct Ps: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the services' processes.", discussion: "  gyrus ps --format json")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    @Flag(name: [.short, .long], help: "Include stopped processes.")
    var all = false

    @Argument(help: "Services (default: all).", completion: .services)
    var services: [String] = []

    func run() async throws {
        let session = try Session(gyrus.project)
        var replicas: [ReplicaStatus] = []
        if let status = try await session.status() {
            try session.check(services, among: status)
            replicas = status.replicas
        } else {
            replicas = session.detachment.orphans
            if !replicas.isEmpty {
                say("The supervisor of these processes has died; '\(session.command("up -d"))' takes them over.")
            }
        }
        let shown = replicas.filter { all || $0.state != .exited }
            .filter { services.isEmpty || services.contains($0.service) }
        let offers = await offers(of: shown)
        try list.render(
            shown.map { replica in
                ReplicaRow(
                    replica: replica, project: session.directory.name,
                    offer: replica.process.flatMap { offers["\($0)"] })
            })
    }

    /// The devices of workers by process ID, without the workers of queues that do not answer.
    private func offers(of replicas: [ReplicaStatus]) async -> [String: ComputeOffer] {
        let queues = [ServiceName.trainer, .evaluator].filter { name in
            replicas.contains { $0.service == "\(name)-worker" } && replicas.contains { $0.service == "\(name)" }
        }
        var offers: [String: ComputeOffer] = [:]
        for name in queues {
            let statistics = try? await Services(gyrus.project).queue(of: name).statistics()
            for worker in statistics?.workers ?? [] {
                // A worker's name is its host, its process ID and a random suffix.
                let process = worker.name.split(separator: "-").dropLast().last.map(String.init) ?? ""
                offers[process] = worker.offer
            }
        }
        return offers
    }
}

/// A process as `gyrus ps` shows it.
struct ReplicaRow: Listable {
    let replica: ReplicaStatus
    let project: String
    var offer: ComputeOffer?

    static let columns = ["NAME", "COMMAND", "SERVICE", "CREATED", "STATUS", "PID", "DEVICE"]
    static let dispensable = ["COMMAND", "CREATED", "SERVICE", "DEVICE"]

    var name: String { "\(project)-\(replica.id)" }

    var row: [String] {
        let command = replica.command.joined(separator: " ")
        let short = command.count > 24 ? "\(command.prefix(23))…" : command
        return [
            name, "\"\(short)\"", replica.service,
            replica.started == nil ? "–" : "\(ReplicaStatus.age(replica.started, Date())) ago",
            replica.summary(at: Date()), replica.process.map { "\($0)" } ?? "–",
            offer?.text ?? "",
        ]
    }

    private enum CodingKeys: String, CodingKey {
        case name, project, service, index, command, state, health, exitCode, pid, started, restarts, status, device
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(name, forKey: .name)
        try object.encode(project, forKey: .project)
        try object.encode(replica.service, forKey: .service)
        try object.encode(replica.index, forKey: .index)
        try object.encode(replica.command, forKey: .command)
        try object.encode(replica.state, forKey: .state)
        try object.encode(replica.health, forKey: .health)
        try object.encodeIfPresent(replica.outcome?.status, forKey: .exitCode)
        try object.encodeIfPresent(replica.process, forKey: .pid)
        try object.encodeIfPresent(replica.started, forKey: .started)
        try object.encode(replica.restarts, forKey: .restarts)
        try object.encode(replica.summary(at: Date()), forKey: .status)
        try object.encodeIfPresent(offer, forKey: .device)
    }
}
