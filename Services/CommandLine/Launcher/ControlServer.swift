import CProcess
@preconcurrency import Dispatch
public import Foundation
import Glibc
import HelperProcesses
import Model

/// Answers requests on a Unix socket: one JSON line in, one JSON line out, per connection.
final class ControlServer: Sendable {
    private let path: String
    private let source: any DispatchSourceRead

    /// Begins to answer; the socket's folder admits only the user.
    init(at url: URL, answer: @escaping @Sendable (ControlRequest) async -> ControlReply) throws {
        path = url.path
        unlink(path)
        let socket = try UnixSocket.make()
        guard UnixSocket.withAddress(path, { bind(socket.number, $0, $1) }) == 0, listen(socket.number, 64) == 0 else {
            throw Failure(.internal, "cannot listen on '\(path)': \(errorText(errno))")
        }
        let connections = DispatchQueue(label: "control", attributes: .concurrent)
        source = DispatchSource.makeReadSource(fileDescriptor: socket.number, queue: DispatchQueue(label: "accept"))
        source.setEventHandler {
            let number = gyrus_accept(socket.number)
            guard number >= 0 else { return }
            let connection = Descriptor(number)
            UnixSocket.limit(connection, seconds: 5)
            connections.async {
                guard let line = UnixSocket.readAll(connection) else { return }
                Task {
                    let reply: ControlReply
                    do {
                        reply = await answer(try JSONDecoder().decode(ControlRequest.self, from: line))
                    } catch {
                        reply = ControlReply(
                            failure: Failure(
                                .unsupportedVersion,
                                "the supervisor does not understand this gyrus; restart it with: gyrus down, gyrus up"))
                    }
                    if let data = try? JSONEncoder().encode(reply) { UnixSocket.writeAll(connection, data) }
                }
            }
        }
        source.setCancelHandler { _ = socket }
        source.resume()
    }

    /// Stops answering and removes the socket.
    func close() {
        unlink(path)
        source.cancel()
    }
}

/// Asks a project's supervisor.
public struct ControlClient: Sendable {
    private let path: String

    /// A client of the supervisor that listens at this place.
    public init(at url: URL) {
        path = url.path
    }

    /// Sends a request and returns the answer; nil where no supervisor listens.
    public func send(_ request: ControlRequest) async throws -> ProjectStatus? {
        // A supervisor that ends while it answers is one that listens no more.
        guard let data = try await exchange(try JSONEncoder().encode(request)), data.last == UInt8(ascii: "}")
        else { return nil }
        let reply = try JSONDecoder().decode(ControlReply.self, from: data)
        if let failure = reply.failure { throw failure }
        return reply.status
    }

    /// Sends bytes and returns what comes back; on a thread that may block, which those of tasks may not.
    func exchange(_ data: Data) async throws -> Data? {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try blockingExchange(data) })
            }
        }
    }

    /// Connects; only a place where nobody listens is one, and not one whose queue is full or a call that a signal cut short.
    private func reach(_ socket: Descriptor) -> Bool {
        for _ in 0..<500 {
            if UnixSocket.withAddress(path, { connect(socket.number, $0, $1) }) == 0 { return true }
            guard errno == EINTR || errno == EAGAIN else { return errno == EISCONN }
            usleep(10_000)
        }
        return false
    }

    private func blockingExchange(_ data: Data) throws -> Data? {
        let socket = try UnixSocket.make()
        guard reach(socket) else { return nil }
        UnixSocket.writeAll(socket, data)
        shutdown(socket.number, Int32(SHUT_WR))
        return UnixSocket.readAll(socket)
    }
}

/// The little of the socket interface that control needs.
enum UnixSocket {
    static func make() throws -> Descriptor {
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw Failure(.internal, "cannot make a socket: \(errorText(errno))") }
        return Descriptor(number)
    }

    static func limit(_ socket: Descriptor, seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket.number, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Hands out the address of a path; -1 where the path is too long for one.
    static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Everything up to the end of the stream; nil where it fails or is larger than any message.
    static func readAll(_ socket: Descriptor) -> Data? {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65536)
        while data.count < 1 << 24 {
            let count = read(socket.number, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return data }
            data.append(contentsOf: buffer[..<count])
        }
        return nil
    }

    /// Writes all of it, as far as the other side takes it.
    static func writeAll(_ socket: Descriptor, _ data: Data) {
        data.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
            var rest = bytes[...]
            while !rest.isEmpty {
                let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress
                let count = send(socket.number, start, rest.count, Int32(MSG_NOSIGNAL))
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}
