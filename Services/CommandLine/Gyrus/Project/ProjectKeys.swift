import Foundation
import Launcher
import Messaging
import Model
import ServiceClient

/// The keys of a project whose services accept other machines: one pair for all services and for commands on their
/// machine, and the file of admitted keys.
struct ProjectKeys {
    let directory: ProjectDirectory
    let services: KeyPair
    var admitted: AdmittedKeys

    private static func file(in directory: ProjectDirectory) -> URL { directory.keys.appending(path: "services.key") }
    private static func admittedFile(in directory: ProjectDirectory) -> URL {
        directory.keys.appending(path: "admitted")
    }
    private static func memberFile(in directory: ProjectDirectory) -> URL {
        directory.keys.appending(path: "member.key")
    }

    /// Name under which the services' own key is admitted.
    private static let ownName = "services and commands of this machine"

    /// Whether a project has keys.
    static func exist(in directory: ProjectDirectory) -> Bool {
        FileManager.default.fileExists(atPath: file(in: directory).path)
    }

    /// The keys of a project; creates them if there are none.
    init(makingIn directory: ProjectDirectory) throws {
        if !Self.exist(in: directory) {
            try directory.create()
            try PrivateFolder.make(at: directory.keys)
            let pair = try KeyPair.generate()
            var admitted = try AdmittedKeys.create(at: Self.admittedFile(in: directory))
            try admitted.add(pair.publicKey, as: .operator, name: Self.ownName)
            // Written last, so that keys that exist are complete.
            try pair.write(to: Self.file(in: directory))
        }
        try self.init(in: directory)
    }

    /// The keys of a project.
    init(in directory: ProjectDirectory) throws {
        guard Self.exist(in: directory) else {
            throw Failure(
                .notFound,
                "project '\(directory.name)' has no keys; create them with: gyrus keys init, or gyrus up --listen")
        }
        self.directory = directory
        services = try KeyPair(contentsOf: Self.file(in: directory))
        admitted = try AdmittedKeys(contentsOf: Self.admittedFile(in: directory))
    }

    /// Keys for another machine or person, with what is needed to reach the services.
    mutating func makeToken(as role: Role, name: String, port: UInt16) throws -> JoinToken {
        let pair = try KeyPair.generate()
        try admitted.add(pair.publicKey, as: role, name: name)
        return JoinToken(services: services.publicKey, keys: pair, port: port)
    }

    /// The first unused name of the role, such as `worker-2`.
    func freeName(for role: Role) -> String {
        let taken = Set(admitted.entries.map(\.name))
        return (1...).lazy.map { "\(role.rawValue)-\($0)" }.first { !taken.contains($0) } ?? role.rawValue
    }

    /// Settings of a project whose services listen at an address.
    func network(at place: NetworkPlace) -> ProjectNetwork {
        let port = place.port ?? NetworkPlace.usualPort
        var environment = Self.environment(place, port, services.publicKey, Self.file(in: directory))
        environment["GYRUS_ADMIT"] = Self.admittedFile(in: directory).path
        environment["GYRUS_ADDRESS"] = place.host
        return ProjectNetwork(address: place.host, port: port, environment: environment)
    }

    /// Settings of a project that works for services elsewhere; writes its keys.
    static func join(
        _ place: NetworkPlace, with token: JoinToken, as address: String, running services: Set<String>,
        in directory: ProjectDirectory
    ) throws -> ProjectNetwork {
        try directory.create()
        try PrivateFolder.make(at: directory.keys)
        let file = memberFile(in: directory)
        try? FileManager.default.removeItem(at: file)
        try token.keys.write(to: file)
        let port = place.port ?? token.port
        var environment = environment(place, port, token.services, file)
        environment["GYRUS_ADDRESS"] = address
        return ProjectNetwork(address: place.host, port: port, environment: environment, services: services)
    }

    private static func environment(
        _ place: NetworkPlace, _ port: UInt16, _ key: PublicKey, _ file: URL
    ) -> [String: String] {
        var environment = ["GYRUS_KEYS": file.path]
        for (service, endpoint) in place.endpoints(from: port) {
            let variable = ServiceDirectory.variable(of: service)
            environment[variable] = endpoint
            environment["\(variable)_KEY"] = key.text
        }
        return environment
    }
}
