public import ArgumentParser
import Foundation
import Launcher
import Messaging
import Model
import Presentation
public import ServiceClient

/// Checks the services' health.
struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check whether the services are ready; exit status 69 if one is not.",
        discussion: """
              gyrus health
              gyrus health registry --wait 5s
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    @Option(
        help: ArgumentHelp("Maximum time to wait until they are ready, such as 5s.", valueName: "duration"),
        transform: DurationArgument.init)
    var wait: DurationArgument?

    @Argument(help: "Services (default: all).")
    var services: [ServiceName] = []

    func run() async throws {
        let connections = try Services(gyrus.project)
        let names = services.isEmpty ? ServiceName.allCases : services
        let patience = wait?.duration ?? .zero
        let rows = await withTaskGroup { group in
            for name in names {
                group.addTask { await Self.check(name, connections, patience) }
            }
            return await group.reduce(into: [HealthRow]()) { $0.append($1) }
        }
        try list.render(names.compactMap { name in rows.first { $0.service == name.rawValue } })
        if let bad = rows.first(where: { $0.state != "ready" }) {
            throw Failure(
                .unavailable,
                "the \(bad.service) is not ready; see: \(connections.command("ps")) and "
                    + connections.command("logs \(bad.service)"))
        }
    }

    private static func check(_ name: ServiceName, _ connections: Services, _ patience: Duration) async -> HealthRow {
        let deadline = ContinuousClock.now + max(patience, .seconds(1))
        let endpoint = (try? connections.endpoint(of: name).description) ?? ""
        var last = HealthRow(service: name.rawValue, state: "unreachable", endpoint: endpoint)
        do {
            let client = ServiceClient(try await connections.connect(to: name, patience: patience))
            repeat {
                do {
                    let health = try await client.health(timeout: .seconds(1))
                    last = HealthRow(health, endpoint: endpoint)
                    if health.isReady || patience == .zero { return last }
                } catch let failure as Failure where failure.isRetriable && patience > .zero {}
                try await Task.sleep(for: .milliseconds(10))
            } while ContinuousClock.now < deadline
        } catch let failure as Failure {
            last.state =
                failure.code == .unavailable || failure.code == .deadlineExceeded ? "unreachable" : failure.message
        } catch {
            last.state = "\(error)"
        }
        return last
    }
}

/// A row of `gyrus health`.
struct HealthRow: Listable, Sendable {
    var service: String
    var state: String
    var uptimeSeconds: Double?
    var pid: UInt32?
    var endpoint: String

    init(service: String, state: String, endpoint: String) {
        self.service = service
        self.state = state
        self.endpoint = endpoint
    }

    init(_ health: ServiceHealth, endpoint: String) {
        service = health.service
        state = health.isReady ? "ready" : "starting"
        uptimeSeconds = health.uptime.inSeconds
        pid = health.process
        self.endpoint = endpoint
    }

    static let columns = ["SERVICE", "STATE", "UPTIME", "PID", "ENDPOINT"]

    var name: String { service }
    var row: [String] {
        [service, state, uptimeSeconds.map(Figures.duration) ?? "–", pid.map { "\($0)" } ?? "–", endpoint]
    }
}

extension ServiceName: ExpressibleByArgument {}
