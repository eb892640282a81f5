import NIOCore
import Synchronization

/// The open connections of a server. When there are too many, it closes the one that has waited longest for a request, so
/// that clients that hold connections open cannot keep others out.
public final class ConnectionCrowd: Sendable {
    private struct State {
        /// For each connection, the turn in which it began to wait; nil while its request is being answered.
        var turns: [ObjectIdentifier: Int?] = [:]
        var channels: [ObjectIdentifier: any Channel] = [:]
        var turn = 0
    }

    /// Connections that the system may accept beyond the limit while others are being closed.
    private static let margin = 8

    private let most: Int
    private let state = Mutex(State())

    /// - Parameter connections: Number of connections at which the server stops accepting others.
    public init(connections: Int) { most = max(1, connections - Self.margin) }

    /// Number of open connections.
    public var count: Int { state.withLock { $0.turns.count } }

    /// Notes that a connection waits for a request.
    func waits(_ channel: any Channel) {
        let victim = state.withLock { state -> (any Channel)? in
            let id = ObjectIdentifier(channel)
            state.turn += 1
            state.turns.updateValue(state.turn, forKey: id)
            state.channels[id] = channel
            guard state.turns.count > most else { return nil }
            let oldest = state.turns.compactMap { id, turn in turn.map { (id, $0) } }.min { $0.1 < $1.1 }
            guard let oldest, oldest.0 != id else { return nil }
            state.turns.removeValue(forKey: oldest.0)
            return state.channels.removeValue(forKey: oldest.0)
        }
        victim?.close(promise: nil)
    }

    /// Notes that a connection's request is being answered.
    func answers(_ channel: any Channel) {
        state.withLock { state in
            let id = ObjectIdentifier(channel)
            if state.channels[id] != nil { state.turns.updateValue(nil, forKey: id) }
        }
    }

    /// Forgets a closed connection.
    func leaves(_ channel: any Channel) {
        state.withLock { state in
            let id = ObjectIdentifier(channel)
            state.turns.removeValue(forKey: id)
            state.channels.removeValue(forKey: id)
        }
    }
}
