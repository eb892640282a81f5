import Foundation
import Model
import Yams

extension ComposeFile {
    /// Reads a service.
    func service(_ name: String, _ node: ComposeNode) throws -> ServiceDefinition {
        let allowed = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        guard allowed, let first = name.first, first.isLetter || first.isNumber else {
            throw node.problem(
                "a service name consists of letters, digits, '-', '_' and '.', and begins with a letter or digit")
        }
        var service = ServiceDefinition(name: name, command: [])
        var entrypoint: [String] = []
        var deployed: Int?
        var files: [String: String] = [:]
        var links: [String] = []
        try node.read(
            [
                "entrypoint": { entrypoint = try $0.command() },
                "command": { service.command = try $0.command() },
                "env_file": { files = try environmentFiles($0) },
                "environment": { service.environment = try $0.variables() },
                "working_dir": { service.directory = try $0.string() },
                "depends_on": { try readDependencies($0, of: &service) },
                "links": { links = try $0.strings() },
                "profiles": { service.profiles = try $0.strings() },
                "labels": { service.singleReason = try $0.variables()[ServiceDefinition.singleLabel] },
                "healthcheck": { service.healthCheck = try healthCheck($0) },
                "restart": { service.restart = try restart($0) },
                "scale": { service.replicas = try $0.integer(in: 0...1000) },
                "deploy": {
                    try $0.read(
                        ["replicas": { deployed = try $0.integer(in: 0...1000) }],
                        ignoring: ComposeKeys.deploy)
                },
                "stop_grace_period": { service.stopGracePeriod = try $0.duration() },
                "stop_signal": { service.stopSignal = try signal($0) },
                "logging": { service.logLimits = try logLimits($0) },
            ],
            ignoring: ComposeKeys.container, refusing: ComposeKeys.refused)
        service.environment = files.merging(service.environment) { $1 }
        for link in links {
            // A link is a name in a container's network; here it only affects the start order.
            let target = String(link.prefix { $0 != ":" })
            service.dependencies[target] = service.dependencies[target] ?? .started
        }
        service.replicas = deployed ?? service.replicas
        service.command = entrypoint + service.command
        guard !service.command.isEmpty else {
            throw node.problem("has no command; a process cannot start from an image alone")
        }
        return service
    }

    private func readDependencies(_ node: ComposeNode, of definition: inout ServiceDefinition) throws {
        var service = definition
        defer { definition = service }
        if node.node.sequence != nil {
            for name in try node.strings() { service.dependencies[name] = .started }
            return
        }
        for (name, value) in try node.entries() {
            service.dependencies[name] = .started
            if value.isNull { continue }
            try value.read([
                "condition": {
                    let text = try $0.string()
                    guard let condition = ServiceDefinition.Condition(rawValue: text) else {
                        let known = ServiceDefinition.Condition.allCases.map(\.rawValue).joined(separator: ", ")
                        throw $0.problem("unknown condition '\(text)'; use one of \(known)")
                    }
                    service.dependencies[name] = condition
                },
                "restart": { if try $0.boolean() { service.restartedWith.insert(name) } },
                "required": { if try !$0.boolean() { service.optionalDependencies.insert(name) } },
            ])
        }
    }

    private func environmentFiles(_ node: ComposeNode) throws -> [String: String] {
        var variables: [String: String] = [:]
        let files = node.node.sequence != nil ? try node.list() : [node]
        for file in files {
            var (name, isRequired, isRaw) = ("", true, false)
            if file.node.mapping == nil {
                name = try file.string()
            } else {
                try file.read([
                    "path": { name = try $0.string() },
                    "required": { isRequired = try $0.boolean() },
                    "format": {
                        let format = try $0.string()
                        guard format == "raw" else {
                            throw $0.problem("unknown format '\(format)'; the only one is raw")
                        }
                        isRaw = true
                    },
                ])
            }
            guard !name.isEmpty else { throw file.problem("has no path") }
            let folder = URL(filePath: path).absoluteURL.deletingLastPathComponent()
            let place = URL(filePath: name, relativeTo: folder)
            guard FileManager.default.fileExists(atPath: place.path) else {
                if !isRequired { continue }
                throw file.problem("there is no file '\(place.path)'; 'required: false' makes it optional")
            }
            let known = file.interpolation.adding(variables)
            let reader = EnvironmentFile(path: place.path, isRaw: isRaw, interpolation: known)
            variables.merge(try reader.variables()) { $1 }
        }
        return variables
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
                default: throw $0.problem("a test must begin with CMD, CMD-SHELL or NONE")
                }
            },
            // As in Docker, 0 means the default.
            "interval": { check.interval = try $0.period() ?? check.interval },
            "timeout": { check.timeout = try $0.period() ?? check.timeout },
            "retries": {
                let retries = try $0.integer(in: 0...1000)
                if retries > 0 { check.retries = retries }
            },
            "start_period": { check.startPeriod = try $0.duration() },
            "start_interval": { check.startInterval = try $0.period() ?? check.startInterval },
            "disable": { disabled = try $0.boolean() },
        ])
        if disabled { return nil }
        guard !check.command.isEmpty else { throw node.problem("has no test") }
        return check
    }

    private func restart(_ node: ComposeNode) throws -> ServiceDefinition.Restart {
        let text = try node.string()
        if text.isEmpty { return .never }
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
            "unknown restart policy '\(text)'; use one of \"no\", always, unless-stopped, on-failure[:times]")
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
            throw node.problem("unknown signal '\(text)'; use one of \(known)")
        }
        return number
    }

    private func logLimits(_ node: ComposeNode) throws -> ServiceDefinition.LogLimits {
        var limits = ServiceDefinition.LogLimits.standard
        try node.read([
            "driver": { _ = try $0.string() },
            "options": {
                // Options depend on the driver; only the size limits apply here.
                for (key, value) in try $0.entries() where !value.isNull {
                    switch key {
                    case "max-size": limits.bytes = try value.bytes()
                    case "max-file": limits.files = try value.integer(in: 1...100)
                    default: break
                    }
                }
            },
        ])
        return limits
    }
}
