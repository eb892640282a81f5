public import Foundation
import Hummingbird
import HummingbirdCore
public import Logging
import Model
import NIOCore
public import ServiceLifecycle
import WebGuard

/// The web console: an HTTP server whose pages show the contents of the services. It stores and changes nothing.
///
/// ```swift
/// let backends = try Backends(ServiceDirectory(), patience: .seconds(2), logger: logger)
/// try await ConsoleServer(ConsoleSettings(port: 0), backends: backends, logger: logger).run()
/// ```
public struct ConsoleServer: Service {
    private let settings: ConsoleSettings
    private let backends: Backends
    private let logger: Logger
    private let onReady: @Sendable (URL) -> Void

    /// Makes a server.
    /// - Parameter onReady: Called with the console's URL once it accepts requests.
    public init(
        _ settings: ConsoleSettings, backends: Backends, logger: Logger,
        onReady: @escaping @Sendable (URL) -> Void = { _ in }
    ) {
        self.settings = settings
        self.backends = backends
        self.logger = logger
        self.onReady = onReady
    }

    /// Serves until the task is canceled or asked to stop.
    public func run() async throws {
        defer { settings.urlFile.map { try? FileManager.default.removeItem(at: $0) } }
        do {
            try await serve(on: settings.port ?? ConsoleSettings.usualPort)
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            guard settings.port == nil else {
                let port = settings.port ?? 0
                throw Failure(
                    .unavailable,
                    "Port \(port) of \(settings.address) is taken; free it or choose another --port (0: any).")
            }
            logger.info("the usual port is taken", metadata: ["port": "\(ConsoleSettings.usualPort)"])
            try await serve(on: 0)
        }
    }

    private func serve(on port: Int) async throws {
        let router = try ConsoleRoutes(backends: backends, settings: settings, logger: logger).router()
        let server = GuardedServer(
            settings.limits.server, on: settings.address, urlFile: settings.urlFile, key: settings.key, logger: logger,
            onReady: onReady)
        try await server.run(router, port: port)
    }
}
