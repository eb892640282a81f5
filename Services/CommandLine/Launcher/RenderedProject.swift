import Yams

/// A project in the format of the Compose Specification, for people and tools.
public struct RenderedProject: Encodable, Sendable {
    let name: String
    let services: [String: Service]

    struct Service: Encodable, Sendable {
        let command: [String]
        let environment: [String: String]?
        let working_dir: String?
        let depends_on: [String: Dependency]?
        let profiles: [String]?
        let labels: [String: String]?
        let healthcheck: HealthCheck?
        let restart: String
        let deploy: Deploy
        let stop_grace_period: String
        let stop_signal: String
        let logging: Logging
    }

    struct Dependency: Encodable, Sendable {
        let condition: String
        let restart: Bool?
        let required: Bool?
    }

    struct HealthCheck: Encodable, Sendable {
        let test: [String]
        let interval: String
        let timeout: String
        let retries: Int
        let start_period: String
        let start_interval: String
    }

    struct Deploy: Encodable, Sendable {
        let replicas: Int
    }

    struct Logging: Encodable, Sendable {
        let driver = "local"
        let options: [String: String]
    }

    /// Renders a project.
    public init(_ project: ComposeProject, name: String) {
        self.name = name
        services = project.services.mapValues(Service.init)
    }

    /// The project as YAML with sorted keys.
    public func yaml() throws -> String {
        let encoder = YAMLEncoder()
        encoder.options.sortKeys = true
        return try encoder.encode(self)
    }
}

extension RenderedProject.Service {
    init(_ service: ServiceDefinition) {
        command = service.command.map(escaped)
        environment = service.environment.isEmpty ? nil : service.environment.mapValues(escaped)
        working_dir = service.directory
        let dependencies = service.dependencies.map { name, condition in
            let isOptional = service.optionalDependencies.contains(name)
            let isFollowed = service.restartedWith.contains(name)
            return (
                name,
                RenderedProject.Dependency(
                    condition: condition.rawValue, restart: isFollowed ? true : nil, required: isOptional ? false : nil)
            )
        }
        depends_on = dependencies.isEmpty ? nil : Dictionary(uniqueKeysWithValues: dependencies)
        profiles = service.profiles.isEmpty ? nil : service.profiles
        labels = service.singleReason.map { [ServiceDefinition.singleLabel: escaped($0)] }
        healthcheck = service.healthCheck.map { check in
            .init(
                test: ["CMD"] + check.command.map(escaped), interval: text(check.interval),
                timeout: text(check.timeout),
                retries: check.retries, start_period: text(check.startPeriod),
                start_interval: text(check.startInterval))
        }
        restart =
            switch service.restart {
            case .never: "no"
            case .always: "always"
            case .onFailure(nil): "on-failure"
            case .onFailure(let limit?): "on-failure:\(limit)"
            }
        deploy = .init(replicas: service.replicas)
        stop_grace_period = text(service.stopGracePeriod)
        stop_signal = "\(service.stopSignal)"
        let limits = service.logLimits
        logging = .init(options: ["max-size": "\(limits.bytes)", "max-file": "\(limits.files)"])
    }
}

private func text(_ duration: Duration) -> String {
    let milliseconds = duration.milliseconds
    return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
}

/// Doubles dollar signs, so that the file means the same when it is read again.
private func escaped(_ text: String) -> String { text.replacing("$", with: "$$") }
