import Schema

/// The routes of a server with their handlers.
///
/// ```swift
/// var router = Router()
/// router.on(.health, kind: .control) { _ in health }
/// router.on(.pull, kind: .waiting) { try await queue.pull($0) }
/// ```
public struct Router: Sendable {
    /// How a route is treated under load, and when the server stops.
    public enum Kind: Sendable {
        /// Counts against the server's limit; finishes when the server stops.
        case ordinary
        /// Answered even if the server is full, such as health.
        case control
        /// Waits for something to happen (a long poll): has a separate limit, and is canceled when the server stops.
        case waiting
    }

    struct Handler: Sendable {
        let kind: Kind
        let access: Access
        let answer: @concurrent @Sendable (Frame, Frame?) async throws -> (Frame, Frame?)
    }

    private(set) var handlers: [String: Handler] = [:]

    /// A router without routes.
    public init() {}

    /// Answers a route; the handler runs off the message loop and throws a `Failure` to refuse.
    public mutating func on<Request, Reply>(
        _ route: Route<Request, Reply>, kind: Kind = .ordinary,
        _ handler: @Sendable @escaping (Request) async throws -> Reply
    ) {
        add(route, kind) { body, _ in
            (try Frame(await handler(body.decode(as: "body of '\(route.name)'"))), nil)
        }
    }

    /// Answers a route whose requests and replies carry bytes in addition to the message.
    public mutating func on<Request, Reply>(
        _ route: Route<Request, Reply>, kind: Kind = .ordinary,
        _ handler: @Sendable @escaping (Request, [UInt8]) async throws -> (Reply, [UInt8])
    ) {
        add(route, kind) { body, attachment in
            let request: Request = try body.decode(as: "body of '\(route.name)'")
            let (reply, bytes) = try await handler(request, attachment?.bytes ?? [])
            return (try Frame(reply), bytes.isEmpty ? nil : Frame(bytes))
        }
    }

    /// Answers a route whose requests and replies carry a buffer in addition to the message, which is passed without
    /// copying.
    public mutating func onAttachment<Request, Reply>(
        _ route: Route<Request, Reply>, kind: Kind = .ordinary,
        _ handler: @Sendable @escaping (Request, Attachment?) async throws -> (Reply, Attachment?)
    ) {
        add(route, kind) { body, attachment in
            let request: Request = try body.decode(as: "body of '\(route.name)'")
            let (reply, buffer) = try await handler(request, attachment.map(Attachment.init))
            return (try Frame(reply), buffer?.frame)
        }
    }

    private mutating func add<Request, Reply>(
        _ route: Route<Request, Reply>, _ kind: Kind,
        _ answer: @concurrent @Sendable @escaping (Frame, Frame?) async throws -> (Frame, Frame?)
    ) {
        precondition(handlers[route.name] == nil, "The route '\(route.name)' has two handlers.")
        handlers[route.name] = Handler(kind: kind, access: route.access, answer: answer)
    }
}
