public import Schema

/// The name of something a server can be asked for, with the messages that go there and come back.
///
/// Client targets declare their routes as members, so that client and server cannot disagree:
/// ```swift
/// extension Route where Request == Wire.SubmitRequest, Reply == Wire.SubmitReply {
///     public static var submit: Self { Self("queue.submit", .submit) }
/// }
/// ```
public struct Route<Request: WireMessage, Reply: WireMessage>: Hashable, Sendable {
    /// The name as it is sent.
    public let name: String

    /// What it does, and so which roles may use it.
    public let access: Access

    /// Makes a route from its name and what it does.
    public init(_ name: String, _ access: Access) {
        self.name = name
        self.access = access
    }
}
