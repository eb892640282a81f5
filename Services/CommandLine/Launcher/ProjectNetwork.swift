import Foundation
import Model

/// A project's role in a network of several machines, stored in its folder: its services accept other machines, or its
/// workers work for services elsewhere.
public struct ProjectNetwork: Hashable, Sendable, Codable {
    /// Address at which other machines reach the services' machine.
    public var address: String
    /// The first of the services' ports.
    public var port: UInt16
    /// Environment of the project's processes and of commands on it.
    public var environment: [String: String]
    /// The services that run here; nil for all of them.
    public var services: Set<String>?

    /// Whether the services themselves run here.
    public var isHost: Bool { services == nil }

    /// Creates a role.
    public init(address: String, port: UInt16, environment: [String: String], services: Set<String>? = nil) {
        self.address = address
        self.port = port
        self.environment = environment
        self.services = services
    }

    /// The role stored in a project's folder; nil if its services only listen locally.
    public static func kept(in directory: ProjectDirectory) throws -> ProjectNetwork? {
        guard let data = try? Data(contentsOf: directory.network) else { return nil }
        do {
            return try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw Failure(
                .corrupt,
                "'\(directory.network.path)' cannot be read; run 'gyrus up --listen' or 'gyrus join' again to rewrite it"
            )
        }
    }

    /// Stores it in the folder of a project, which must exist.
    public func keep(in directory: ProjectDirectory) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: directory.network, options: .atomic)
    }

    /// Makes the project's services listen only locally again.
    public static func forget(in directory: ProjectDirectory) throws {
        guard FileManager.default.fileExists(atPath: directory.network.path) else { return }
        try FileManager.default.removeItem(at: directory.network)
    }

    /// The project with only the services that run here, each with the network's environment.
    /// - Throws: `Failure` if one is not in the Compose file.
    func applied(to project: ComposeProject) throws -> ComposeProject {
        var copy = project
        if let services {
            if let unknown = services.sorted().first(where: { project.services[$0] == nil }) {
                let known = project.services.keys.sorted()
                let hint = nearest(to: unknown, in: known).map { "; did you mean '\($0)'?" } ?? ""
                throw Failure(.configuration, "the Compose file has no service '\(unknown)'\(hint)")
            }
            copy.services = project.services.filter { services.contains($0.key) }
        }
        copy.services = copy.services.mapValues { service in
            var service = service
            service.environment.merge(environment) { $1 }
            // The worker itself waits for services that run elsewhere.
            service.dependencies = service.dependencies.filter { copy.services[$0.key] != nil }
            return service
        }
        return copy
    }
}
