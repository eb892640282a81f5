import CZeroMQ
import Logging
import Model

/// Decides which keys a server admits (ZeroMQ's ZAP, RFC 27). Without it CURVE would let any client in.
struct Authenticator: ~Copyable {
    private var socket: Socket
    private let security: ServerSecurity
    private let logger: Logger
    private let report: @Sendable (Refusal) -> Void

    /// Answers the authentication requests of a context, which has one server.
    init(
        _ security: ServerSecurity, in context: Context, logger: Logger, report: @escaping @Sendable (Refusal) -> Void
    ) throws(Failure) {
        let socket = try Socket(.reply, in: context)
        try socket.bind("inproc://zeromq.zap.01")
        self.socket = socket
        self.security = security
        self.logger = logger
        self.report = report
    }

    /// Answers all pending requests, and requests a turn as soon as there are more.
    mutating func answerAll(_ plan: LoopPlan) {
        defer { socket.watch(plan) }
        guard socket.mayReceive(plan) else { return }
        // Version, request, domain, address, identity, mechanism, key.
        while let frames = socket.receive(limit: 8) {
            let request = frames.count > 1 ? frames[1].bytes : []
            let isCurve = frames.count >= 7 && frames[5].bytes == Array("CURVE".utf8)
            let peer = isCurve ? self.peer(frames) : nil
            let status = peer == nil ? ("400", "The key is not admitted.") : ("200", "OK")
            let texts = ["1.0", nil, status.0, status.1, peer?.text ?? "", ""]
            _ = socket.send(texts.map { Frame($0.map { Array($0.utf8) } ?? request) })
        }
    }

    /// The peer that asks; nil if it is not admitted.
    private func peer(_ frames: [Frame]) -> Peer? {
        let address = String(decoding: frames[3].bytes, as: UTF8.self)
        guard let key = PublicKey(bytes: frames[6].bytes) else { return nil }
        do {
            if let role = try security.role(of: key) { return Peer(role: role, key: key) }
            logger.warning("refused a client", metadata: ["key": "\(key)", "address": "\(address)"])
            report(Refusal(key: key, address: address, route: nil, role: nil))
        } catch {
            logger.error("cannot read the admitted keys", metadata: ["reason": "\(Failure(error).message)"])
        }
        return nil
    }
}
