public import Foundation
public import Messaging
public import Model
import Schema

/// A client that asks any service for its health and its events.
///
/// ```swift
/// let client = ServiceClient(try ServiceDirectory().connect(to: .registry, logger: logger))
/// for try await events in client.follow(after: 0) { print(events) }
/// ```
public struct ServiceClient: Sendable {
    /// Events with the position from which to continue reading.
    public struct EventPage: Hashable, Sendable {
        /// The events, oldest first.
        public let events: [Event]
        /// Position up to which the log was read.
        public let next: UInt64
        /// What retention has removed from the beginning of the log; nil if nothing.
        public var removed: EventRemoval?
    }

    /// Maximum time that a service holds a request for events.
    public static let longestWait = Duration.seconds(30)

    let requests: RequestClient

    /// Makes a client over a connection.
    public init(_ requests: RequestClient) { self.requests = requests }

    /// The state of the service.
    public func health(timeout: Duration = .seconds(2)) async throws -> ServiceHealth {
        ServiceHealth(try await requests.call(.health, Wire.Empty(), timeout: timeout))
    }

    /// The events after a position; if there is none yet, waits for the first one up to a given time.
    /// - Parameter timeout: How long the answer may take beyond that.
    public func events(
        after: UInt64, limit: UInt32 = 1000, waiting: Duration = .zero, since: Date? = nil,
        timeout: Duration = .seconds(10)
    ) async throws -> EventPage {
        let waiting = min(waiting, Self.longestWait)
        let request = Wire.EventsReadRequest(
            after: after, limit: limit, waitMilliseconds: UInt32(clamping: Int64(waiting / .milliseconds(1))),
            sinceMicroseconds: since?.microseconds ?? 0)
        let reply = try await requests.call(.readEvents, request, timeout: waiting + timeout)
        let removed = EventRemoval(last: reply.removed, time: Date(microseconds: reply.removedMicroseconds))
        return EventPage(
            events: reply.events.map(Event.init), next: reply.next, removed: removed.last > 0 ? removed : nil)
    }

    /// The last events before a position, oldest first; `next` is the position from which to follow the log.
    /// - Parameters:
    ///   - before: Only events before this position; 0 for the newest.
    ///   - kind: Prefix of their kind; empty for all.
    ///   - subject: Prefix of their subject; empty for all.
    public func lastEvents(
        before: UInt64 = 0, limit: UInt32 = 1000, kind: String = "", subject: String = "",
        timeout: Duration = .seconds(10)
    ) async throws -> EventPage {
        let request = Wire.EventsTailRequest(before: before, limit: limit, kind: kind, subject: subject)
        let reply = try await requests.call(.tailEvents, request, timeout: timeout)
        return EventPage(events: reply.events.map(Event.init), next: reply.last)
    }

    /// The service's metrics, in Prometheus text format.
    public func metrics(timeout: Duration = .seconds(5)) async throws -> String {
        try await requests.call(.metrics, Wire.Empty(), timeout: timeout).text
    }

    /// All events after a position and future ones, page by page, without gaps and across restarts of the service.
    ///
    /// Ends with the task that iterates; throws only errors that retrying cannot fix.
    public func follow(after: UInt64, since: Date? = nil) -> EventSequence {
        EventSequence(client: self, after: after, since: since)
    }
}

/// The beginning of a log that retention has removed.
public struct EventRemoval: Hashable, Sendable {
    /// Position of the last removed event.
    public let last: UInt64
    /// When it happened.
    public let time: Date

    /// Whether a reader from a position or a time misses events.
    public func isMissed(after position: UInt64, since start: Date?) -> Bool {
        if position > 0 { return position < last }
        return start.map { $0 <= time } ?? true
    }
}

/// The endless sequence of a service's events, page by page.
public struct EventSequence: AsyncSequence, Sendable {
    let client: ServiceClient
    let after: UInt64
    let since: Date?

    /// Reads one page after another.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let client: ServiceClient
        var position: UInt64
        let since: Date?

        /// The next page, which has at least one event.
        public mutating func next() async throws -> [Event]? {
            while true {
                do {
                    let page = try await client.events(
                        after: position, waiting: ServiceClient.longestWait / 2, since: since)
                    position = page.next
                    if !page.events.isEmpty { return page.events }
                } catch let failure as Failure where failure.isRetriable {
                    try await Task.sleep(for: failure.retryAfter ?? .milliseconds(200))
                }
            }
        }
    }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(client: client, position: after, since: since)
    }
}
