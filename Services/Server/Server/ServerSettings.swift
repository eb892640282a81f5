public import Foundation
import Model
public import ServerClient
import WebGuard

/// Where a server listens, whom it answers, and its bounds.
public struct ServerSettings: Sendable {
    /// Address to listen on.
    public var address: String
    /// Port to listen on; 0 for any free one.
    public var port: Int
    /// Who may ask; nil for everybody.
    public var keys: BearerKeys?
    /// File that holds the server's URL while it runs.
    public var urlFile: URL?
    /// Most samples that go through a network together.
    public var batch = 32
    /// Longest time that a sample waits for others.
    public var delay = Duration.zero
    /// Processes for each model.
    public var workers = 1
    /// Words that tell those processes where to compute.
    public var place: [String] = []
    /// Bounds on what a client may do.
    public var limits = ServerLimits()
    /// How often the registry is asked which versions are live.
    public var refresh = Duration.seconds(2)

    /// Settings for an address.
    public init(address: String = "127.0.0.1", port: Int = 0) {
        self.address = address
        self.port = port
    }

    /// Takes what the command line says.
    /// - Throws: `Failure` if the file with keys cannot be used.
    public init(_ options: ServeOptions) throws {
        address = options.host
        port = options.port
        keys = try options.keys.map { try BearerKeys(file: URL(filePath: $0)) }
        urlFile = options.urlFile.map { URL(filePath: $0) }
        batch = options.batch
        delay = .milliseconds(options.delay)
        workers = options.workers ?? max(1, min(4, ProcessInfo.processInfo.activeProcessorCount))
        place = options.place.words
        limits.concurrent = options.concurrent
        limits.bodyBytes = options.body << 20
        limits.time = .seconds(options.time)
    }
}

/// Bounds on what a client may do and on how long anything takes.
public struct ServerLimits: Sendable {
    /// Most bytes of all header fields of a request.
    public var headerBytes = 16 << 10
    /// Most header fields of a request.
    public var headerFields = 64
    /// Most bytes of a body.
    public var bodyBytes = 64 << 20
    /// Most parts of a body of several.
    public var parts = 256
    /// Most samples of a request.
    public var samples = 1_024
    /// Most requests at a time.
    public var concurrent = 256
    /// Most connections at a time; others wait.
    public var connections = 1_024
    /// Longest time for the answer to a request.
    public var time = Duration.seconds(30)
    /// How long a connection may take to send a whole request, or to be idle between two.
    public var requestTime = Duration.seconds(60)
    /// How long a client may leave what was sent to it unread.
    public var stallTime = Duration.seconds(20)

    /// The bounds that hold where nothing else is said.
    public init() {}

    var connection: ConnectionLimits {
        // A body that is a little too large is answered; one without end closes the connection.
        ConnectionLimits(bodyBytes: bodyBytes + (1 << 20), requestTime: requestTime, stallTime: stallTime)
    }
}
