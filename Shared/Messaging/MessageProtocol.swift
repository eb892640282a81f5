import CZeroMQ
import Model

/// Conventions of both ends of a connection beyond the schema.
enum MessageProtocol {
    /// The route with which a client cancels its request of the same identity; it is not answered.
    static let cancellation = "messaging.withdraw"
    /// Maximum number of frames of a message that are read: routing identity, header, body, attachment.
    static let frameLimit = 4
    /// Maximum number of messages that a socket delivers in one turn of the loop.
    static let turnBudget = 256
}

extension Failure {
    static func tooLarge(_ what: String, _ size: Int, limit: Int) -> Failure {
        Failure(.invalidArgument, "The \(what) has \(size) bytes, but the limit is \(limit); send it in parts.")
    }

    static func keysMissing(_ endpoint: Endpoint) -> Failure {
        Failure(
            .permissionDenied,
            "\(endpoint) is reachable from other machines and requires keys; create some with `gyrus keys make <file>` "
                + "and name them in the configuration, or use an ipc:// or tcp://127.0.0.1 endpoint.")
    }
}

extension Socket {
    /// Makes the socket a CURVE client.
    func useKeys(_ security: Security) throws(Failure) {
        try set(ZMQ_CURVE_SERVERKEY, text: security.server.z85)
        try set(ZMQ_CURVE_PUBLICKEY, text: security.keys.publicKey.z85)
        try set(ZMQ_CURVE_SECRETKEY, text: security.keys.secretKey)
    }

    /// Makes the socket a CURVE server; an ``Authenticator`` in the same context decides which clients are admitted.
    func useKeys(_ security: ServerSecurity) throws(Failure) {
        try set(ZMQ_CURVE_SERVER, Int32(1))
        try set(ZMQ_ZAP_DOMAIN, text: "gyrus")
        try set(ZMQ_CURVE_SECRETKEY, text: security.keys.secretKey)
    }
}
