import ArgumentParser
import Dispatch
import Foundation
import Launcher
import Logging
import Model

/// Starts the services, or brings running ones in line with the Compose file.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start the services; unchanged running services are left alone.",
        discussion: """
            In the foreground, the command shows the services' logs, and Ctrl-C stops the services. With --detach they run in \
            the background, and the command returns once all of them are healthy.

              gyrus up -d --scale trainer-worker=4
              gyrus up registry      only the registry and what it depends on
              gyrus up -d --listen 10.0.0.5      for workers of other machines

            With --listen, the services also accept other machines, which need a key. The command to run there is printed. \
            Commands on this machine keep working. The setting lasts until --listen off.
            """)

    @ParentCommand var gyrus: Gyrus

    @OptionGroup var start: StartOptions

    @Option(
        help: ArgumentHelp(
            "Accept other machines at this address of this machine, such as 10.0.0.5, on ports from this one up (default"
                + " 7100); 'off' ends that.", valueName: "address[:port]"))
    var listen: String?

    @Argument(help: "Services to start, together with their dependencies (default: all).", completion: .services)
    var services: [String] = []

    func run() async throws {
        let session = try Session(gyrus.project)
        let invitation = try listen.flatMap { try Listening(session).change(to: $0) }
        // In the foreground, this would get lost among the logs that follow.
        if !start.detach, let invitation { say(invitation) }
        try await start.run(services, of: session)
        if start.detach, let invitation { say(invitation) }
    }
}

/// Options for starting services.
struct StartOptions: ParsableArguments {
    @Flag(name: [.short, .long], help: "Run in the background.")
    var detach = false

    @Option(name: .long, help: ArgumentHelp("Number of processes of a service.", valueName: "service=number"))
    var scale: [ScaleArgument] = []

    @Flag(name: .long, help: "With --detach: do not wait until the services are healthy.")
    var noWait = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Maximum time to wait for that, such as 90s; a bare number is in seconds (default: 60s).",
            valueName: "duration"), transform: DurationArgument.orSeconds)
    var waitTimeout: DurationArgument?

    @Flag(name: .long, help: "Restart services even if they are unchanged.")
    var forceRecreate = false

    /// Starts services of a project and their dependencies; all services if none is named.
    func run(_ services: [String], of session: Session) async throws {
        let project = try session.locator.project(in: session.directory, naming: services) { say("gyrus: \($0)") }
        let counts = try ScaleArgument.counts(scale, in: project)
        try project.checkScale(counts)
        try check(services, project)
        let only = services.isEmpty ? nil : project.closure(of: services)
        let request = ControlRequest.apply(project, scale: counts, only: only)
        if detach {
            try await runDetached(session, request, only ?? Set(project.services.keys))
        } else {
            try await Foreground(session: session, services: Set(services)).run(request)
        }
    }

    private func check(_ services: [String], _ project: ComposeProject) throws {
        for name in services where project.services[name] == nil {
            let hint = nearest(to: name, in: Array(project.services.keys)).map { "; did you mean '\($0)'?" } ?? ""
            throw Failure(.notFound, "the Compose file has no service '\(name)'\(hint)")
        }
    }

    private func runDetached(_ session: Session, _ request: ControlRequest, _ names: Set<String>) async throws {
        if try await session.status() == nil { try session.detachment.startSupervisor() }
        var status = try await session.ask(request)
        if forceRecreate { status = try await session.ask(.restart(names)) }
        guard !noWait else { return }
        try await Waiting(session: session, names: names, timeout: waitTimeout?.duration ?? .seconds(60))
            .untilUp(status)
        let address = try? String(contentsOf: session.directory.consoleAddress, encoding: .utf8)
        if names.contains("console"), let address {
            say("In a browser: \(address.trimmingCharacters(in: .whitespacesAndNewlines))")
        }
    }
}

/// Waits until services are up and reports each step.
struct Waiting {
    let session: Session
    let names: Set<String>
    let timeout: Duration

    func untilUp(_ first: ProjectStatus) async throws {
        var lines = ProgressLines()
        var status = first
        let deadline = ContinuousClock.now + timeout
        while true {
            let replicas = status.replicas.filter { names.contains($0.service) }
            lines.show(replicas, stopping: false)
            if replicas.allSatisfy(\.isUp) { return }
            let stuck = replicas.first { $0.trouble != nil }
            if let stuck { throw failure(stuck, stuck.trouble ?? "") }
            if ContinuousClock.now > deadline, let late = replicas.first(where: { !$0.isUp }) {
                let state = late.summary(at: Date())
                throw failure(late, "did not come up within \(timeout.milliseconds / 1000) s (\(state))")
            }
            status = try await session.ask(.status(unless: status.version))
        }
    }

    /// Why a replica failed to come up, with the last lines of its log.
    func failure(_ replica: ReplicaStatus, _ what: String) -> Failure {
        var logs = ProjectLogs(of: session.directory, services: [replica.service])
        let tail = logs.newLines(last: 10, isLast: true).filter { $0.replica == replica.id }.map { "    \($0.text)" }
        let text = tail.isEmpty ? "" : "; last log lines:\n\(tail.joined(separator: "\n"))"
        let next = "For more, run: \(session.command("logs \(replica.service)"))"
        let isConfiguration = replica.outcome?.isConfigurationError ?? false
        return Failure(isConfiguration ? .configuration : .internal, "\(replica.id) \(what)\(text)\n\(next)")
    }
}

/// A number of processes for a service, written `service=number`.
struct ScaleArgument: ExpressibleByArgument {
    let service: String
    let count: Int

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let count = Int(parts[1]), (0...1000).contains(count) else { return nil }
        service = parts[0]
        self.count = count
    }

    /// The number of processes by service; an unknown service is an error.
    static func counts(_ arguments: [ScaleArgument], in project: ComposeProject? = nil) throws -> [String: Int] {
        for argument in arguments {
            guard let project, project.services[argument.service] == nil else { continue }
            let hint = nearest(to: argument.service, in: Array(project.services.keys)).map { "; did you mean '\($0)'?" }
            throw Failure(.notFound, "the Compose file has no service '\(argument.service)'\(hint ?? "")")
        }
        return Dictionary(arguments.map { ($0.service, $0.count) }, uniquingKeysWith: { $1 })
    }
}
