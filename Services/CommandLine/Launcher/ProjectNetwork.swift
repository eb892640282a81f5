import Foundation
import Model

/// The part that a project has in a network of several machines, kept in its folder: its services listen to the others, or
/// its workers work for services elsewhere.
public struct ProjectNetwork: Hashable, Sendable, Codable {
    /// Address of the machine that the services run on, as others reach it.
    public var address: String
    /// The first of the services' ports.
    public var port: UInt16
    /// What each process of the project, and each command about it, has in its environment.
    public var environment: [String: String]
    /// The services that run here; nil for all of them.
    public var services: Set<String>?

    /// Whether the services themselves run here.
    public var isHost: Bool { services == nil }

    /// Makes a part.
    public init(address: String, port: UInt16, environment: [String: String], services: Set<String>? = nil) {
        self.address = address
        self.port = port
        self.environment = environment
        self.services = services
    }

    /// What the folder of a project says; nil where its services listen to this machine alone.
    public static func kept(in directory: ProjectDirectory) throws -> ProjectNetwork? {
        guard let data = try? Data(contentsOf: directory.network) else { return nil }
        do {
            return try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw Failure(
                .corrupt,
                "'\(directory.network.path)' cannot be read; give 'gyrus up --listen' or 'gyrus join' again to write it anew"
            )
        }
    }

    /// Keeps it in the folder of a project, which has been made.
    public func keep(in directory: ProjectDirectory) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: directory.network, options: .atomic)
    }

    /// Has the project's services listen to this machine alone again.
    public static func forget(in directory: ProjectDirectory) throws {
        guard FileManager.default.fileExists(atPath: directory.network.path) else { return }
        try FileManager.default.removeItem(at: directory.network)
    }

    /// The project with only the services that run here, each with the environment of the network.
    /// - Throws: `Failure` where one is not in the Compose file.
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
            // What runs elsewhere is waited for by the worker itself.
            service.dependencies = service.dependencies.filter { copy.services[$0.key] != nil }
            return service
        }
        return copy
    }
}
