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

    /// Starts answering; only the user can access the socket's folder.
    /// - Parameter answer: Executes a request. Without a reply, the connection ends as if nobody listened.
    init(at url: URL, answer: @escaping @Sendable (ControlRequest) async -> ControlReply?) throws {
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
                    let reply: ControlReply?
                    do {
                        reply = await answer(try JSONDecoder().decode(ControlRequest.self, from: line))
                    } catch {
                        reply = ControlReply(
                            failure: Failure(
                                .unsupportedVersion,
                                "the supervisor does not understand this version of gyrus; restart it with: gyrus down, gyrus up"
                            ))
                    }
                    if let reply, let data = try? JSONEncoder().encode(reply) { UnixSocket.writeAll(connection, data) }
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

/// A client of a project's supervisor.
public struct ControlClient: Sendable {
    private let path: String

    /// A client of the supervisor that listens at this path.
    public init(at url: URL) {
        path = url.path
    }

    /// Sends a request and returns the answer; nil if no supervisor listens.
    public func send(_ request: ControlRequest) async throws -> ProjectStatus? {
        // A supervisor that exits while answering no longer listens.
        guard let data = try await exchange(try JSONEncoder().encode(request)), data.last == UInt8(ascii: "}")
        else { return nil }
        let reply = try JSONDecoder().decode(ControlReply.self, from: data)
        if let failure = reply.failure { throw failure }
        return reply.status
    }

    /// Sends bytes and returns the response, on a thread that may block, unlike task threads.
    func exchange(_ data: Data) async throws -> Data? {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try blockingExchange(data) })
            }
        }
    }

    /// Connects; "nobody listens" does not include a full queue or a call interrupted by a signal.
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

/// The part of the socket API that control needs.
enum UnixSocket {
    static func make() throws -> Descriptor {
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw Failure(.internal, "cannot create a socket: \(errorText(errno))") }
        return Descriptor(number)
    }

    static func limit(_ socket: Descriptor, seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(socket.number, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket.number, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Calls the body with the address of a path; returns -1 if the path is too long.
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

    /// Reads to the end of the stream; nil on failure or if it is larger than any message.
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

    /// Writes all bytes that the other side accepts.
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
