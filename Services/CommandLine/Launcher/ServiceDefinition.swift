import Model

/// A service from a Compose file, reduced to what matters for processes on one machine.
public struct ServiceDefinition: Hashable, Sendable, Codable {
    /// The condition of a dependency before its dependent starts.
    public enum Condition: String, Hashable, Sendable, Codable, CaseIterable {
        /// Its process runs.
        case started = "service_started"
        /// Its health check passed.
        case healthy = "service_healthy"
        /// Its process ended with exit status 0.
        case completed = "service_completed_successfully"
    }

    /// When to restart a process that ended.
    public enum Restart: Hashable, Sendable, Codable {
        /// It is never restarted, regardless of its exit status.
        case never
        /// After any exit status.
        case always
        /// After a nonzero exit status, at most this many times in a row if there is a limit.
        case onFailure(limit: Int?)
    }

    /// How to check whether a replica works.
    public struct HealthCheck: Hashable, Sendable, Codable {
        /// Command; exit status 0 means healthy.
        public var command: [String]
        /// Time between two checks.
        public var interval: Duration
        /// Time limit of a check.
        public var timeout: Duration
        /// Number of consecutive failures that make the replica unhealthy.
        public var retries: Int
        /// Time after the start during which failures do not count.
        public var startPeriod: Duration
        /// Time between two checks in the start period.
        public var startInterval: Duration

        /// A health check with the defaults of the Compose Specification.
        public init(
            command: [String], interval: Duration = .seconds(30), timeout: Duration = .seconds(30), retries: Int = 3,
            startPeriod: Duration = .zero, startInterval: Duration = .seconds(5)
        ) {
            self.command = command
            self.interval = interval
            self.timeout = timeout
            self.retries = retries
            self.startPeriod = startPeriod
            self.startInterval = startInterval
        }
    }

    /// How much of a replica's output is kept.
    public struct LogLimits: Hashable, Sendable, Codable {
        /// Maximum bytes per file.
        public var bytes: Int
        /// Number of files, including the current one.
        public var files: Int

        /// Makes limits.
        public init(bytes: Int, files: Int) {
            self.bytes = bytes
            self.files = files
        }

        /// 8 MiB in each of 3 files.
        public static let standard = LogLimits(bytes: 8 << 20, files: 3)
    }

    /// Name of the service.
    public var name: String
    /// Program and arguments.
    public var command: [String]
    /// Variables added to the launcher's environment.
    public var environment: [String: String]
    /// Working folder of the process; the launcher's if nil.
    public var directory: String?
    /// Services that must reach a condition first.
    public var dependencies: [String: Condition]
    /// The optional ones among them.
    public var optionalDependencies: Set<String> = []
    /// Those among them whose restart by the user also restarts this service.
    public var restartedWith: Set<String> = []
    /// Profiles that include the service; without any, it is always included.
    public var profiles: [String] = []
    /// Label with the reason why a service runs in a single process.
    static let singleLabel = "gyrus.single"

    /// Why the service runs in a single process, such as `it keeps a database`; nil if it can be scaled.
    public var singleReason: String?
    /// The health check, if there is one.
    public var healthCheck: HealthCheck?
    /// When to restart a process that ended.
    public var restart: Restart
    /// Default number of processes.
    public var replicas: Int
    /// Time between the stop signal and SIGKILL.
    public var stopGracePeriod: Duration
    /// Number of the stop signal.
    public var stopSignal: Int32
    /// Limits of the kept output.
    public var logLimits: LogLimits
    /// Identifies the build of its program; empty if unknown.
    public var build = ""

    /// A definition with the defaults of the Compose Specification.
    public init(
        name: String, command: [String], environment: [String: String] = [:], directory: String? = nil,
        dependencies: [String: Condition] = [:], healthCheck: HealthCheck? = nil, restart: Restart = .never,
        replicas: Int = 1, stopGracePeriod: Duration = .seconds(10), stopSignal: Int32 = 15,
        logLimits: LogLimits = .standard
    ) {
        self.name = name
        self.command = command
        self.environment = environment
        self.directory = directory
        self.dependencies = dependencies
        self.healthCheck = healthCheck
        self.restart = restart
        self.replicas = replicas
        self.stopGracePeriod = stopGracePeriod
        self.stopSignal = stopSignal
        self.logLimits = logLimits
    }

    /// The parts whose change requires replacing running replicas: everything but the number of replicas and the start
    /// order.
    public var fingerprint: ServiceDefinition {
        var copy = self
        copy.replicas = 0
        copy.dependencies = [:]
        copy.optionalDependencies = []
        copy.restartedWith = []
        copy.profiles = []
        copy.singleReason = nil
        return copy
    }
}

/// The contents of a Compose file.
public struct ComposeProject: Hashable, Sendable, Codable {
    /// The project name in the file.
    public var name: String?
    /// The services, by name.
    public var services: [String: ServiceDefinition]

    /// Makes a project from its services.
    public init(name: String? = nil, services: [ServiceDefinition]) {
        self.name = name
        self.services = Dictionary(uniqueKeysWithValues: services.map { ($0.name, $0) })
    }

    /// Drops optional dependencies on services that do not exist.
    mutating func forgetOptionalDependencies() {
        let names = Set(services.keys)
        services = services.mapValues { service in
            var service = service
            for name in service.optionalDependencies where !names.contains(name) { service.dependencies[name] = nil }
            return service
        }
    }

    /// The project with only the selected services: those without profiles, those of these profiles (`*` for all
    /// of them), and the named ones.
    /// - Throws: `Failure` if a selected service depends on one that is not selected.
    public func selecting(profiles: Set<String>, naming names: [String] = []) throws -> ComposeProject {
        var copy = self
        copy.services = services.filter { name, service in
            service.profiles.isEmpty || profiles.contains("*") || !profiles.isDisjoint(with: service.profiles)
                || names.contains(name)
        }
        copy.forgetOptionalDependencies()
        for service in copy.services.values.sorted(by: { $0.name < $1.name }) {
            let absent = service.dependencies.keys.sorted().first { copy.services[$0] == nil }
            guard let absent, let profile = services[absent]?.profiles.first else { continue }
            throw Failure(
                .configuration,
                "'\(service.name)' depends on '\(absent)', which belongs to profile '\(profile)'; add --profile \(profile)"
            )
        }
        return copy
    }

    /// The names, plus all services that restart together with one of them.
    func restarted(with names: Set<String>) -> Set<String> {
        var found = names
        while true {
            let more = services.values.filter { !$0.restartedWith.isDisjoint(with: found) }.map(\.name)
            guard !found.isSuperset(of: more) else { return found }
            found.formUnion(more)
        }
    }

    /// Refuses more than one process of a service that runs in a single process.
    public func checkScale(_ counts: [String: Int]) throws {
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) where count > 1 {
            guard let reason = services[name]?.singleReason else { continue }
            let others = services.values.filter { $0.singleReason == nil }.map(\.name).sorted()
            let advice = others.isEmpty ? "" : "; \(others.joined(separator: ", ")) can be scaled"
            throw Failure(.invalidArgument, "'\(name)' runs in a single process, because \(reason)\(advice)")
        }
    }

    /// The named services and all their dependencies; every service if none is named.
    public func closure(of names: [String]) -> Set<String> {
        guard !names.isEmpty else { return Set(services.keys) }
        var found: Set<String> = []
        var open = names
        while let name = open.popLast() {
            guard found.insert(name).inserted, let service = services[name] else { continue }
            open += service.dependencies.keys
        }
        return found
    }

    /// Names of the services in dependency order.
    public var startOrder: [String] {
        var order: [String] = []
        var seen: Set<String> = []
        func visit(_ name: String) {
            guard seen.insert(name).inserted, let service = services[name] else { return }
            service.dependencies.keys.sorted().forEach(visit)
            order.append(name)
        }
        services.keys.sorted().forEach(visit)
        return order
    }
}
