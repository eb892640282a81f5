import Model
import Schema

/// Makes the frames of replies: routing identity, header, body, attachment.
enum Reply {
    typealias Key = WorkTable<Task<Void, Never>>.Key

    static func frames(to key: Key, body: Frame, attachment: Frame?, limits: MessageLimits) throws -> [Frame] {
        // Anything that came in with a request must fit into a reply, including the parts around it.
        let limit = limits.bodyBytes + limits.slack
        guard body.count <= limit else { throw Failure.tooLarge("reply", body.count, limit: limit) }
        if let attachment, attachment.count > limits.attachmentBytes {
            throw Failure.tooLarge("attachment of the reply", attachment.count, limit: limits.attachmentBytes)
        }
        let header = try Frame(Wire.ReplyHeader(version: Wire.version, id: key.id))
        return [Frame(key.peer), header, body] + (attachment.map { [$0] } ?? [])
    }

    static func frames(to key: Key, failure: Failure) -> [Frame] {
        let header = Wire.ReplyHeader(version: Wire.version, id: key.id, failure: Wire.Failure(failure))
        // Encoding rejects only the NUL character, which a wire failure never contains.
        return [Frame(key.peer), (try? Frame(header)) ?? Frame()]
    }

    /// The failure that a client gets for an error of a handler.
    static func failure(_ error: any Error, route: String) -> Failure {
        error is CancellationError
            ? Failure(
                .unavailable, "The service abandoned '\(route)' because it is stopping or the time is up; try again.")
            : Failure(error)
    }

    static func forbidden(_ route: String, to role: Role?, _ access: Access) -> Failure {
        let roles = access.roles.map(\.rawValue).joined(separator: " or ")
        return Failure(
            .permissionDenied,
            "A key of the role \(role?.rawValue ?? "none") may not use '\(route)', which requires the role \(roles); "
                + "ask the operator of the services for such a key.")
    }

    static let stopping = Failure(.unavailable, "The service is stopping; try again when it is back.")

    static let garbage = Failure(
        .invalidArgument,
        "This is not a Gyrus request: it needs a header frame, a body frame and optionally an attachment.")

    static func unsupported(_ version: UInt32) -> Failure {
        Failure(
            .unsupportedVersion,
            "The service speaks version \(Wire.version) of the protocol, but the request has version \(version); "
                + "use the same release of Gyrus on both ends.")
    }

    static func unknown(_ route: String) -> Failure {
        Failure(
            .unknownRoute, "The service has no route '\(route)'; is this its endpoint, and the same release of Gyrus?")
    }
}
