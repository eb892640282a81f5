import HTTPTypes
public import NIOCore
public import NIOHTTPTypes

/// Limits on how long a client may take and what it may send.
public struct ConnectionLimits: Sendable {
    /// Maximum size of a body in bytes; a larger one closes the connection.
    public var bodyBytes: Int
    /// How long a connection may take to send a whole request, or be idle between two.
    public var requestTime: Duration
    /// How long a client may leave data unread.
    public var stallTime: Duration

    /// Sets bounds.
    public init(bodyBytes: Int, requestTime: Duration, stallTime: Duration) {
        self.bodyBytes = bodyBytes
        self.requestTime = requestTime
        self.stallTime = stallTime
    }
}

/// Closes the connections of clients that are slow, on purpose or by accident, and of those that send endless bodies.
///
/// It is placed after the HTTP decoder, on the event loop of its connection.
public final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    /// Requests from the decoder.
    public typealias InboundIn = HTTPRequestPart
    /// Requests for the next handler.
    public typealias InboundOut = HTTPRequestPart
    /// Responses from the application.
    public typealias OutboundIn = HTTPResponsePart
    /// Responses for the encoder.
    public typealias OutboundOut = HTTPResponsePart

    private let limits: ConnectionLimits
    private let crowd: ConnectionCrowd?
    private var bodyBytes = 0
    /// Requests that were received completely and are not answered yet.
    private var answering = 0
    private var requestTimer: Scheduled<Void>?
    private var stallTimer: Scheduled<Void>?

    /// Guards one connection.
    /// - Parameter crowd: All connections of the server.
    public init(_ limits: ConnectionLimits, in crowd: ConnectionCrowd? = nil) {
        self.limits = limits
        self.crowd = crowd
    }

    /// Starts the request timer if the connection is already active.
    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { awaitRequest(context) }
    }

    /// Starts the request timer and forwards the event.
    public func channelActive(context: ChannelHandlerContext) {
        awaitRequest(context)
        context.fireChannelActive()
    }

    /// Stops the timers and forwards the event.
    public func channelInactive(context: ChannelHandlerContext) {
        stopTimers()
        crowd?.leaves(context.channel)
        context.fireChannelInactive()
    }

    /// Stops the timers.
    public func handlerRemoved(context: ChannelHandlerContext) {
        stopTimers()
        crowd?.leaves(context.channel)
    }

    /// Checks the size of the request body, keeps track of requests being answered and forwards the part.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: bodyBytes = 0
        case .body(let buffer):
            bodyBytes += buffer.readableBytes
            if bodyBytes > limits.bodyBytes {
                context.close(promise: nil)
                return
            }
        case .end:
            answering += 1
            requestTimer?.cancel()
            requestTimer = nil
            crowd?.answers(context.channel)
        }
        context.fireChannelRead(data)
    }

    /// Starts the request timer after the last answer and forwards the part.
    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            answering = max(0, answering - 1)
            if answering == 0 { awaitRequest(context) }
        }
        context.write(data, promise: promise)
    }

    /// Starts or stops the stall timer and forwards the event.
    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        stallTimer?.cancel()
        stallTimer = context.channel.isWritable ? nil : closing(context, after: limits.stallTime)
        context.fireChannelWritabilityChanged()
    }

    private func awaitRequest(_ context: ChannelHandlerContext) {
        if context.channel.isActive { crowd?.waits(context.channel) }
        requestTimer?.cancel()
        requestTimer = closing(context, after: limits.requestTime)
    }

    private func closing(_ context: ChannelHandlerContext, after time: Duration) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { context.close(promise: nil) }
    }

    private func stopTimers() {
        requestTimer?.cancel()
        stallTimer?.cancel()
        (requestTimer, stallTimer) = (nil, nil)
    }
}
