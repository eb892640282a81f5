public import struct Foundation.Date

/// Something that happened in a service, recorded in the same transaction as the change itself.
public struct Event: Hashable, Sendable, Codable {
    /// Position in the service's log; increases by one with each event and is never reused.
    public let sequence: UInt64
    /// When it happened.
    public let time: Date
    /// Name of the service that recorded it.
    public let service: String
    /// What happened, as `noun.verb`, such as `task.leased` or `trial.finished`.
    public let kind: String
    /// Identity of the thing it happened to.
    public let subject: String
    /// Details.
    public let attributes: [String: String]

    /// Makes an event that was read from a log.
    public init(
        sequence: UInt64, time: Date, service: String, kind: String, subject: String, attributes: [String: String]
    ) {
        self.sequence = sequence
        self.time = time
        self.service = service
        self.kind = kind
        self.subject = subject
        self.attributes = attributes
    }
}
