import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Model
import NIOCore
import ServiceLifecycle

/// Where metrics are served: `127.0.0.1:9464`, `:9464` for the same, `[::1]:9464`, or `unix:/run/gyrus/metrics.sock`.
public enum MetricsAddress: Hashable, Sendable, CustomStringConvertible {
    /// A port on an address of this machine.
    case port(host: String, Int)
    /// A socket file.
    case socket(String)

    /// Parses an address.
    public init(_ text: String) throws {
        if text.hasPrefix("unix:/") {
            self = .socket(String(text.dropFirst(5)))
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw Failure(
                .invalidArgument,
                "'\(text)' is not an address for metrics; use HOST:PORT, such as 127.0.0.1:9464, or "
                    + "unix:/path/of/socket."
            )
        }
        let host = text[..<colon].trimmingCharacters(in: ["[", "]"])
        self = .port(host: host.isEmpty ? "127.0.0.1" : host, Int(port))
    }

    /// The address in written form.
    public var description: String {
        switch self {
        case .port(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .socket(let path): "unix:\(path)"
        }
    }
}

/// Serves the metrics of a process under `/metrics` to anyone who can reach the address.
struct MetricsServer: Service {
    private let address: MetricsAddress
    private let exposition: MetricsExposition
    private let logger: Logger

    init(_ address: MetricsAddress, _ exposition: MetricsExposition, logger: Logger) {
        self.address = address
        self.exposition = exposition
        self.logger = logger
    }

    func run() async throws {
        let router = Hummingbird.Router()
        router.get("/metrics") { [exposition] _, _ in MetricsServer.response(await exposition.text()) }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let bind: BindAddress
        switch address {
        case .port(let host, let port): bind = .hostname(host, port: port)
        case .socket(let path):
            // Left by a process that was killed; no other process serves metrics of this service.
            try? FileManager.default.removeItem(atPath: path)
            bind = .unixDomainSocket(path: path)
        }
        let application = Application(
            router: router,
            configuration: .init(
                address: bind, availableConnectionsDelegate: MaximumAvailableConnections(16, logger: quiet)),
            onServerRunning: { [logger] channel in
                let place = channel.localAddress?.port.map { "\($0)" } ?? "socket"
                logger.info("serving metrics", metadata: ["address": "\(address)", "port": "\(place)"])
            }, logger: quiet)
        do {
            try await application.run()
        } catch let error as IOError {
            throw Failure(
                .unavailable, "Cannot serve metrics at \(address): \(error). Give another address with --metrics.")
        }
    }

    private static func response(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
