public import Foundation
public import Logging
public import Messaging
import Model

/// The services that Gyrus consists of.
public enum ServiceName: String, CaseIterable, Hashable, Sendable, CustomStringConvertible {
    /// Base networks, pretrained models, datasets, dictionaries and blobs.
    case registry
    /// Scenarios and their searches.
    case designer
    /// Which network achieved what in which scenario.
    case knowledge
    /// Training tasks.
    case trainer
    /// Evaluation tasks.
    case evaluator

    /// The name in written form.
    public var description: String { rawValue }
}

/// The endpoints and keys of the services, taken from the environment.
///
/// | variable | meaning |
/// | --- | --- |
/// | `GYRUS_<SERVICE>` | endpoint of a service |
/// | `GYRUS_<SERVICE>_KEY` | public key of a service beyond this machine |
/// | `GYRUS_KEYS` | file with this process's own keys |
/// | `GYRUS_ADDRESS` | address at which other machines reach this one |
public struct ServiceDirectory: Sendable {
    private let environment: [String: String]

    /// Takes the endpoints from an environment, by default that of the process.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) { self.environment = environment }

    /// Name of the variable that holds a service's endpoint.
    public static func variable(of service: ServiceName) -> String { "GYRUS_\(service.rawValue.uppercased())" }

    /// The endpoint on which a service listens.
    public func endpoint(of service: ServiceName) throws -> Endpoint {
        let variable = Self.variable(of: service)
        guard let text = environment[variable], !text.isEmpty else {
            let folder = environment["XDG_RUNTIME_DIR"].flatMap { $0.isEmpty ? nil : $0 } ?? PrivateFolder.common.path
            return try Endpoint("ipc://\(folder)/\(service).sock")
        }
        do {
            return try Endpoint(text)
        } catch {
            throw Failure(.invalidArgument, "Environment variable \(variable): \(Failure(error).message)")
        }
    }

    /// Address at which other machines reach this one; nil if the environment names none.
    public var address: String? { environment["GYRUS_ADDRESS"].flatMap { $0.isEmpty ? nil : $0 } }

    /// What this process needs to reach a service on another machine; nil if the service is on this machine.
    public func security(for service: ServiceName) throws -> Security? {
        let variable = Self.variable(of: service) + "_KEY"
        guard let key = environment[variable], !key.isEmpty else { return nil }
        return try self.security(of: PublicKey(key), since: "\(variable) is set")
    }

    /// What this process needs to reach a server with a given public key.
    public func security(of server: PublicKey) throws -> Security {
        try security(of: server, since: "A connection to a server with the key \(server) is requested")
    }

    private func security(of server: PublicKey, since reason: String) throws -> Security {
        guard let file = environment["GYRUS_KEYS"], !file.isEmpty else {
            throw Failure(
                .invalidArgument,
                "\(reason), but GYRUS_KEYS is not set: it must name the file with this process's own keys.")
        }
        return Security(keys: try KeyPair(contentsOf: URL(filePath: file)), server: server)
    }

    /// A connection to a service, which need not be running yet.
    public func connect(
        to service: ServiceName, loop: MessageLoop = .shared, logger: Logger
    ) throws -> RequestClient {
        RequestClient(
            to: try endpoint(of: service), security: try security(for: service), loop: loop, logger: logger)
    }
}
