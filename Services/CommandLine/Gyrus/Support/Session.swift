import Foundation
import Launcher
import Model

/// A command's connection to its project's supervisor.
struct Session {
    let locator: ProjectLocator
    let directory: ProjectDirectory
    let client: ControlClient

    init(_ options: ProjectOptions) throws {
        locator = options.locator
        directory = try locator.projectDirectory()
        client = ControlClient(at: directory.control)
    }

    var detachment: Detachment { Detachment(of: directory, environment: locator.environment) }

    /// A command line for the same project, to suggest to the user.
    func command(_ words: String) -> String {
        directory.name == "gyrus" ? "gyrus \(words)" : "gyrus -p \(directory.name) \(words)"
    }

    /// Sends a request to the supervisor; if none is running, the failure says how to start one.
    func ask(_ request: ControlRequest) async throws -> ProjectStatus {
        guard let status = try await client.send(request) else {
            throw Failure(
                .unavailable,
                "the services of project '\(directory.name)' are not running; start them with: \(command("up -d"))")
        }
        return status
    }

    /// The state of the project; nil if it is not running.
    func status() async throws -> ProjectStatus? { try await client.send(.status(unless: nil)) }

    /// Checks service names given by the user.
    func check(_ names: [String], among status: ProjectStatus) throws {
        let known = Set(status.replicas.map(\.service))
        for name in names where !known.contains(name) {
            let hint = nearest(to: name, in: known.sorted()).map { "; did you mean '\($0)'?" } ?? ""
            throw Failure(
                .notFound,
                "there is no service '\(name)'\(hint); the services are \(known.sorted().joined(separator: ", "))")
        }
    }
}

/// Shows replicas starting and stopping, one line per step.
struct ProgressLines {
    private var seen: [ReplicaID: String] = [:]
    private let start = ContinuousClock.now

    /// Reports the changes since the last call.
    mutating func show(_ replicas: [ReplicaStatus], stopping: Bool) {
        for replica in replicas {
            let word: String
            switch replica.state {
            case .running where stopping: continue
            case .running:
                word = replica.health == .healthy ? "Healthy" : replica.health == .unhealthy ? "Unhealthy" : "Started"
            case .created:
                let others = replica.waitsFor.joined(separator: ", ")
                word = others.isEmpty ? "Created" : "Waiting for \(others)"
            case .stopping: word = "Stopping"
            case .restarting: word = "Restarting (\(replica.outcome?.status ?? 0))"
            case .exited: word = stopping ? "Stopped" : "Exited (\(replica.outcome?.status ?? 0))"
            }
            report(replica.id, word)
        }
        guard stopping else { return }
        let left = Set(replicas.map(\.id))
        for id in seen.keys.sorted() where !left.contains(id) { report(id, "Stopped") }
    }

    private mutating func report(_ id: ReplicaID, _ word: String) {
        guard seen.updateValue(word, forKey: id) != word else { return }
        let seconds = ((ContinuousClock.now - start).inSeconds * 10).rounded() / 10
        let good = ["Healthy", "Started", "Stopped", "Exited (0)"].contains(word)
        let mark = good ? "✔" : word.hasPrefix("Unhealthy") || word.hasPrefix("Exited") ? "✘" : "·"
        let name = "\(id)".padding(toLength: max(24, "\(id)".count), withPad: " ", startingAt: 0)
        say(" \(mark) \(name) \(word.padding(toLength: max(10, word.count), withPad: " ", startingAt: 0)) \(seconds)s")
    }
}
