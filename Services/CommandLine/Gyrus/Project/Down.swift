import ArgumentParser
import Foundation
import Launcher
import Model

/// Stops the services and their supervisor.
struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop the services; their data are kept.",
        discussion: """
            Services stop in the reverse order of their start, each within its grace period.

              gyrus down -v      also removes all data: models, searches, logs
            """)

    @ParentCommand var gyrus: Gyrus

    @Flag(name: [.short, .long], help: "Remove the project's data as well.")
    var volumes = false

    func run() async throws {
        let session = try Session(gyrus.project)
        var status = try await session.status()
        if status == nil && session.detachment.hasOrphans {
            // Processes whose supervisor was killed: a new one stops them in order.
            try session.detachment.startSupervisor()
            status = try await session.status()
        }
        if status == nil {
            say("Nothing of project '\(session.directory.name)' runs.")
        } else {
            try await stop(session)
        }
        if volumes {
            let left = try session.directory.remove()
            say(" ✔ Data of project '\(session.directory.name)' in \(session.directory.root.path)  Removed")
            for thing in left { say("   \(thing)") }
        }
    }

    private func stop(_ session: Session) async throws {
        var lines = ProgressLines()
        var status = try await session.client.send(.shutDown)
        while let current = status {
            lines.show(current.replicas, stopping: true)
            status = try await session.client.send(.status(unless: current.version))
        }
        lines.show([], stopping: true)
    }
}
