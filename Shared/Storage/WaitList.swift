import Synchronization

/// Lets readers sleep until something they care about changes, without polling and without missing a change.
///
/// A reader takes a ticket *before* it looks, so a change between looking and sleeping ends the sleep immediately:
///
/// ```swift
/// let ticket = changes.ticket(for: ["train"])
/// defer { ticket.discard() }
/// if let task = try await look() { return task }
/// await ticket.wait(for: .seconds(30))
/// ```
public final class WaitList<Key: Hashable & Sendable>: Sendable {
    private let tickets = Mutex<[Key: [ObjectIdentifier: Ticket]]>([:])

    /// Makes an empty list.
    public init() {}

    /// A ticket that the next change of one of the keys punches.
    public func ticket(for keys: some Sequence<Key>) -> Ticket {
        let ticket = Ticket(keys: Set(keys), list: self)
        tickets.withLock { tickets in
            for key in ticket.keys { tickets[key, default: [:]][ObjectIdentifier(ticket)] = ticket }
        }
        return ticket
    }

    /// Announces a change under the key: all holders of a ticket for it wake.
    public func wake(_ key: Key) {
        let woken = tickets.withLock { tickets in tickets.removeValue(forKey: key) }
        for ticket in woken.map(\.values) ?? [:].values { ticket.punch() }
    }

    /// Announces something new under the key for a given number of readers: that many holders of a ticket for it wake.
    ///
    /// A reader that wakes but does not look must pass it on; ``Ticket/discard()`` tells whether to.
    public func wake(_ key: Key, most count: Int) {
        var left = count
        while left > 0 {
            let ticket = tickets.withLock { tickets -> Ticket? in
                guard let (id, ticket) = tickets[key]?.first else { return nil }
                tickets[key]?[id] = nil
                if tickets[key]?.isEmpty == true { tickets[key] = nil }
                return ticket
            }
            guard let ticket else { return }
            // A reader that already woke for another key will look for that.
            if ticket.punch() { left -= 1 }
        }
    }

    /// Announces that anything may have changed: all readers wake.
    public func wakeAll() {
        let woken = tickets.withLock { tickets in
            defer { tickets = [:] }
            return tickets
        }
        for ticket in woken.values.flatMap(\.values) { ticket.punch() }
    }

    /// Number of waiting tickets, for tests.
    package var count: Int {
        tickets.withLock { tickets in Set(tickets.values.flatMap(\.keys)).count }
    }

    fileprivate func remove(_ ticket: Ticket) {
        tickets.withLock { tickets in
            for key in ticket.keys {
                tickets[key]?[ObjectIdentifier(ticket)] = nil
                if tickets[key]?.isEmpty == true { tickets[key] = nil }
            }
        }
    }

    /// One reader's place in the list; it is valid for one change.
    public final class Ticket: Sendable {
        private enum State {
            case open
            case waiting(CheckedContinuation<Void, Never>)
            case punched
        }

        fileprivate let keys: Set<Key>
        private let list: WaitList
        private let state = Mutex<State>(.open)

        fileprivate init(keys: Set<Key>, list: WaitList) {
            self.keys = keys
            self.list = list
        }

        /// Sleeps until a change since the ticket was taken, the end of the time, or cancellation of the task.
        public func wait(for time: Duration) async {
            guard time > .zero else { return }
            await withTaskGroup { group in
                group.addTask { await self.wait() }
                group.addTask { try? await Task.sleep(for: time) }
                await group.next()
                group.cancelAll()
            }
        }

        /// Gives up the place; call this when the reader is done, even if it failed.
        /// - Returns: Whether there was a change, or the wait ended, since the ticket was taken.
        @discardableResult
        public func discard() -> Bool {
            list.remove(self)
            return !punch()
        }

        private func wait() async {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isOver = state.withLock { state in
                        guard case .open = state else { return true }
                        state = .waiting(continuation)
                        return false
                    }
                    if isOver { continuation.resume() }
                }
            } onCancel: {
                punch()
            }
        }

        /// - Returns: Whether it was not punched before.
        @discardableResult
        fileprivate func punch() -> Bool {
            let (isFirst, continuation) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
                defer { state = .punched }
                return switch state {
                case .open: (true, nil)
                case .waiting(let continuation): (true, continuation)
                case .punched: (false, nil)
                }
            }
            continuation?.resume()
            return isFirst
        }
    }
}
