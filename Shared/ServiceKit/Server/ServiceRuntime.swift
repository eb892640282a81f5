import ArgumentParser
import Foundation
public import GRDB
public import Logging
public import Messaging
import Metrics
import Model
import Schema
public import ServiceClient
public import ServiceLifecycle
public import Storage
import UnixSignals

/// The parts of a service during its setup.
public struct ServiceContext: Sendable {
    /// The settings in force.
    public let configuration: ServiceConfiguration
    /// The service's logger.
    public let logger: Logger
    /// The service's own database.
    public let database: ServiceDatabase
    /// The service's event log.
    public let events: EventLog
    /// Whether the service accepts work; changed by a service that must recover first.
    public let readiness: Readiness
    /// The routes of the service; health and events are already included.
    public var router: Router
    /// The limits of the service's socket.
    public var limits = Self.usualLimits
    private(set) var services: [any Service] = []
    private(set) var sources: [MetricSource] = []
    private(set) var keepers: [RetentionKeeper.Rule] = []
    /// The copies for backups, and whether a backup is in progress.
    public let snapshots: SnapshotStore

    private static var usualLimits: MessageLimits {
        var limits = MessageLimits()
        // A service receives at most a quarter of this at a time.
        limits.growthBytes = 1 << 30
        return limits
    }

    init(
        configuration: ServiceConfiguration, logger: Logger, database: ServiceDatabase, events: EventLog,
        readiness: Readiness
    ) {
        self.configuration = configuration
        self.logger = logger
        self.database = database
        self.events = events
        self.readiness = readiness
        router = Router()
        ServiceHarness(
            service: configuration.service, events: events, readiness: readiness,
            directory: configuration.dataDirectory
        ).register(in: &router)
        snapshots = SnapshotStore(of: database, in: configuration.dataDirectory)
        SnapshotHarness(snapshots).register(in: &router)
        keepers = [
            .init(what: .events) { limit in try await events.remove(beyond: limit) }
        ]
        sources = [ProcessMetrics.source, DataMetrics(database, in: configuration.dataDirectory).source]
    }

    /// Adds a component that lives as long as the service; it starts before and stops after the socket.
    public mutating func add(_ service: any Service) { services.append(service) }

    /// Adds a source of metrics that is read whenever metrics are requested.
    public mutating func measure(_ source: @escaping MetricSource) { sources.append(source) }

    /// Adds periodic removal of something that exceeds the retention policy.
    public mutating func keep(
        _ what: RetentionPolicy.Subject, _ remove: @escaping @Sendable (RetentionPolicy.Limit) async throws -> Int
    ) {
        keepers.append(.init(what: what, remove: remove))
    }

    /// A connection to another service.
    public func connect(to service: ServiceName) throws -> RequestClient {
        try ServiceDirectory().connect(to: service, logger: logger)
    }
}

/// Runs a service from its flags to its end.
///
/// ```swift
/// @main struct Registry: AsyncParsableCommand {
///     @OptionGroup var options: ServiceOptions
///     func run() async throws {
///         try await ServiceRuntime.run(.registry, options: options, migrations: RegistryDatabase.registerMigrations) {
///             let store = RegistryStore($0.database, events: $0.events)
///             RegistryHarness(store: store, blobs: …).register(in: &$0.router)
///         }
///     }
/// }
/// ```
public enum ServiceRuntime {
    /// How long a service has to finish requests in flight when it is asked to stop.
    private static let longestShutdown = Duration.seconds(15)

    /// Reads the configuration, opens the database, calls `setup`, and serves until SIGTERM or SIGINT.
    ///
    /// If the service cannot start, ends the process with a status from `sysexits.h` and one line on standard error.
    public static func run(
        _ service: ServiceName, options: ServiceOptions, migrations: (inout DatabaseMigrator) -> Void,
        setup: (inout ServiceContext) async throws -> Void
    ) async throws {
        let configuration = try configured { try ServiceConfiguration(service: service, options: options) }
        if options.printConfiguration {
            print(configuration.summary, terminator: "")
            return
        }
        let logger = bootstrapLogging(
            service.rawValue, level: configuration.logLevel, format: configuration.logFormat)
        do {
            try await serve(configuration, logger, migrations, setup)
        } catch let exit as ExitCode {
            throw exit
        } catch {
            throw ending(logger, Failure(error))
        }
    }

    /// Sets up logging, then runs as long as the services that `setup` returns, or until SIGTERM or SIGINT.
    ///
    /// For processes that have no database and answer no requests, such as workers.
    /// - Parameter metrics: Where to serve metrics over HTTP; nil for nowhere.
    public static func runWorker(
        _ name: String, logLevel: String?, metrics: String? = nil, setup: (Logger) async throws -> [any Service]
    ) async throws {
        let format = try configured {
            try LogFormat(named: ProcessInfo.processInfo.environment["GYRUS_LOG_FORMAT"].nonempty ?? "text")
        }
        let address = try configured { try metrics.map(MetricsAddress.init) }
        let level = try configured {
            let text = logLevel ?? ProcessInfo.processInfo.environment["GYRUS_LOG_LEVEL"] ?? "info"
            guard let level = Logger.Level(rawValue: text) else {
                throw Failure(.invalidArgument, "'\(text)' is not a log level.")
            }
            return level
        }
        let logger = bootstrapLogging(name, level: level, format: format)
        ScratchDirectory.removeAbandoned()
        do {
            let services = try await setup(logger) + metricsServices(at: address, [ProcessMetrics.source], logger)
            try await group(of: services, logger).run()
        } catch {
            throw ending(logger, Failure(error))
        }
    }

    private static func serve(
        _ configuration: ServiceConfiguration, _ logger: Logger, _ migrations: (inout DatabaseMigrator) -> Void,
        _ setup: (inout ServiceContext) async throws -> Void
    ) async throws {
        let lock = try DirectoryLock(configuration.dataDirectory)
        ScratchDirectory.removeAbandoned()
        let file = configuration.dataDirectory.appending(path: "\(configuration.service).sqlite")
        let database = try ServiceDatabase.open(at: file) { migrator in
            EventLog.registerMigrations(in: &migrator)
            migrations(&migrator)
        }
        var context = ServiceContext(
            configuration: configuration, logger: logger, database: database,
            events: EventLog(database, service: configuration.service.rawValue), readiness: Readiness())
        try await context.snapshots.removeAll()
        try await setup(&context)
        let exposition = MetricsExposition(context.sources)
        context.router.on(.metrics, kind: .control) { _ in Wire.MetricsReply(text: await exposition.text()) }
        let keeper = RetentionKeeper(configuration.retention, context.keepers, logger: logger)
        let server = RequestServer(
            endpoint: configuration.endpoint, router: context.router, security: configuration.security, logger: logger,
            limits: context.limits, reporting: RefusalLog(context.events, database, logger).note)
        let metrics = metricsServices(at: configuration.metrics, context.sources, logger)
        try await group(of: context.services + [LoopProbe(), keeper] + metrics + [server], logger).run()
        try database.close()
        withExtendedLifetime(lock) {}
    }

    private static func group(of services: [any Service], _ logger: Logger) -> ServiceGroup {
        // A worker that leaves on its own ends the process; services end only when told to.
        let members = services.map { service in
            ServiceGroupConfiguration.ServiceConfiguration(
                service: service, successTerminationBehavior: .gracefullyShutdownGroup)
        }
        var configuration = ServiceGroupConfiguration(
            services: members, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = longestShutdown
        return ServiceGroup(configuration: configuration)
    }

    private static func metricsServices(
        at address: MetricsAddress?, _ sources: [MetricSource], _ logger: Logger
    ) -> [any Service] {
        address.map { [MetricsServer($0, MetricsExposition(sources), logger: logger)] } ?? []
    }

    private static func bootstrapLogging(_ label: String, level: Logger.Level, format: LogFormat) -> Logger {
        MetricsSystem.bootstrap(MetricRegistry.shared)
        // A closed reader of our output must not end the process.
        signal(SIGPIPE, SIG_IGN)
        LoggingSystem.bootstrap { _ in LineLogHandler(label: label, level: level, format: format) }
        return Logger(label: label)
    }

    /// Ends the process with status 78 because of an invalid configuration.
    public static func configured<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            FileHandle.standardError.write(Data("Error: \(Failure(error).message)\n".utf8))
            throw ExitCode(78)
        }
    }

    private static func ending(_ logger: Logger, _ failure: Failure) -> ExitCode {
        logger.error("stopped: \(failure.message)", metadata: ["code": "\(failure.code.rawValue)"])
        return ExitCode(failure.exitStatus)
    }
}

extension String? {
    /// The text; nil if it is empty.
    fileprivate var nonempty: String? { self?.isEmpty == false ? self : nil }
}
