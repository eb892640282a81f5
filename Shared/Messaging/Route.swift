public import Schema

/// The name of an operation of a server, with its request and reply messages.
///
/// Client targets declare their routes as members, so that client and server cannot disagree:
/// ```swift
/// extension Route where Request == Wire.SubmitRequest, Reply == Wire.SubmitReply {
///     public static var submit: Self { Self("queue.submit", .submit) }
/// }
/// ```
public struct Route<Request: WireMessage, Reply: WireMessage>: Hashable, Sendable {
    /// The name as sent in requests.
    public let name: String

    /// What it does, which determines the roles that may use it.
    public let access: Access

    /// Makes a route from its name and what it does.
    public init(_ name: String, _ access: Access) {
        self.name = name
        self.access = access
    }
}
