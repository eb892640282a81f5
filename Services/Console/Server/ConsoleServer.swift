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
        let limits = settings.limits
        let router = try ConsoleRoutes(backends: backends, settings: settings, logger: logger).router()
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let crowd = ConnectionCrowd(connections: limits.connections)
        let channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(limits.connection, in: crowd)],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                maxHeaderFieldCount: limits.headerFields))
        let application = Application(
            router: router, server: .http1(configuration: channel),
            configuration: .init(
                address: .hostname(settings.address, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: quiet)),
            onServerRunning: { channel in announce(channel.localAddress?.port ?? port) }, logger: quiet)
        try await application.run()
    }

    private func announce(_ port: Int) {
        let address = ServedAddress(host: settings.address, file: settings.urlFile, logger: logger)
        if let url = address.announce(port: port) { onReady(url) }
    }
}
