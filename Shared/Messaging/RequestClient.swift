import CZeroMQ
public import Logging
import Model
import Schema
import Synchronization

/// Sends requests to a server. Every request has an identity, a deadline and an answer, which is a value or a
/// `Failure`.
///
/// The client connects automatically, waits for a server that is not running yet, and reconnects after the server was
/// restarted. A request that was in flight when the connection broke fails as retriable, because it is unknown whether
/// the server carried it out; ``callRetrying(_:_:timeout:for:)`` repeats it, for routes where that is safe.
/// Canceling the task cancels the request and throws `CancellationError`.
///
/// ```swift
/// let registry = RequestClient(to: try Endpoint("ipc:///run/gyrus/registry.sock"), logger: logger)
/// let reply = try await registry.call(.health, Wire.Empty(), timeout: .seconds(1))
/// ```
public actor RequestClient {
    struct Answer: Sendable {
        let body: Frame
        let attachment: Frame?
    }

    typealias Table = RequestTable<UnsafeContinuation<Answer, any Error>>

    enum Command: Sendable {
        case submit(Table.Request)
        case cancel(UInt64)
    }

    /// The server's endpoint.
    public nonisolated let endpoint: Endpoint

    /// The loop on which the socket lives.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    nonisolated let loop: MessageLoop
    nonisolated let mailbox = Mailbox<Command>()
    nonisolated let limits: MessageLimits
    nonisolated let connectTimeout: Duration
    private nonisolated let nextID = Atomic<UInt64>(1)

    private let security: Security?
    private let logger: Logger
    private var table = Table()
    private var commands: [Command] = []
    private var socket: Socket?
    private var monitor: ConnectionMonitor?
    private nonisolated let source = LoopSource()
    private var isClosed = false
    private var isConnected = false
    private var abortedHandshakes = 0
    private var lastReport: Failure?

    /// Makes a client, which connects with its first request.
    ///
    /// `connectTimeout` is how long a request waits for a server that is not reachable; at most its own timeout.
    public init(
        to endpoint: Endpoint, security: Security? = nil, loop: MessageLoop = .shared, logger: Logger,
        limits: MessageLimits = MessageLimits(), connectTimeout: Duration = .seconds(3)
    ) {
        self.endpoint = endpoint
        self.security = security
        self.loop = loop
        self.logger = logger
        self.limits = limits
        self.connectTimeout = connectTimeout
        loop.core.attach(source) { [weak self] now, plan in
            self?.assumeIsolated { $0.turn(now, plan) }
        }
    }

    isolated deinit {
        loop.core.detach(source)
        disconnect()
    }

    // MARK: For callers

    nonisolated func exchange(
        _ route: String, _ body: Frame, attachment: Frame?, timeout: Duration
    ) async throws -> Answer {
        try check(body, attachment, of: route)
        let id = nextID.add(1, ordering: .relaxed).oldValue
        let header = Wire.RequestHeader(
            version: Wire.version, id: id, route: route, deadlineMilliseconds: timeout.wireMilliseconds)
        let frames = [try Frame(header), body] + (attachment.map { [$0] } ?? [])
        let now = Moment.now
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                let request = Table.Request(
                    id: id, route: route, frames: frames, deadline: now.advanced(by: timeout),
                    sendDeadline: now.advanced(by: connectTimeout), token: continuation)
                guard post(.submit(request)) else {
                    continuation.resume(throwing: closedFailure)
                    return
                }
                // A cancellation that came before the request was posted found nothing to cancel.
                if Task.isCancelled { _ = post(.cancel(id)) }
            }
        } onCancel: {
            _ = post(.cancel(id))
        }
    }

    /// Closes the connection; requests that are still waiting for an answer fail.
    public func close() {
        let posted = mailbox.close()
        for case .submit(let request) in posted { request.token.resume(throwing: closedFailure) }
        for request in table.takeAll() { request.token.resume(throwing: closedFailure) }
        isClosed = true
        loop.core.detach(source)
        disconnect()
    }

    private func disconnect() {
        socket?.stopMonitoring()
        monitor = nil
        socket = nil
    }

    private nonisolated func post(_ command: Command) -> Bool { mailbox.post(command) { loop.core.wake() } }

    private nonisolated func check(_ body: Frame, _ attachment: Frame?, of route: String) throws(Failure) {
        if body.count > limits.bodyBytes {
            throw Failure.tooLarge("request '\(route)'", body.count, limit: limits.bodyBytes)
        }
        if let attachment, attachment.count > limits.attachmentBytes {
            throw Failure.tooLarge("attachment of '\(route)'", attachment.count, limit: limits.attachmentBytes)
        }
    }

    private nonisolated var closedFailure: Failure {
        Failure(.cancelled, "The client of \(endpoint) was closed while a request was waiting.")
    }

    // MARK: On the loop

    private func turn(_ now: Moment, _ plan: LoopPlan) {
        guard !isClosed else { return }
        obey()
        readMonitor(plan)
        sendWaiting()
        receive(plan)
        for request in table.expire(at: now) { fail(request, because: expiryFailure(of: request)) }
        if let expiry = table.nextExpiry { plan.wake(at: expiry) }
        watch(plan)
    }

    private func watch(_ plan: LoopPlan) {
        if isConnected, table.hasUnsent, socket?.canSend == true { plan.continueAtOnce() }
        socket?.watch(plan)
        monitor?.watch(plan)
    }

    private func obey() {
        mailbox.take(into: &commands)
        for command in commands {
            switch command {
            case .submit(let request):
                do {
                    try openIfNeeded()
                    table.add(request)
                } catch {
                    request.token.resume(throwing: error)
                }
            case .cancel(let id): cancel(id)
            }
        }
        commands.removeAll(keepingCapacity: true)
    }

    private func openIfNeeded() throws(Failure) {
        if socket == nil { try open() }
    }

    private func open() throws(Failure) {
        if endpoint.leavesMachine, security == nil {
            throw Failure.keysMissing(endpoint)
        }
        let opened = try Socket(.dealer, in: loop.context, limits: limits)
        if let security { try opened.useKeys(security) }
        let name = "\(UInt(bitPattern: ObjectIdentifier(self).hashValue)).\(Moment.now.nanoseconds)"
        let watching = try ConnectionMonitor(of: opened, name: name, in: loop.context)
        try opened.connect(endpoint.description)
        // libzmq does not report connections within a process.
        isConnected = endpoint.transport == .inproc
        socket = consume opened
        monitor = consume watching
    }

    private func cancel(_ id: UInt64) {
        guard let request = table.remove(id) else { return }
        request.token.resume(throwing: CancellationError())
        if request.isSent { sendCancellation(of: id) }
    }

    /// Tells the server to stop working on a request; if that cannot be sent, the server's own deadline ends it.
    private func sendCancellation(of id: UInt64) {
        let header = Wire.RequestHeader(
            version: Wire.version, id: id, route: MessageProtocol.cancellation, deadlineMilliseconds: 0)
        if let frame = try? Frame(header) { _ = socket?.send([frame]) }
    }

    private func sendWaiting() {
        // Until there is a connection, requests wait here, where they can be canceled, and not in the socket.
        while isConnected, let request = table.nextUnsent() {
            guard let delivery = socket?.send(request.frames), delivery != .full else { return }
            table.markSent()
        }
    }

    private func receive(_ plan: LoopPlan) {
        guard socket?.mayReceive(plan) == true else { return }
        var budget = MessageProtocol.turnBudget
        while budget > 0, let frames = socket?.receive(limit: MessageProtocol.frameLimit) {
            budget -= 1
            accept(frames)
        }
    }

    private func accept(_ frames: [Frame]) {
        guard let header = try? frames[0].decode(Wire.ReplyHeader.self, as: "reply's header"),
            header.version == Wire.version || header.failure != nil
        else {
            logger.warning("ignored an unreadable reply", metadata: ["endpoint": "\(endpoint)"])
            return
        }
        guard let request = table.remove(header.id) else { return }
        if let failure = header.failure {
            request.token.resume(throwing: Failure(failure))
        } else if frames.count >= 2 {
            request.token.resume(returning: Answer(body: frames[1], attachment: frames.count > 2 ? frames[2] : nil))
        } else {
            request.token.resume(throwing: Failure(.internal, "The reply to '\(request.route)' lacks its body."))
        }
    }

    // MARK: Connection

    private func readMonitor(_ plan: LoopPlan) {
        while let event = monitor?.next(plan) {
            switch event {
            case .connected:
                isConnected = true
                lastReport = nil
                abortedHandshakes = 0
                logger.debug("connected", metadata: ["endpoint": "\(endpoint)"])
            case .disconnected: loseConnection()
            case .refused: report(refusal)
            case .mismatched: report(mismatch)
            case .aborted: abortHandshake()
            }
        }
    }

    /// Fails the requests that wait for answers over the broken connection, after delivering replies that came before.
    ///
    /// A new socket takes over, because libzmq would resend the requests that it still holds. Its own remedy,
    /// `ZMQ_IMMEDIATE`, drops replies that were received but not read.
    private func loseConnection() {
        guard isConnected else { return }
        isConnected = false
        while let frames = socket?.receive(limit: MessageProtocol.frameLimit) { accept(frames) }
        let lost = table.takeSent()
        logger.debug("lost the connection", metadata: ["endpoint": "\(endpoint)", "requests": "\(lost.count)"])
        for request in lost {
            let message =
                "The connection to \(endpoint) broke before '\(request.route)' was answered; "
                + "check with `gyrus ps` whether the service is running."
            fail(request, because: Failure(.unavailable, message))
        }
        disconnect()
        do {
            try open()
        } catch {
            report(error)
        }
    }

    /// A server drops a client silently if it cannot read the client's greeting, which happens if its key differs from
    /// the expected one. Once or twice, it may also just have been stopped.
    private func abortHandshake() {
        abortedHandshakes += 1
        if security != nil, abortedHandshakes >= 3 { report(mismatch) }
    }

    /// Logs once why no connection can be made, and fails all requests that wait for it.
    private func report(_ failure: Failure) {
        if lastReport != failure {
            logger.error("no connection", metadata: ["endpoint": "\(endpoint)", "reason": "\(failure.message)"])
        }
        lastReport = failure
        for request in table.takeAll() { fail(request, because: failure) }
    }

    private func fail(_ request: Table.Request, because failure: Failure) {
        request.token.resume(throwing: failure)
        if request.isSent, isConnected { sendCancellation(of: request.id) }
    }

    private func expiryFailure(of request: Table.Request) -> Failure {
        guard request.isSent || isConnected else {
            return Failure(
                .unavailable,
                "Nothing is listening at \(endpoint) ('\(request.route)'); check with `gyrus ps` whether the service "
                    + "is running."
            )
        }
        return Failure(.deadlineExceeded, "\(endpoint) did not answer '\(request.route)' in time; try again later.")
    }

    private var refusal: Failure {
        let key = security?.keys.publicKey.text ?? "none"
        return Failure(
            .permissionDenied,
            "\(endpoint) does not admit the key \(key); add it to the admitted keys of that service.")
    }

    private var mismatch: Failure {
        let advice =
            security == nil
            ? "the service requires keys, so give this client some"
            : "check the service's public key, and that it uses keys"
        return Failure(.permissionDenied, "The handshake with \(endpoint) failed: \(advice).")
    }
}
