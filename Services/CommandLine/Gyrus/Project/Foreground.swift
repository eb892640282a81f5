import Foundation
import Launcher
import Logging
import Model

/// `gyrus up` without `--detach`: supervises the services in this process and shows their logs until Ctrl-C.
struct Foreground {
    let session: Session
    let services: Set<String>

    func run(_ request: ControlRequest) async throws {
        if try await session.status() != nil { return try await attach(request) }
        let supervisor = try await Supervisor.takingCharge(
            of: session.directory, programs: .beside, isLeashed: true, environment: session.locator.environment,
            logger: Logger(label: "supervisor") { _ in SwiftLogNoOpLogHandler() })
        try await supervisor.open()
        var logs = ProjectLogs(of: session.directory, services: services)
        _ = logs.newLines()
        let printing = Printing(logs: logs)
        let signals = StopSignals { count in
            if count == 1 { say("Gracefully stopping… (press Ctrl+C again to force)") }
            Task { _ = await supervisor.answer(count == 1 ? .shutDown : .kill) }
        }
        var status = await supervisor.answer(request).status
        let ended = await withTaskGroup { group in
            group.addTask { await printing.run() }
            var broken: ReplicaStatus?
            while let current = status {
                broken = current.replicas.first { $0.outcome?.isConfigurationError ?? false && $0.state == .exited }
                let isOver = await supervisor.hasFinished
                if broken != nil || isOver { break }
                status = await supervisor.answer(.status(unless: current.version)).status
            }
            if broken != nil { _ = await supervisor.answer(.shutDown) }
            await supervisor.untilFinished()
            group.cancelAll()
            return broken
        }
        signals.cancel()
        if let ended {
            throw Waiting(session: session, names: [], timeout: .zero).failure(ended, ended.trouble ?? "")
        }
    }

    /// A background supervisor already runs the project: show its logs, and stop the services on Ctrl-C.
    private func attach(_ request: ControlRequest) async throws {
        say("The services already run in the background; showing their logs. Ctrl+C stops them.")
        var logs = ProjectLogs(of: session.directory, services: services)
        _ = logs.newLines()
        let printing = Printing(logs: logs)
        _ = try await session.ask(request)
        let client = session.client
        let signals = StopSignals { count in
            if count == 1 { say("Gracefully stopping… (press Ctrl+C again to force)") }
            Task { _ = try? await client.send(count == 1 ? .shutDown : .kill) }
        }
        await withTaskGroup { group in
            group.addTask { await printing.run() }
            var version: Int?
            while let status = try? await client.send(.status(unless: version)) { version = status.version }
            group.cancelAll()
        }
        signals.cancel()
    }
}

/// Prints log lines as they arrive, until the task is canceled.
struct Printing: Sendable {
    private var logs: ProjectLogs
    private var printer = LogPrinter(isColored: Terminal.isColored)

    init(logs: ProjectLogs) {
        self.logs = logs
    }

    func run() async {
        var logs = logs
        var printer = printer
        while true {
            let isLast = Task.isCancelled
            let lines = logs.newLines(isLast: isLast)
            printer.introduce(lines.map(\.replica))
            for line in lines { OutputStream.result.write("\(printer.format(line))\n") }
            if isLast { return }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }
}
