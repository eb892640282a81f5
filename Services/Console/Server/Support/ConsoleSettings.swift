public import Foundation
import Model
public import ServerClient
import WebGuard

/// Where the console listens and whom it serves.
public struct ConsoleSettings: Sendable {
    /// The port if none is requested; another free one if it is taken.
    public static let usualPort = 8470

    /// Address to listen on; beyond loopback, anyone who can reach the machine can read.
    public var address: String
    /// Port to listen on; 0 for any free one, nil for the usual one or, if that is taken, any free one.
    public var port: Int?
    /// Host names, besides those of loopback, under which browsers may open the console.
    public var hosts: Set<String>
    /// File that holds the console's URL while it runs.
    public var urlFile: URL?
    /// What a browser must have to be admitted; nil to admit any.
    public var key: String?
    /// Metrics of this process, in Prometheus' text format.
    public var metrics: @Sendable () async -> String = { "" }
    /// Folder for packages of the models that make predictions.
    public var packages = PackageStore.usual
    /// Limits on what a client may do.
    public var limits: ConsoleLimits

    /// Makes settings; by default, for the usual port on loopback.
    public init(
        address: String = "127.0.0.1", port: Int? = nil, hosts: Set<String> = [], urlFile: URL? = nil,
        limits: ConsoleLimits = ConsoleLimits()
    ) {
        self.address = address
        self.port = port
        self.hosts = hosts
        self.urlFile = urlFile
        self.limits = limits
    }
}

/// Limits on what a client may do and on how long anything takes.
public struct ConsoleLimits: Sendable {
    /// Maximum total size of a request's header fields in bytes.
    public var headerBytes = 16 << 10
    /// Maximum number of header fields in a request.
    public var headerFields = 64
    /// Maximum size of a request's target in bytes.
    public var targetBytes = 4 << 10
    /// Maximum total size in bytes of files dropped on a model's page; no other request has a body.
    public var uploadBytes = 32 << 20
    /// Maximum number of files dropped together.
    public var uploadFiles = 64
    /// Maximum number of uploads processed at a time.
    public var predictions = 2
    /// Maximum silence of the program that answers for an upload.
    public var predictionTime = Duration.seconds(60)
    /// Maximum number of answers shown.
    public var shownPredictions = 200
    /// How long a connection may take to send a whole request, or stay idle between two.
    public var requestTime = Duration.seconds(15)
    /// How long a client may leave data that was sent to it unread.
    public var stallTime = Duration.seconds(20)
    /// Maximum number of connections at a time. Near it, the connection that has waited longest for a request is closed.
    public var connections = 256
    /// Maximum number of event streams at a time.
    public var streams = 64
    /// Interval of keep-alive messages on a stream without events.
    public var heartbeat = Duration.seconds(15)
    /// How long a service may take to answer before a page goes without it.
    public var patience = Duration.seconds(2)
    /// Chunk size of downloads in bytes.
    public var pieceBytes = 1 << 20

    /// The limits unless a test needs others.
    public init() {}

    /// The limits of the HTTP server.
    var server: GuardedServer.Limits {
        GuardedServer.Limits(
            headerBytes: headerBytes, headerFields: headerFields, connections: connections, connection: connection)
    }

    /// The limits on one connection; a body has room for an upload and the rest of its form.
    var connection: ConnectionLimits {
        ConnectionLimits(bodyBytes: uploadBytes + (1 << 20), requestTime: requestTime, stallTime: stallTime)
    }
}
