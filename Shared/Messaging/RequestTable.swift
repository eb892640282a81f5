import DequeModule
import Model

/// The bookkeeping of a client's requests, without sockets and clocks.
///
/// `Token` is what resumes the caller. Requests wait here until they can be sent, so that a request that is canceled
/// before that is never sent.
struct RequestTable<Token> {
    struct Request {
        let id: UInt64
        let route: String
        /// The frames, until they are sent.
        var frames: [Frame]
        /// When the caller stops waiting.
        let deadline: Moment
        /// When it fails unless it has been sent by then.
        var sendDeadline: Moment
        let token: Token
        var isSent = false
    }

    private var requests: [UInt64: Request] = [:]
    private var unsent: Deque<UInt64> = []
    /// No request expires before this moment; may be too early, never too late.
    private(set) var nextExpiry: Moment?

    var isEmpty: Bool { requests.isEmpty }
    var hasUnsent: Bool { !unsent.isEmpty }

    mutating func add(_ request: Request) {
        requests[request.id] = request
        unsent.append(request.id)
        let expiry = min(request.deadline, request.sendDeadline)
        nextExpiry = nextExpiry.map { min($0, expiry) } ?? expiry
    }

    /// The request to send next.
    mutating func nextUnsent() -> Request? {
        while let id = unsent.first {
            if let request = requests[id] { return request }
            unsent.removeFirst()
        }
        return nil
    }

    /// Records that the request returned by ``nextUnsent()`` was sent.
    mutating func markSent() {
        guard let id = unsent.popFirst() else { return }
        requests[id]?.isSent = true
        requests[id]?.frames = []
    }

    /// Ends a request; nil if no caller is waiting for it.
    mutating func remove(_ id: UInt64) -> Request? { requests.removeValue(forKey: id) }

    /// Ends the requests whose time is up.
    mutating func expire(at now: Moment) -> [Request] {
        guard let nextExpiry, nextExpiry <= now else { return [] }
        var expired: [Request] = []
        var next: Moment?
        for request in requests.values {
            let expiry = request.isSent ? request.deadline : min(request.deadline, request.sendDeadline)
            if expiry <= now { expired.append(request) } else { next = min(next ?? expiry, expiry) }
        }
        self.nextExpiry = next
        for request in expired { requests[request.id] = nil }
        return expired
    }

    /// Ends the requests that were sent over a lost connection.
    mutating func takeSent() -> [Request] {
        let sent = requests.values.filter(\.isSent)
        for request in sent { requests[request.id] = nil }
        return sent
    }

    /// Ends all requests.
    mutating func takeAll() -> [Request] {
        defer {
            requests = [:]
            unsent = []
            nextExpiry = nil
        }
        return Array(requests.values)
    }
}

extension RequestTable.Request: Sendable where Token: Sendable {}
