/// Limits on the size and number of messages.
public struct MessageLimits: Hashable, Sendable {
    /// The largest body of a request or reply.
    public var bodyBytes = 1 << 20
    /// The largest attachment.
    public var attachmentBytes = 8 << 20
    /// How many bytes a frame may exceed the largest attachment before the connection is cut, and a reply the largest
    /// request.
    public var slack = 64 << 10
    /// Maximum number of messages that wait in a socket in either direction.
    public var queuedMessages: Int32 = 4_096
    /// Maximum number of requests that a server works on at the same time; further ones are answered `busy`.
    public var requestsInFlight = 1_024
    /// Maximum number of requests of waiting routes (long polls) that a server holds at the same time.
    public var waitingRequests = 8_192
    /// Maximum total size in bytes of the requests that a server works on.
    public var bytesInFlight = 256 << 20
    /// How much the process may grow before a server cuts its connections, because a peer that never ends a message
    /// fills the memory; nil for processes that need much memory themselves.
    public var growthBytes: Int?
    /// After how long a client that was answered `busy` should retry.
    public var retryAfter: Duration = .milliseconds(200)
    /// How long a request may take if its client gives no deadline.
    public var defaultDeadline: Duration = .seconds(60)
    /// How long requests in flight have to finish when the server is asked to stop.
    public var drain: Duration = .seconds(5)

    /// Makes the default limits.
    public init() {}
}
