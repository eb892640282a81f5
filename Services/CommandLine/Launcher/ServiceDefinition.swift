import Model

/// What a Compose file says about one service, as far as processes on one machine are concerned.
public struct ServiceDefinition: Hashable, Sendable, Codable {
    /// What a dependency must have reached before its dependent starts.
    public enum Condition: String, Hashable, Sendable, Codable, CaseIterable {
        /// Its process runs.
        case started = "service_started"
        /// Its health check passed.
        case healthy = "service_healthy"
        /// Its process ended with exit status 0.
        case completed = "service_completed_successfully"
    }

    /// When a process that ended is started again.
    public enum Restart: Hashable, Sendable, Codable {
        /// Never.
        case never
        /// Whatever its exit status was.
        case always
        /// After an exit status other than 0, at most so many times in a row where there is a limit.
        case onFailure(limit: Int?)
    }

    /// How to find out whether a replica works.
    public struct HealthCheck: Hashable, Sendable, Codable {
        /// Command; exit status 0 means healthy.
        public var command: [String]
        /// Time between two checks.
        public var interval: Duration
        /// Time after which a check counts as failed.
        public var timeout: Duration
        /// Failures in a row that make the replica unhealthy.
        public var retries: Int
        /// Time after the start in which failures do not count.
        public var startPeriod: Duration
        /// Time between two checks in the start period.
        public var startInterval: Duration

        /// Makes a health check with the defaults of the Compose Specification.
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

    /// How much of what a replica prints is kept.
    public struct LogLimits: Hashable, Sendable, Codable {
        /// Bytes of one file.
        public var bytes: Int
        /// Number of files, the one that is written included.
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
    /// Variables that are added to the launcher's environment.
    public var environment: [String: String]
    /// Folder that the process starts in; the launcher's where there is none.
    public var directory: String?
    /// Services that must be up first, and how far.
    public var dependencies: [String: Condition]
    /// Those of them without which it starts as well.
    public var optionalDependencies: Set<String> = []
    /// Those of them with which it is restarted when a person restarts them.
    public var restartedWith: Set<String> = []
    /// Names under which it is asked for; without any it belongs to every project.
    public var profiles: [String] = []
    /// Label by which a file says why a service runs in one process only.
    static let singleLabel = "gyrus.single"

    /// Why it runs in one process only, such as `it keeps a database`; nil where it may be scaled.
    public var singleReason: String?
    /// How to find out whether a replica works, where that is known.
    public var healthCheck: HealthCheck?
    /// When a process that ended is started again.
    public var restart: Restart
    /// Number of processes that run unless scaled otherwise.
    public var replicas: Int
    /// Time between the stop signal and SIGKILL.
    public var stopGracePeriod: Duration
    /// Number of the stop signal.
    public var stopSignal: Int32
    /// How much of its output is kept.
    public var logLimits: LogLimits
    /// What tells one build of its program from another; empty where that is not known.
    public var build = ""

    /// Makes a definition with the defaults of the Compose Specification.
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

    /// What decides whether a running replica must be replaced: everything but the number of replicas and the order of
    /// starting.
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

/// Everything that a Compose file says.
public struct ComposeProject: Hashable, Sendable, Codable {
    /// Name that the file gives itself.
    public var name: String?
    /// The services, by name.
    public var services: [String: ServiceDefinition]

    /// Makes a project from its services.
    public init(name: String? = nil, services: [ServiceDefinition]) {
        self.name = name
        self.services = Dictionary(uniqueKeysWithValues: services.map { ($0.name, $0) })
    }

    /// Takes dependencies that need not be there for none where their service is not.
    mutating func forgetOptionalDependencies() {
        let names = Set(services.keys)
        services = services.mapValues { service in
            var service = service
            for name in service.optionalDependencies where !names.contains(name) { service.dependencies[name] = nil }
            return service
        }
    }

    /// The project with only the services that are asked for: those without profiles, those of these profiles (`*` for all
    /// of them), and those that are named.
    /// - Throws: `Failure` where one that is asked for depends on one that is not.
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
                "'\(service.name)' depends on '\(absent)', which belongs to the profile '\(profile)'; add --profile \(profile)"
            )
        }
        return copy
    }

    /// Names with those of all services that are to be restarted with one of them.
    func restarted(with names: Set<String>) -> Set<String> {
        var found = names
        while true {
            let more = services.values.filter { !$0.restartedWith.isDisjoint(with: found) }.map(\.name)
            guard !found.isSuperset(of: more) else { return found }
            found.formUnion(more)
        }
    }

    /// Refuses more than one process of a service that runs in one only.
    public func checkScale(_ counts: [String: Int]) throws {
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) where count > 1 {
            guard let reason = services[name]?.singleReason else { continue }
            let others = services.values.filter { $0.singleReason == nil }.map(\.name).sorted()
            let advice = others.isEmpty ? "" : "; \(others.joined(separator: ", ")) can be scaled"
            throw Failure(.invalidArgument, "'\(name)' runs in one process, because \(reason)\(advice)")
        }
    }

    /// The named services with all that they depend on; every service where none is named.
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

    /// Names of the services so that each comes after all that it depends on.
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
