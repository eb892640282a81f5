/// How large and how many messages may be.
public struct MessageLimits: Hashable, Sendable {
    /// The largest body of a request or reply.
    public var bodyBytes = 1 << 20
    /// The largest attachment.
    public var attachmentBytes = 8 << 20
    /// What a frame may have beyond the largest attachment before the connection is cut, and a reply beyond the largest
    /// request.
    public var slack = 64 << 10
    /// How many messages wait in a socket in either direction.
    public var queuedMessages: Int32 = 4_096
    /// How many requests a server works on at the same time; further ones are answered `busy`.
    public var requestsInFlight = 1_024
    /// How many requests of waiting routes (long polls) a server holds at the same time.
    public var waitingRequests = 8_192
    /// How many bytes the requests that a server works on may have together.
    public var bytesInFlight = 256 << 20
    /// How much the process may grow before a server cuts its connections, because a peer that never ends a message fills
    /// the memory; nil for processes that need much themselves.
    public var growthBytes: Int?
    /// When a client that was told `busy` should try again.
    public var retryAfter: Duration = .milliseconds(200)
    /// How long a request may take whose client names no deadline.
    public var defaultDeadline: Duration = .seconds(60)
    /// How long requests in flight have to finish when the server is asked to stop.
    public var drain: Duration = .seconds(5)

    /// Makes the usual limits.
    public init() {}
}
