import CZeroMQ
import Logging
import Model

/// Decides which keys a server admits (ZeroMQ's ZAP, RFC 27). Without it CURVE would let any client in.
struct Authenticator: ~Copyable {
    private let socket: Socket
    private let security: ServerSecurity
    private let logger: Logger

    /// Answers the authentication requests of a context, which has one server.
    init(_ security: ServerSecurity, in context: Context, logger: Logger) throws(Failure) {
        let socket = try Socket(.reply, in: context)
        try socket.bind("inproc://zeromq.zap.01")
        self.socket = socket
        self.security = security
        self.logger = logger
    }

    var descriptor: Int32 { socket.descriptor }

    var hasRequests: Bool { socket.events & ZMQ_POLLIN != 0 }

    /// Answers what has been asked so far.
    func answerAll() {
        // Version, request, domain, address, identity, mechanism, key.
        while let frames = socket.receive(limit: 8) {
            let request = frames.count > 1 ? frames[1].bytes : []
            let isAdmitted = frames.count >= 7 && frames[5].bytes == Array("CURVE".utf8) && admits(frames)
            let status = isAdmitted ? ("200", "OK") : ("400", "The key is not admitted.")
            let texts = ["1.0", nil, status.0, status.1, "", ""]
            _ = socket.send(texts.map { Frame($0.map { Array($0.utf8) } ?? request) })
        }
    }

    private func admits(_ frames: [Frame]) -> Bool {
        let address = String(decoding: frames[3].bytes, as: UTF8.self)
        guard let key = PublicKey(bytes: frames[6].bytes) else { return false }
        do {
            if try security.admits(key) { return true }
            logger.warning("refused a client", metadata: ["key": "\(key)", "address": "\(address)"])
        } catch {
            logger.error("cannot read the admitted keys", metadata: ["reason": "\(Failure(error).message)"])
        }
        return false
    }
}
