import CZeroMQ
import Model

/// Reports what happens to a client's connection.
struct ConnectionMonitor: ~Copyable {
    enum Event {
        case connected
        case disconnected
        /// The server does not admit our key.
        case refused
        /// One end requires keys and the other has none.
        case mismatched
        /// The connection ended before it could be used.
        case aborted
    }

    private static let events =
        ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
        | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL

    private var socket: Socket

    /// Watches a socket; `name` is unique within the context.
    init(of watched: borrowing Socket, name: String, in context: Context) throws(Failure) {
        let address = "inproc://monitor.\(name)"
        try watched.monitor(at: address, events: Self.events)
        let socket = try Socket(.pair, in: context)
        try socket.connect(address)
        self.socket = socket
    }

    /// Requests a turn as soon as something happens.
    func watch(_ plan: LoopPlan) { socket.watch(plan) }

    /// The next event; nil if there is none.
    mutating func next(_ plan: LoopPlan) -> Event? {
        guard socket.mayReceive(plan) else { return nil }
        while let frames = socket.receive(limit: 2) {
            let number = frames[0].withUnsafeBytes { $0.count >= 2 ? $0.loadUnaligned(as: UInt16.self) : 0 }
            switch Int32(number) {
            case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: return .connected
            case ZMQ_EVENT_DISCONNECTED: return .disconnected
            case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: return .refused
            case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL: return .mismatched
            case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL: return .aborted
            default: continue
            }
        }
        return nil
    }
}
