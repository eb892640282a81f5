public import Foundation
public import Messaging
import Model
import Schema
public import ServiceClient
public import Storage

/// Answers the routes that every service has.
public struct ServiceHarness: Sendable {
    private static let longestWait: UInt32 = 30_000
    private static let largestPage: UInt32 = 1000

    private let service: ServiceName
    private let events: EventLog
    private let readiness: Readiness
    private let directory: URL
    private let instance = UUID().uuidString.lowercased()
    private let start = ContinuousClock.now

    /// Makes the harness of a service.
    /// - Parameter directory: Folder of the service's data.
    public init(service: ServiceName, events: EventLog, readiness: Readiness, directory: URL) {
        self.service = service
        self.directory = directory
        self.events = events
        self.readiness = readiness
    }

    /// Adds the routes.
    public func register(in router: inout Router) {
        router.on(.health, kind: .control) { _ in
            Wire.HealthReply(
                ServiceHealth(
                    service: service.rawValue, instance: instance, isReady: readiness.isReady,
                    uptime: ContinuousClock.now - start, process: UInt32(getpid()), dataDirectory: directory.path,
                    freeBytes: DiskSpace.free(at: directory) ?? 0))
        }
        router.on(.readEvents, kind: .waiting) { try await read($0) }
        router.on(.tailEvents) { try await tail($0) }
    }

    private func read(_ request: Wire.EventsReadRequest) async throws -> Wire.EventsReadReply {
        let found = try await events.read(
            after: request.after, limit: Self.limit(request.limit),
            since: request.sinceMicroseconds == 0 ? nil : Date(microseconds: request.sinceMicroseconds),
            waiting: .milliseconds(min(request.waitMilliseconds, Self.longestWait)))
        let page = try ReplyPage.fitting(found.map(Wire.Event.init))
        let removal = try await events.removal()
        return Wire.EventsReadReply(
            events: page, next: page.last?.sequence ?? request.after, removed: removal.last,
            removedMicroseconds: removal.time.microseconds)
    }

    private func tail(_ request: Wire.EventsTailRequest) async throws -> Wire.EventsTailReply {
        let (found, last) = try await events.tail(
            before: request.before, limit: Self.limit(request.limit), kind: request.kind, subject: request.subject)
        // If they do not fit into one reply, the newest are kept.
        let page = try ReplyPage.fitting(found.reversed().map(Wire.Event.init))
        return Wire.EventsTailReply(events: page.reversed(), last: last)
    }

    private static func limit(_ asked: UInt32) -> Int { Int(asked == 0 ? largestPage : min(asked, largestPage)) }
}
