public import Foundation
import Model
import Yams

/// Reader of files in the format of the Compose Specification.
///
/// It honours what has a meaning for processes on one machine, accepts what only concerns containers (images, volumes,
/// ports), and refuses every key that it does not know, naming the line.
public struct ComposeFile: Sendable {
    /// Where the file is, for messages.
    public let path: String
    private let text: String

    /// Keys of a service that concern containers only.
    private static let containerKeys: Set<String> = [
        "build", "cap_add", "cap_drop", "container_name", "expose", "hostname", "image", "init", "ipc", "labels",
        "networks", "platform", "ports", "profiles", "pull_policy", "read_only", "security_opt", "shm_size", "tmpfs",
        "ulimits", "user", "volumes",
    ]

    /// Takes the text of a file that was already read.
    public init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// Reads a file.
    public init(at url: URL) throws {
        do {
            self.init(path: url.path, text: try String(contentsOf: url, encoding: .utf8))
        } catch {
            throw Failure(
                .invalidArgument, "cannot read the Compose file '\(url.path)': \(error.localizedDescription)")
        }
    }

    /// What the file says, its variables replaced; a `Failure` names the line of what is wrong.
    public func project(variables: [String: String]) throws -> ComposeProject {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw Failure(.invalidArgument, "\(path): not valid YAML: \(error)")
        }
        guard let root else { throw Failure(.invalidArgument, "\(path): the file is empty") }
        let node = ComposeNode(
            node: root, file: path, path: "", interpolation: Interpolation(variables: variables))
        var name: String?
        var services: [ServiceDefinition] = []
        var nodes: [String: ComposeNode] = [:]
        try node.read(
            [
                "name": { name = try $0.string() },
                "services": {
                    for (key, value) in try $0.entries() {
                        services.append(try service(key, value))
                        nodes[key] = value
                    }
                },
            ],
            ignoring: ["version", "volumes", "networks", "configs", "secrets"])
        guard !services.isEmpty else { throw node.problem("the file has no services") }
        let project = ComposeProject(name: name, services: services)
        try check(project, nodes)
        return project
    }

    private func check(_ project: ComposeProject, _ nodes: [String: ComposeNode]) throws {
        for service in project.services.values.sorted(by: { $0.name < $1.name }) {
            guard let node = nodes[service.name] else { continue }
            for (dependency, condition) in service.dependencies.sorted(by: { $0.key < $1.key }) {
                guard let target = project.services[dependency] else {
                    throw node.problem("depends on '\(dependency)', which is no service of this file")
                }
                if condition == .healthy && target.healthCheck == nil {
                    throw node.problem("waits for '\(dependency)' to be healthy, which has no healthcheck")
                }
                if project.closure(of: [dependency]).contains(service.name) {
                    throw node.problem("depends on itself by way of '\(dependency)'")
                }
            }
        }
    }

    // MARK: - One service

    private func service(_ name: String, _ node: ComposeNode) throws -> ServiceDefinition {
        let allowed = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        guard allowed, let first = name.first, first.isLetter || first.isNumber else {
            throw node.problem("a service's name is made of letters, digits, '-', '_' and '.', the first no sign")
        }
        var service = ServiceDefinition(name: name, command: [])
        var entrypoint: [String] = []
        var deployed: Int?
        try node.read(
            [
                "entrypoint": { entrypoint = try $0.command() },
                "command": { service.command = try $0.command() },
                "environment": { service.environment = try $0.variables() },
                "working_dir": { service.directory = try $0.string() },
                "depends_on": { service.dependencies = try dependencies($0) },
                "healthcheck": { service.healthCheck = try healthCheck($0) },
                "restart": { service.restart = try restart($0) },
                "scale": { service.replicas = try $0.integer(in: 0...1000) },
                "deploy": {
                    try $0.read(
                        ["replicas": { deployed = try $0.integer(in: 0...1000) }],
                        ignoring: ["mode", "resources", "restart_policy", "labels", "placement", "update_config"])
                },
                "stop_grace_period": { service.stopGracePeriod = try $0.duration() },
                "stop_signal": { service.stopSignal = try signal($0) },
                "logging": { service.logLimits = try logLimits($0) },
            ],
            ignoring: Self.containerKeys)
        service.replicas = deployed ?? service.replicas
        service.command = entrypoint + service.command
        guard !service.command.isEmpty else {
            throw node.problem("has no command: a process cannot be started from an image alone")
        }
        return service
    }

    private func dependencies(_ node: ComposeNode) throws -> [String: ServiceDefinition.Condition] {
        if node.node.sequence != nil {
            return try Dictionary(node.strings().map { ($0, .started) }, uniquingKeysWith: { $1 })
        }
        var result: [String: ServiceDefinition.Condition] = [:]
        for (name, value) in try node.entries() {
            result[name] = .started
            try value.read([
                "condition": {
                    let text = try $0.string()
                    guard let condition = ServiceDefinition.Condition(rawValue: text) else {
                        let known = ServiceDefinition.Condition.allCases.map(\.rawValue).joined(separator: ", ")
                        throw $0.problem("unknown condition '\(text)'; known are \(known)")
                    }
                    result[name] = condition
                }
            ])
        }
        return result
    }

    private func healthCheck(_ node: ComposeNode) throws -> ServiceDefinition.HealthCheck? {
        var check = ServiceDefinition.HealthCheck(command: [])
        var disabled = false
        try node.read([
            "test": {
                let isList = $0.node.sequence != nil
                let words = isList ? try $0.strings() : ["CMD-SHELL", try $0.string()]
                switch words.first {
                case "NONE" where words.count == 1: disabled = true
                case "CMD" where words.count > 1: check.command = Array(words.dropFirst())
                case "CMD-SHELL" where words.count == 2: check.command = ["/bin/sh", "-c", words[1]]
                default: throw $0.problem("a test begins with CMD, CMD-SHELL or NONE")
                }
            },
            "interval": { check.interval = try $0.duration() },
            "timeout": { check.timeout = try $0.duration() },
            "retries": { check.retries = try $0.integer(in: 1...1000) },
            "start_period": { check.startPeriod = try $0.duration() },
            "start_interval": { check.startInterval = try $0.duration() },
            "disable": { disabled = try $0.boolean() },
        ])
        if disabled { return nil }
        guard !check.command.isEmpty else { throw node.problem("has no test") }
        return check
    }

    private func restart(_ node: ComposeNode) throws -> ServiceDefinition.Restart {
        let text = try node.string()
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count) {
        case ("no", 1): return .never
        case ("always", 1), ("unless-stopped", 1): return .always
        case ("on-failure", 1): return .onFailure(limit: nil)
        case ("on-failure", 2):
            if let limit = Int(parts[1]), limit > 0 { return .onFailure(limit: limit) }
        default: break
        }
        throw node.problem(
            "unknown restart policy '\(text)'; known are \"no\", always, unless-stopped, on-failure[:times]")
    }

    private func signal(_ node: ComposeNode) throws -> Int32 {
        let names: [String: Int32] = [
            "HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "USR1": 10, "USR2": 12, "TERM": 15, "WINCH": 28,
        ]
        let text = try node.string().uppercased()
        if let number = Int32(text), (1...64).contains(number) { return number }
        let name = text.hasPrefix("SIG") ? String(text.dropFirst(3)) : text
        guard let number = names[name] else {
            let known = names.keys.sorted().map { "SIG\($0)" }.joined(separator: ", ")
            throw node.problem("unknown signal '\(text)'; known are \(known)")
        }
        return number
    }

    private func logLimits(_ node: ComposeNode) throws -> ServiceDefinition.LogLimits {
        var limits = ServiceDefinition.LogLimits.standard
        try node.read([
            "driver": { _ = try $0.string() },
            "options": {
                try $0.read(
                    [
                        "max-size": { limits.bytes = try $0.bytes() },
                        "max-file": { limits.files = try $0.integer(in: 1...100) },
                    ],
                    ignoring: ["compress"])
            },
        ])
        return limits
    }
}
