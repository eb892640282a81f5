package import Messaging
package import Schema

extension Route where Request == Wire.Empty, Reply == Wire.HealthReply {
    /// The state of a service, answered without its database.
    package static var health: Route<Wire.Empty, Wire.HealthReply> { .init("service.health", .read) }
}

extension Route where Request == Wire.EventsReadRequest, Reply == Wire.EventsReadReply {
    /// The events after a position; waits for the first one if there is none yet.
    package static var readEvents: Route<Wire.EventsReadRequest, Wire.EventsReadReply> { .init("events.read", .read) }
}

extension Route where Request == Wire.EventsTailRequest, Reply == Wire.EventsTailReply {
    /// The last events before a position.
    package static var tailEvents: Route<Wire.EventsTailRequest, Wire.EventsTailReply> { .init("events.tail", .read) }
}

extension Route where Request == Wire.Empty, Reply == Wire.MetricsReply {
    /// A service's metrics.
    package static var metrics: Route<Wire.Empty, Wire.MetricsReply> { .init("service.metrics", .read) }
}

extension Route where Request == Wire.Empty, Reply == Wire.SnapshotReply {
    /// Copies a service's current database, for a backup.
    package static var snapshot: Route<Wire.Empty, Wire.SnapshotReply> { .init("service.snapshot", .operate) }
}

extension Route where Request == Wire.SnapshotReadRequest, Reply == Wire.Empty {
    /// Returns one piece of such a copy in the attachment.
    package static var readSnapshot: Route<Wire.SnapshotReadRequest, Wire.Empty> {
        .init("service.snapshot-read", .operate)
    }
}

extension Route where Request == Wire.SnapshotEndRequest, Reply == Wire.Empty {
    /// Removes such a copy.
    package static var endSnapshot: Route<Wire.SnapshotEndRequest, Wire.Empty> {
        .init("service.snapshot-end", .operate)
    }
}
