public import Foundation
import Model
public import ServerClient
import WebGuard

/// Where a server listens, whom it serves, and its limits.
public struct ServerSettings: Sendable {
    /// Address to listen on.
    public var address: String
    /// Port to listen on; 0 for any free one.
    public var port: Int
    /// Keys that admit clients; nil to admit anyone.
    public var keys: BearerKeys?
    /// File that holds the server's URL while it runs.
    public var urlFile: URL?
    /// Maximum number of samples in a batch.
    public var batch = 32
    /// Maximum time that a sample waits for others.
    public var delay = Duration.zero
    /// Processes for each model.
    public var workers = 1
    /// Command-line words for the device and precision of those processes.
    public var place: [String] = []
    /// Limits on what a client may do.
    public var limits = ServerLimits()
    /// How often the registry is asked for live versions.
    public var refresh = Duration.seconds(2)

    /// Makes settings for an address.
    public init(address: String = "127.0.0.1", port: Int = 0) {
        self.address = address
        self.port = port
    }

    /// Makes settings from the command line's options.
    /// - Throws: `Failure` if the key file cannot be used.
    public init(_ options: ServeOptions) throws {
        address = options.host
        port = options.port
        keys = try options.keys.map { try BearerKeys(file: URL(filePath: $0)) }
        urlFile = options.urlFile.map { URL(filePath: $0) }
        batch = options.batch
        delay = options.delay ?? .milliseconds(2)
        workers = options.workers ?? max(1, min(4, ProcessInfo.processInfo.activeProcessorCount))
        place = options.place.words
        limits.concurrent = options.concurrent
        limits.bodyBytes = options.body << 20
        limits.time = options.time ?? limits.time
    }
}

/// Limits on what a client may do and on how long anything takes.
public struct ServerLimits: Sendable {
    /// Maximum total size of a request's header fields in bytes.
    public var headerBytes = 16 << 10
    /// Maximum number of header fields in a request.
    public var headerFields = 64
    /// Maximum size of a body in bytes.
    public var bodyBytes = 64 << 20
    /// Maximum number of parts in a multipart body.
    public var parts = 256
    /// Maximum number of samples in a request.
    public var samples = 1_024
    /// Maximum number of concurrent requests.
    public var concurrent = 256
    /// Maximum number of connections at a time. Near it, the connection that has waited longest for a request is closed.
    public var connections = 1_024
    /// Maximum time to answer a request.
    public var time = Duration.seconds(30)
    /// How long a connection may take to send a whole request, or stay idle between two.
    public var requestTime = Duration.seconds(60)
    /// How long a client may leave data that was sent to it unread.
    public var stallTime = Duration.seconds(20)

    /// The default limits.
    public init() {}

    /// The limits of the HTTP server.
    var server: GuardedServer.Limits {
        GuardedServer.Limits(
            headerBytes: headerBytes, headerFields: headerFields, connections: connections,
            // A body slightly over the limit gets an answer; one without end closes the connection.
            connection: ConnectionLimits(
                bodyBytes: bodyBytes + (1 << 20), requestTime: requestTime, stallTime: stallTime))
    }
}
