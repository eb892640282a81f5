import CZeroMQ
import Glibc
import Model

/// A server's connections by descriptor, with the time when each last delivered a whole message, so that they can be
/// cut.
struct ConnectionTable: ~Copyable {
    private static let events = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED

    private var monitor: Socket
    private var heard: [Int32: Moment] = [:]

    /// Watches a server's socket; `name` is unique within the context.
    init(of watched: borrowing Socket, name: String, in context: Context) throws(Failure) {
        let address = "inproc://monitor.\(name)"
        try watched.monitor(at: address, events: Self.events)
        let reader = try Socket(.pair, in: context)
        try reader.connect(address)
        monitor = reader
    }

    /// Records new and closed connections, and requests a turn as soon as there are more.
    mutating func update(_ now: Moment, _ plan: LoopPlan) {
        defer { monitor.watch(plan) }
        guard monitor.mayReceive(plan) else { return }
        while let frames = monitor.receive(limit: 2) {
            let (event, value) = frames[0].withUnsafeBytes { bytes in
                bytes.count >= 6
                    ? (bytes.loadUnaligned(as: UInt16.self), bytes.loadUnaligned(fromByteOffset: 2, as: Int32.self))
                    : (0, -1)
            }
            heard[value] = Int32(event) == ZMQ_EVENT_ACCEPTED ? now : nil
        }
    }

    /// Records that a whole message came over a connection.
    mutating func hear(_ descriptor: Int32, at now: Moment) {
        if heard[descriptor] != nil { heard[descriptor] = now }
    }

    /// Cuts the connections that delivered no whole message since a given time; libzmq then frees their partial
    /// messages.
    /// - Returns: How many.
    mutating func cut(silentSince time: Moment) -> Int {
        let silent = heard.filter { $0.value <= time }.keys
        for descriptor in silent {
            shutdown(descriptor, Int32(SHUT_RDWR))
            heard[descriptor] = nil
        }
        return silent.count
    }
}
