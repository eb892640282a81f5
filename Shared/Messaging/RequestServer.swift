import CZeroMQ
public import Logging
import Metrics
import Model
import Schema
public import ServiceLifecycle

/// Answers requests, each in a separate task off the loop, with a deadline, and with a `Failure` if it cannot.
///
/// Whatever arrives, even garbage, is answered or dropped, and the server continues. Beyond its limits it answers
/// `busy`. On graceful shutdown it stops reading, lets requests in flight finish, and sends the replies.
///
/// ```swift
/// var router = Router()
/// router.on(.modelRank) { try await service.rank($0) }
/// try await RequestServer(endpoint: endpoint, router: router, logger: logger).run()
/// ```
public actor RequestServer: Service {
    enum Command: Sendable {
        case finished(WorkTable<Task<Void, Never>>.Key, [Frame])
        case stop
    }

    private enum Phase { case idle, serving, draining, stopped }

    /// The loop on which the socket lives.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private nonisolated let loop: MessageLoop
    private nonisolated let mailbox = Mailbox<Command>()
    private let endpoint: Endpoint
    private let router: Router
    private let security: ServerSecurity?
    private let report: @Sendable (Refusal) -> Void
    private let logger: Logger
    private let limits: MessageLimits
    /// The server's own context, so that its end can wait until the last reply is sent; within a process, the loop's.
    private var context: Context?

    private var phase = Phase.idle
    private var commands: [Command] = []
    private var work: WorkTable<Task<Void, Never>>
    private var socket: Socket?
    private var authenticator: Authenticator?
    private var memory: MemoryWatch?
    private nonisolated let source = LoopSource()
    private var drainEnd: Moment?
    private var bound: Result<Endpoint, Failure>?
    private var waitingForBound: [CheckedContinuation<Endpoint, any Error>] = []
    private var waitingForEnd: CheckedContinuation<Void, Never>?
    private let requests = Counter(label: "gyrus_requests_total")
    /// Response times by route.
    private let answers: [String: Timer]

    /// Makes a server, which listens when it runs.
    /// - Parameter report: Called on the loop for keys and requests that were refused because of their sender.
    public init(
        endpoint: Endpoint, router: Router, security: ServerSecurity? = nil, loop: MessageLoop = .shared,
        logger: Logger, limits: MessageLimits = MessageLimits(),
        reporting report: @escaping @Sendable (Refusal) -> Void = { _ in }
    ) {
        self.endpoint = endpoint
        self.router = router
        self.security = security
        self.loop = loop
        self.report = report
        self.logger = logger
        self.limits = limits
        work = WorkTable(limits: limits)
        answers = Dictionary(
            uniqueKeysWithValues: router.handlers.keys.map { route in
                (route, Timer(label: "gyrus_request_duration_seconds", dimensions: [("route", route)]))
            })
    }

    /// The endpoint on which the server listens, including the port that the system chose for `tcp://127.0.0.1:*`.
    public var boundEndpoint: Endpoint {
        get async throws {
            // Checked only within the body: a caller with its own executor can be delayed before it.
            try await withCheckedThrowingContinuation { continuation in
                if let bound { continuation.resume(with: bound) } else { waitingForBound.append(continuation) }
            }
        }
    }

    /// Serves until graceful shutdown or cancellation, then finishes what is in flight.
    public func run() async throws {
        guard phase == .idle else { throw Failure(.conflict, "The server of \(endpoint) has already run.") }
        do {
            try open()
        } catch {
            phase = .stopped
            settle(.failure(error))
            throw error
        }
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await withCheckedContinuation { waitForEnd($0) }
            } onGracefulShutdown: {
                self.post(.stop)
            }
        } onCancel: {
            self.post(.stop)
        }
        if let context, endpoint.transport != .inproc { await context.terminate() }
        context = nil
    }

    private func waitForEnd(_ continuation: CheckedContinuation<Void, Never>) {
        if phase == .stopped { continuation.resume() } else { waitingForEnd = continuation }
    }

    private nonisolated func post(_ command: Command) { _ = mailbox.post(command) { loop.core.wake() } }

    // MARK: Opening and closing

    private func open() throws(Failure) {
        if endpoint.leavesMachine, security == nil { throw Failure.keysMissing(endpoint) }
        let context = endpoint.transport == .inproc ? loop.context : Context()
        let opened = try Socket(.router, in: context, limits: limits)
        if let security { try opened.useKeys(security) }
        let authenticator = try makeAuthenticator(in: context)
        if endpoint.transport == .ipc { try SocketFile.prepare(endpoint.address) }
        let memory = try makeMemoryWatch(of: opened, in: context)
        try opened.bind(endpoint.description)
        let address = opened.boundAddress
        self.context = context
        self.authenticator = consume authenticator
        self.memory = consume memory
        socket = consume opened
        phase = .serving
        attach()
        settle(.success((try? Endpoint(address)) ?? endpoint))
        logger.info("listening", metadata: ["endpoint": "\(address)"])
    }

    private func makeAuthenticator(in context: Context) throws(Failure) -> Authenticator? {
        guard let security else { return nil }
        return try Authenticator(security, in: context, logger: logger, report: report)
    }

    private func makeMemoryWatch(
        of socket: borrowing Socket, in context: Context
    ) throws(Failure) -> MemoryWatch? {
        // Requests from within a process have no connection that could be cut.
        guard let allowance = limits.growthBytes, endpoint.transport != .inproc else { return nil }
        let name = "\(UInt(bitPattern: ObjectIdentifier(self).hashValue)).server"
        return try MemoryWatch(of: socket, name: name, in: context, allowance: allowance)
    }

    private func attach() {
        loop.core.attach(source) { [weak self] now, plan in
            self?.assumeIsolated { $0.turn(now, plan) }
        }
    }

    private func settle(_ result: Result<Endpoint, Failure>) {
        bound = result
        for continuation in waitingForBound { continuation.resume(with: result) }
        waitingForBound = []
    }

    private func close() {
        phase = .stopped
        _ = mailbox.close()
        loop.core.detach(source)
        // libzmq leaves the file. It is removed before the socket closes, so that it cannot be a successor's.
        if endpoint.transport == .ipc { SocketFile.remove(endpoint.address) }
        authenticator = nil
        socket?.stopMonitoring()
        memory = nil
        socket = nil
        logger.info("stopped listening", metadata: ["endpoint": "\(endpoint)"])
        waitingForEnd?.resume()
        waitingForEnd = nil
    }

    // MARK: On the loop

    private func turn(_ now: Moment, _ plan: LoopPlan) {
        guard phase != .stopped else { return }
        obey(now)
        authenticator?.answerAll(plan)
        if phase == .serving { receive(now, plan) }
        for task in work.overdue(at: now) { task.cancel() }
        if let expiry = work.nextExpiry { plan.wake(at: expiry) }
        if phase == .draining { drain(now, plan) }
        guard phase == .serving else { return }
        memory?.look(now, plan, logger)
        socket?.watch(plan)
    }

    private func obey(_ now: Moment) {
        mailbox.take(into: &commands)
        for command in commands {
            switch command {
            case .finished(let key, let frames):
                if work.remove(key) != nil { send(frames) }
            case .stop where phase == .serving:
                phase = .draining
                drainEnd = now.advanced(by: limits.drain)
                for entry in work.entries.values where entry.kind == .waiting { entry.work.cancel() }
            case .stop: break
            }
        }
        commands.removeAll(keepingCapacity: true)
    }

    /// Ends when nothing is in flight; answers requests that do not finish in time with a failure.
    private func drain(_ now: Moment, _ plan: LoopPlan) {
        guard !work.isEmpty, let end = drainEnd else { return close() }
        guard now >= end else { return plan.wake(at: end) }
        for (key, entry) in work.entries {
            entry.work.cancel()
            send(Reply.frames(to: key, failure: Reply.stopping))
        }
        logger.warning("abandoned requests that did not finish in time", metadata: ["count": "\(work.entries.count)"])
        close()
    }

    private func receive(_ now: Moment, _ plan: LoopPlan) {
        guard socket?.mayReceive(plan) == true else { return }
        var budget = MessageProtocol.turnBudget
        while budget > 0, let frames = socket?.receive(limit: MessageProtocol.frameLimit) {
            budget -= 1
            if frames.count > 1 { memory?.hear(frames[1], at: now) }
            accept(frames, now)
        }
    }

    private func accept(_ frames: [Frame], _ now: Moment) {
        requests.increment()
        let peer = frames[0].bytes
        guard frames.count > 1, let header = try? frames[1].decode(Wire.RequestHeader.self, as: "header") else {
            return refuse(.init(peer: peer, id: 0), Reply.garbage)
        }
        let key = WorkTable<Task<Void, Never>>.Key(peer: peer, id: header.id)
        guard header.version == Wire.version else {
            return refuse(key, Reply.unsupported(header.version))
        }
        if header.route == MessageProtocol.cancellation {
            work.entries[key]?.work.cancel()
            return
        }
        guard let handler = router.handlers[header.route] else { return refuse(key, Reply.unknown(header.route)) }
        if let refusal = refusal(of: header.route, handler, to: frames[1].sender) { return refuse(key, refusal) }
        guard frames.count > 2 else { return refuse(key, Reply.garbage) }
        let attachment = frames.count > 3 ? frames[3] : nil
        let size = frames[2].count + (attachment?.count ?? 0)
        if frames[2].count > limits.bodyBytes {
            return refuse(key, .tooLarge("request '\(header.route)'", frames[2].count, limit: limits.bodyBytes))
        }
        if let refusal = work.refusal(of: key, kind: handler.kind, size: size) { return refuse(key, refusal) }
        let wanted = header.deadlineMilliseconds
        let time = wanted == 0 ? limits.defaultDeadline : .milliseconds(wanted)
        let task = answer(key, header.route, handler, frames[2], attachment)
        work.add(key, .init(kind: handler.kind, size: size, deadline: now.advanced(by: time), work: task))
    }

    /// Why a sender may not use a route; nil if it may. A sender without keys came through a socket on this machine,
    /// whose file permissions decide who may open it.
    private func refusal(of route: String, _ handler: Router.Handler, to sender: Peer?) -> Failure? {
        guard security != nil else { return nil }
        if let sender, sender.role.permits(handler.access) { return nil }
        report(Refusal(key: sender?.key, address: "", route: route, role: sender?.role))
        return Reply.forbidden(route, to: sender?.role, handler.access)
    }

    private func answer(
        _ key: WorkTable<Task<Void, Never>>.Key, _ route: String, _ handler: Router.Handler, _ body: Frame,
        _ attachment: Frame?
    ) -> Task<Void, Never> {
        let timer = answers[route]
        let start = ContinuousClock.now
        return Task { @concurrent [limits, logger] in
            defer { timer?.record(duration: ContinuousClock.now - start) }
            let frames: [Frame]
            do {
                let (body, attachment) = try await handler.answer(body, attachment)
                frames = try Reply.frames(to: key, body: body, attachment: attachment, limits: limits)
            } catch {
                let failure = Reply.failure(error, route: route)
                let labels = [("route", route), ("code", failure.code.rawValue)]
                Counter(label: "gyrus_request_failures_total", dimensions: labels).increment()
                if failure.code == .internal {
                    logger.error("request failed", metadata: ["route": "\(route)", "reason": "\(failure.message)"])
                }
                frames = Reply.frames(to: key, failure: failure)
            }
            self.post(.finished(key, frames))
        }
    }

    private func refuse(_ key: WorkTable<Task<Void, Never>>.Key, _ failure: Failure) {
        Counter(label: "gyrus_requests_refused_total", dimensions: [("code", failure.code.rawValue)]).increment()
        logger.debug("refused a request", metadata: ["reason": "\(failure.message)"])
        send(Reply.frames(to: key, failure: failure))
    }

    /// A reply that cannot be sent has no reader: the client is gone, or does not read and will retry.
    private func send(_ frames: [Frame]) {
        guard let delivery = socket?.send(frames), delivery != .sent else { return }
        logger.debug("dropped a reply", metadata: ["because": "\(delivery)"])
    }
}
