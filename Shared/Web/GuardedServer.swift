public import Foundation
public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore

/// An HTTP server that limits what its clients can cost it, and announces where it listens.
public struct GuardedServer: Sendable {
    /// Limits on all connections together, and on the head of each request.
    public struct Limits: Sendable {
        /// Maximum total size of a request's header fields in bytes.
        public var headerBytes: Int
        /// Maximum number of header fields in a request.
        public var headerFields: Int
        /// Maximum number of connections at a time.
        public var connections: Int
        /// The limits on one connection.
        public var connection: ConnectionLimits

        /// Sets limits.
        public init(headerBytes: Int, headerFields: Int, connections: Int, connection: ConnectionLimits) {
            self.headerBytes = headerBytes
            self.headerFields = headerFields
            self.connections = connections
            self.connection = connection
        }
    }

    private let limits: Limits
    private let address: String
    private let urlFile: URL?
    private let key: String?
    private let logger: Logger
    private let onReady: @Sendable (URL) -> Void

    /// Makes a server.
    /// - Parameters:
    ///   - address: Address that it listens on.
    ///   - urlFile: File that holds the URL while the server runs; nil for none.
    ///   - key: The key in its URL; nil for none.
    ///   - onReady: Called with the server's URL once it accepts requests.
    public init(
        _ limits: Limits, on address: String, urlFile: URL?, key: String? = nil, logger: Logger,
        onReady: @escaping @Sendable (URL) -> Void
    ) {
        self.key = key
        self.limits = limits
        self.address = address
        self.urlFile = urlFile
        self.logger = logger
        self.onReady = onReady
    }

    /// Serves routes until the task is canceled or asked to stop.
    /// - Parameter port: Port that it listens on; 0 for any.
    public func run<Context: RequestContext>(_ router: Router<Context>, port: Int) async throws
    where Context: InitializableFromSource<ApplicationRequestContextSource> {
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
                address: .hostname(address, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: quiet)),
            onServerRunning: { channel in announce(channel.localAddress?.port ?? port) }, logger: quiet)
        try await application.run()
    }

    private func announce(_ port: Int) {
        let address = ServedAddress(host: address, file: urlFile, key: key, logger: logger)
        if let url = address.announce(port: port) { onReady(url) }
    }
}
