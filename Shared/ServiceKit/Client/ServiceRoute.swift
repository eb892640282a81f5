public import Messaging
public import Schema

extension Route where Request == Wire.Empty, Reply == Wire.HealthReply {
    /// The state of a service, answered without its database.
    public static var health: Self { Self("service.health", .read) }
}

extension Route where Request == Wire.EventsReadRequest, Reply == Wire.EventsReadReply {
    /// The events after a position, waiting for the first one if there is none yet.
    public static var readEvents: Self { Self("events.read", .read) }
}

extension Route where Request == Wire.EventsTailRequest, Reply == Wire.EventsTailReply {
    /// The last events before a position.
    public static var tailEvents: Self { Self("events.tail", .read) }
}
