import ArgumentParser
import Foundation
import Launcher
import Model

/// Stops the services and their supervisor.
struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop the services; their data is kept.",
        discussion: """
            Services stop in reverse start order, each within its grace period.

              gyrus down -v      also removes all data: models, searches, logs
            """)

    @ParentCommand var gyrus: Gyrus

    @Flag(name: [.short, .long], help: "Also remove the project's data.")
    var volumes = false

    func run() async throws {
        let session = try Session(gyrus.project)
        var status = try await session.status()
        if status == nil && session.detachment.hasOrphans {
            // The supervisor was killed but its processes still run: a new supervisor stops them in order.
            try session.detachment.startSupervisor()
            status = try await session.status()
        }
        if status == nil {
            say("No services of project '\(session.directory.name)' are running.")
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
