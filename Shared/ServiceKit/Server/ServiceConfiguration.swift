public import Foundation
public import Logging
public import Messaging
import Model
public import ServiceClient
public import Storage

/// The settings of a service, checked as a whole before it starts.
///
/// Flags override the environment, which overrides the file, which overrides the defaults.
public struct ServiceConfiguration: Sendable {
    /// Name of the service.
    public let service: ServiceName
    /// Endpoint on which it listens.
    public let endpoint: Endpoint
    /// Folder with its database and files.
    public let dataDirectory: URL
    /// Lowest level of messages that are logged.
    public let logLevel: Logger.Level
    /// Whether log lines are text or JSON.
    public let logFormat: LogFormat
    /// Where metrics are served over HTTP; nil for nowhere.
    public let metrics: MetricsAddress?
    /// What is kept, and for how long.
    public let retention: RetentionPolicy
    /// Keys of the service and of admitted clients; nil on endpoints of this machine.
    public let security: ServerSecurity?

    /// Settings in force with their origin, for people.
    let origins: [(name: String, value: String, origin: String)]

    /// Combines the settings.
    /// - Throws: `Failure` that names the invalid flag, variable or line of the file.
    public init(
        service: ServiceName, options: ServiceOptions,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        let environment = environment.filter { !$0.value.isEmpty }
        var sources = SettingSources(service: service, flags: options.given, environment: environment)
        if let path = options.config ?? environment["GYRUS_CONFIG"] {
            sources.file = try ConfigurationFile(contentsOf: path, service: service)
        }
        self.service = service
        let directory = ServiceDirectory(environment: environment)
        endpoint = try sources.value("endpoint", default: directory.endpoint(of: service).description, Endpoint.init)
        dataDirectory = try sources.value("data-directory", default: Self.state(service, environment)) {
            URL(filePath: $0, directoryHint: .isDirectory).absoluteURL
        }
        logLevel = try sources.value("log-level", default: "info") { text in
            guard let level = Logger.Level(rawValue: text) else {
                let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure(.invalidArgument, "'\(text)' is not a log level; use one of \(levels).")
            }
            return level
        }
        logFormat = try sources.value("log-format", default: LogFormat.text.rawValue, LogFormat.init(named:))
        metrics = try sources.optional("metrics", MetricsAddress.init)
        retention = try sources.value("retention", default: RetentionPolicy().description, RetentionPolicy.init)
        security = try Self.security(&sources, endpoint)
        origins = sources.used
    }

    private static func state(_ service: ServiceName, _ environment: [String: String]) -> String {
        if let state = environment["GYRUS_STATE"] { return "\(state)/\(service)" }
        let home = environment["XDG_STATE_HOME"] ?? ((environment["HOME"] ?? "/tmp") + "/.local/state")
        return "\(home)/gyrus/\(service)"
    }

    private static func security(_ sources: inout SettingSources, _ endpoint: Endpoint) throws -> ServerSecurity? {
        // File permissions decide who may open a socket file. Keys from the environment are then for requests to
        // others.
        if endpoint.transport != .tcp && !sources.areGiven("keys", "admit") { return nil }
        let keys = try sources.optional("keys") { try KeyPair(contentsOf: URL(filePath: $0)) }
        let admission = try sources.optional("admit") { path in
            guard FileManager.default.isReadableFile(atPath: path) else {
                throw Failure(.notFound, "Cannot read the file '\(path)'.")
            }
            _ = try AdmittedKeys(contentsOf: URL(filePath: path))
            return ServerSecurity.Admission.file(URL(filePath: path))
        }
        switch (keys, admission) {
        case (nil, nil): return nil
        case let (keys?, admission?): return ServerSecurity(keys: keys, admission: admission)
        case (_?, nil): throw Failure(.invalidArgument, "--keys is given, but --admit (the clients to admit) is not.")
        case (nil, _?): throw Failure(.invalidArgument, "--admit is given, but --keys (the service's own keys) is not.")
        }
    }

    /// The settings in force as YAML, each with its origin.
    public var summary: String {
        origins.map { "\($0.name): \($0.value)  # \($0.origin)\n" }.joined()
    }
}

/// The possible sources of a setting, and which of them it came from.
struct SettingSources {
    let service: ServiceName
    let flags: [String: String]
    let environment: [String: String]
    var file: ConfigurationFile?
    private(set) var used: [(name: String, value: String, origin: String)] = []

    init(service: ServiceName, flags: [String: String], environment: [String: String]) {
        self.service = service
        self.flags = flags
        self.environment = environment
    }

    /// Variables by setting; the location of the data follows from `GYRUS_STATE` instead.
    private var variables: [String: String] {
        [
            "endpoint": ServiceDirectory.variable(of: service), "log-level": "GYRUS_LOG_LEVEL",
            "log-format": "GYRUS_LOG_FORMAT", "retention": "GYRUS_RETENTION", "keys": "GYRUS_KEYS",
            "admit": "GYRUS_ADMIT",
        ]
    }

    mutating func value<Value>(
        _ name: String, default initial: @autoclosure () throws -> String, _ parse: (String) throws -> Value
    ) throws -> Value {
        if let value = try optional(name, parse) { return value }
        let text = try initial()
        let origin = name == "data-directory" && environment["GYRUS_STATE"] != nil ? "GYRUS_STATE" : "default"
        used.append((name, text, origin))
        return try parse(text)
    }

    mutating func optional<Value>(_ name: String, _ parse: (String) throws -> Value) throws -> Value? {
        guard let (text, origin) = find(name) else { return nil }
        used.append((name, text, origin))
        do {
            return try parse(text)
        } catch {
            let failure = Failure(error)
            throw Failure(failure.code, "\(origin): \(failure.message)")
        }
    }

    /// Whether any of these is set other than in the environment.
    func areGiven(_ names: String...) -> Bool {
        names.contains { flags[$0] != nil || file?.settings[$0] != nil }
    }

    private func find(_ name: String) -> (text: String, origin: String)? {
        if let flag = flags[name] { return (flag, "--\(name)") }
        if let variable = variables[name], let text = environment[variable] { return (text, variable) }
        return file?.settings[name].map { ($0.text, $0.place) }
    }
}
