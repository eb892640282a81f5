import ArgumentParser
import Launcher
import Model

/// Stops and starts services.
struct Restart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop services and start them again.", discussion: "  gyrus restart designer")

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "Services (default: all).", completion: .services)
    var services: [String] = []

    func run() async throws { try await change(gyrus, services) { .restart($0) } }
}

/// Starts stopped services.
struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Start stopped services.")

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "Services (default: all).", completion: .services)
    var services: [String] = []

    func run() async throws { try await change(gyrus, services) { .start($0) } }
}

/// Sends the request for the named services (default: all) and waits until they are up.
private func change(
    _ gyrus: Gyrus, _ services: [String], _ request: (Set<String>) -> ControlRequest
) async throws {
    let session = try Session(gyrus.project)
    let before = try await session.ask(.status(unless: nil))
    try session.check(services, among: before)
    let names = services.isEmpty ? Set(before.replicas.map(\.service)) : Set(services)
    let status = try await session.ask(request(names))
    try await Waiting(session: session, names: names, timeout: .seconds(60)).untilUp(status)
}

/// Stops services but keeps them in the project.
struct Stop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop services; 'start' or 'up' starts them again.", discussion: "  gyrus stop trainer-worker")

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "Services (default: all).", completion: .services)
    var services: [String] = []

    func run() async throws {
        let session = try Session(gyrus.project)
        let before = try await session.ask(.status(unless: nil))
        try session.check(services, among: before)
        let names = services.isEmpty ? Set(before.replicas.map(\.service)) : Set(services)
        var status = try await session.ask(.stop(names))
        var lines = ProgressLines()
        while true {
            let replicas = status.replicas.filter { names.contains($0.service) }
            lines.show(replicas, stopping: true)
            if replicas.allSatisfy({ ![.running, .stopping].contains($0.state) }) { return }
            status = try await session.ask(.status(unless: status.version))
        }
    }
}
