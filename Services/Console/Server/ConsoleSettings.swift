public import Foundation
import Model
public import ServerClient
import WebGuard

/// Where the console listens and whom it answers.
public struct ConsoleSettings: Sendable {
    /// The port where none is asked for; another free one where it is taken.
    public static let usualPort = 8470

    /// Address to listen on; beyond loopback everybody who reaches the machine can read.
    public var address: String
    /// Port to listen on; 0 for any free one, nil for the usual one or, where that is taken, any free one.
    public var port: Int?
    /// Names, besides those of loopback, by which browsers may ask for the console.
    public var hosts: Set<String>
    /// File that holds the console's URL while it runs.
    public var urlFile: URL?
    /// What this process says of itself, in Prometheus' text format.
    public var metrics: @Sendable () async -> String = { "" }
    /// Where packages of models are kept that files are answered with.
    public var packages = PackageStore.usual
    /// Bounds on what a client may do.
    public var limits: ConsoleLimits

    /// Makes settings, by default for the usual port of loopback.
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

/// Bounds on what a client may do and on how long anything takes.
public struct ConsoleLimits: Sendable {
    /// Most bytes of all header fields of a request.
    public var headerBytes = 16 << 10
    /// Most header fields of a request.
    public var headerFields = 64
    /// Most bytes of a request's target.
    public var targetBytes = 4 << 10
    /// Most bytes of files that are dropped on a model's page together; no other request has a body.
    public var uploadBytes = 32 << 20
    /// Most files that are dropped together.
    public var uploadFiles = 64
    /// Most uploads that are answered at a time.
    public var predictions = 2
    /// Longest silence of the program that answers for an upload.
    public var predictionTime = Duration.seconds(60)
    /// Most answers that are shown.
    public var shownPredictions = 200
    /// How long a connection may take to send a whole request, or to be idle between two.
    public var requestTime = Duration.seconds(15)
    /// How long a client may leave what was sent to it unread.
    public var stallTime = Duration.seconds(20)
    /// Most connections at a time; others wait.
    public var connections = 256
    /// Most streams of events at a time.
    public var streams = 64
    /// How often a stream says that it lives where nothing happens.
    public var heartbeat = Duration.seconds(15)
    /// How long a service may take to answer before a page goes without it.
    public var patience = Duration.seconds(2)
    /// Bytes of a download that are in memory at a time.
    public var pieceBytes = 1 << 20

    /// The bounds that hold unless a test needs others.
    public init() {}

    /// Those on one connection.
    var connection: ConnectionLimits {
        ConnectionLimits(bodyBytes: uploadBytes + (1 << 20), requestTime: requestTime, stallTime: stallTime)
    }
}
