import Model

/// The bookkeeping of a server's work, and whether it accepts more, without sockets and tasks.
struct WorkTable<Work> {
    struct Key: Hashable, Sendable {
        let peer: [UInt8]
        let id: UInt64
    }

    struct Entry {
        let kind: Router.Kind
        let size: Int
        let deadline: Moment
        let work: Work
    }

    private let limits: MessageLimits
    private(set) var entries: [Key: Entry] = [:]
    private var ordinary = 0
    private var waiting = 0
    private var bytes = 0
    /// No entry passes its deadline before this moment; may be too early, never too late.
    private(set) var nextExpiry: Moment?

    init(limits: MessageLimits) { self.limits = limits }

    var isEmpty: Bool { entries.isEmpty }

    /// Why a request is not accepted; nil if it is.
    func refusal(of key: Key, kind: Router.Kind, size: Int) -> Failure? {
        if entries[key] != nil {
            return Failure(.conflict, "A request with the ID \(key.id) is still being answered.")
        }
        let isFull =
            switch kind {
            case .ordinary: ordinary >= limits.requestsInFlight
            case .waiting: waiting >= limits.waitingRequests
            case .control: false
            }
        guard isFull || bytes + size > limits.bytesInFlight else { return nil }
        return Failure(
            .busy, "The service is already working on \(entries.count) requests; try again in a moment.",
            retryAfter: limits.retryAfter)
    }

    mutating func add(_ key: Key, _ entry: Entry) {
        entries[key] = entry
        count(entry, by: 1)
        nextExpiry = nextExpiry.map { min($0, entry.deadline) } ?? entry.deadline
    }

    mutating func remove(_ key: Key) -> Entry? {
        guard let entry = entries.removeValue(forKey: key) else { return nil }
        count(entry, by: -1)
        return entry
    }

    /// The work whose deadline has passed; it remains in the table until it ends.
    mutating func overdue(at now: Moment) -> [Work] {
        guard let nextExpiry, nextExpiry <= now else { return [] }
        self.nextExpiry = entries.values.lazy.map(\.deadline).filter { $0 > now }.min()
        return entries.values.filter { $0.deadline <= now }.map(\.work)
    }

    private mutating func count(_ entry: Entry, by step: Int) {
        switch entry.kind {
        case .ordinary: ordinary += step
        case .waiting: waiting += step
        case .control: break
        }
        bytes += step * entry.size
    }
}
