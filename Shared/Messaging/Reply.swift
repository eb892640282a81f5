import Model
import Schema

/// Makes the frames of replies: routing identity, header, body, attachment.
enum Reply {
    typealias Key = WorkTable<Task<Void, Never>>.Key

    static func frames(to key: Key, body: Frame, attachment: Frame?, limits: MessageLimits) throws -> [Frame] {
        // Whatever came in with one request can go out again, with what belongs around it.
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
        // Encoding refuses only the character NUL, which a wire failure never has.
        return [Frame(key.peer), (try? Frame(header)) ?? Frame()]
    }

    /// What the client is told about an error of a handler.
    static func failure(_ error: any Error, route: String) -> Failure {
        error is CancellationError
            ? Failure(.unavailable, "The service gave up '\(route)' because it stops or the time was over; ask again.")
            : Failure(error)
    }

    static func forbidden(_ route: String, to role: Role?, _ access: Access) -> Failure {
        let roles = access.roles.map(\.rawValue).joined(separator: " or ")
        return Failure(
            .permissionDenied,
            "A key of the role \(role?.rawValue ?? "none") may not use '\(route)', which needs the role \(roles); ask who "
                + "runs the services for such a key.")
    }

    static let stopping = Failure(.unavailable, "The service stops; ask again when it is back.")

    static let garbage = Failure(
        .invalidArgument, "This is no request of Gyrus: it needs the frames header, body and perhaps an attachment.")

    static func unsupported(_ version: UInt32) -> Failure {
        Failure(
            .unsupportedVersion,
            "The service speaks version \(Wire.version) of the protocol and the request has version \(version); "
                + "use the same release of Gyrus on both ends.")
    }

    static func unknown(_ route: String) -> Failure {
        Failure(
            .unknownRoute, "The service has no route '\(route)'; is this its endpoint, and the same release of Gyrus?")
    }
}
