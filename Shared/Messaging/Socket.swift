import CZeroMQ
import Glibc
import Model

/// A libzmq socket, used only on the loop's thread and closed when it is destroyed.
struct Socket: ~Copyable {
    enum Kind {
        case dealer, router, pair, reply

        fileprivate var constant: Int32 {
            switch self {
            case .dealer: ZMQ_DEALER
            case .router: ZMQ_ROUTER
            case .pair: ZMQ_PAIR
            case .reply: ZMQ_REP
            }
        }
    }

    enum Delivery { case sent, full, unroutable }

    private let handle: UnsafeMutableRawPointer
    /// Held so that the context outlives the socket.
    private let context: Context
    /// Announces that there may be something to receive.
    private let descriptor: Int32
    /// Whether there was nothing more to receive at the last attempt. Only from then on does ``descriptor`` announce what
    /// comes, and libzmq may take an announcement back when it sends.
    private var isDrained = false

    init(_ kind: Kind, in context: Context, limits: MessageLimits = MessageLimits()) throws(Failure) {
        guard let handle = zmq_socket(context.pointer, kind.constant) else {
            throw Failure(.internal, "libzmq cannot create a socket: \(zmqError()).")
        }
        do {
            try Self.configure(handle, kind, limits)
        } catch {
            zmq_close(handle)
            throw error
        }
        self.handle = handle
        self.context = context
        descriptor = Self.integer(ZMQ_FD, of: handle)
    }

    deinit { zmq_close(handle) }

    /// The options of every socket, in one place.
    private static func configure(
        _ handle: UnsafeMutableRawPointer, _ kind: Kind, _ limits: MessageLimits
    ) throws(Failure) {
        // A client that closes has nothing more to send; a server's last replies should still be sent.
        try set(handle, ZMQ_LINGER, Int32(kind == .router ? 1_000 : 0))
        try set(handle, ZMQ_SNDHWM, limits.queuedMessages)
        try set(handle, ZMQ_RCVHWM, limits.queuedMessages)
        try set(handle, ZMQ_MAXMSGSIZE, Int64(limits.attachmentBytes + limits.slack))
        switch kind {
        case .router:
            try set(handle, ZMQ_ROUTER_MANDATORY, Int32(1))
            try set(handle, ZMQ_BACKLOG, Int32(1_024))
        case .dealer:
            try set(handle, ZMQ_RECONNECT_IVL, Int32(20))
            try set(handle, ZMQ_RECONNECT_IVL_MAX, Int32(500))
            try set(handle, ZMQ_HEARTBEAT_IVL, Int32(5_000))
            try set(handle, ZMQ_HEARTBEAT_TIMEOUT, Int32(15_000))
        case .pair, .reply: break
        }
    }

    // MARK: Options

    func set(_ option: Int32, _ value: Int32) throws(Failure) { try Self.set(handle, option, value) }

    func set(_ option: Int32, text: String) throws(Failure) {
        guard zmq_setsockopt(handle, option, text, text.utf8.count) == 0 else {
            throw Failure(.internal, "libzmq refuses option \(option): \(zmqError()).")
        }
    }

    private static func set(
        _ handle: UnsafeMutableRawPointer, _ option: Int32, _ value: some BitwiseCopyable
    ) throws(Failure) {
        let status = withUnsafeBytes(of: value) { zmq_setsockopt(handle, option, $0.baseAddress, $0.count) }
        guard status == 0 else { throw Failure(.internal, "libzmq refuses option \(option): \(zmqError()).") }
    }

    /// Whether a message can be sent after one could not.
    var canSend: Bool {
        mutating get {
            let events = Self.integer(ZMQ_EVENTS, of: handle)
            isDrained = events & ZMQ_POLLIN == 0
            return events & ZMQ_POLLOUT != 0
        }
    }

    /// Whether there may be something to receive in this turn of the loop.
    func mayReceive(_ plan: LoopPlan) -> Bool { !isDrained || plan.isAnnounced(descriptor) }

    /// Requests a turn as soon as there may be something to receive.
    func watch(_ plan: LoopPlan) {
        if !isDrained { plan.continueAtOnce() }
        plan.watch(descriptor)
    }

    private static func integer(_ option: Int32, of handle: UnsafeMutableRawPointer) -> Int32 {
        var value: Int32 = 0
        var size = MemoryLayout<Int32>.size
        zmq_getsockopt(handle, option, &value, &size)
        return value
    }

    /// The address that the socket is bound to, including the port that the system chose.
    var boundAddress: String {
        var text = [CChar](repeating: 0, count: 512)
        var size = text.count
        guard zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &text, &size) == 0 else { return "" }
        return Z85.string(text)
    }

    // MARK: Ends

    func connect(_ address: String) throws(Failure) {
        guard zmq_connect(handle, address) == 0 else {
            throw Failure(.invalidArgument, "Cannot connect to \(address): \(zmqError()).")
        }
    }

    func bind(_ address: String) throws(Failure) {
        guard zmq_bind(handle, address) == 0 else {
            throw Failure(.conflict, "Cannot listen at \(address): \(zmqError()); choose another endpoint.")
        }
    }

    /// Publishes the socket's connection events at an `inproc` address.
    func monitor(at address: String, events: Int32) throws(Failure) {
        guard zmq_socket_monitor(handle, address, events) == 0 else {
            throw Failure(.internal, "libzmq cannot watch a socket: \(zmqError()).")
        }
    }

    /// Stops publishing them. Call this while there is still a reader: otherwise libzmq's thread, and with it the whole
    /// context, would wait forever to deliver the next event.
    func stopMonitoring() {
        // This fails for a socket that is not watched, which is fine.
        _ = zmq_socket_monitor(handle, nil, 0)
    }

    // MARK: Messages

    /// Sends all frames or none, without waiting; frames that were sent are empty afterward.
    mutating func send(_ frames: [Frame]) -> Delivery {
        isDrained = false
        for (index, frame) in frames.enumerated() {
            let flags = ZMQ_DONTWAIT | (index + 1 < frames.count ? ZMQ_SNDMORE : 0)
            let status = frame.withMessage { zmq_msg_send($0, handle, flags) }
            if status < 0 {
                // The connection broke after the first frame: libzmq drops the rest, and there will be no answer.
                return index == 0 && zmq_errno() == EAGAIN ? .full : .unroutable
            }
        }
        return .sent
    }

    /// The frames of the next message, or nil if there is none; beyond `limit` frames the rest is dropped.
    mutating func receive(limit: Int) -> [Frame]? {
        var frames: [Frame] = []
        frames.reserveCapacity(limit)
        var hasMore = true
        while hasMore {
            let frame = Frame()
            let status = frame.withMessage { zmq_msg_recv($0, handle, ZMQ_DONTWAIT) }
            if status < 0 {
                isDrained = true
                return nil
            }
            hasMore = frame.hasMore
            if frames.count < limit { frames.append(frame) }
        }
        return frames
    }
}
