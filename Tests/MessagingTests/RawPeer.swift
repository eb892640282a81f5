import CZeroMQ
import Foundation
import Glibc
import Messaging
import Schema
import Testing

/// A peer that sends arbitrary frames through plain libzmq.
final class RawPeer: @unchecked Sendable {
    // `@unchecked`: each test uses its peers from one task.
    private let context = zmq_ctx_new()
    private let socket: UnsafeMutableRawPointer?

    init(_ kind: Int32 = ZMQ_DEALER) {
        socket = zmq_socket(context, kind)
        var linger: Int32 = 0
        zmq_setsockopt(socket, ZMQ_LINGER, &linger, 4)
        var patience: Int32 = 300_000
        zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience, 4)
        zmq_setsockopt(socket, ZMQ_SNDTIMEO, &patience, 4)
    }

    deinit {
        zmq_close(socket)
        zmq_ctx_term(context)
    }

    func connect(_ endpoint: Endpoint) { #expect(zmq_connect(socket, endpoint.description) == 0) }

    func bind(_ endpoint: Endpoint) { #expect(zmq_bind(socket, endpoint.description) == 0) }

    func send(_ frames: [[UInt8]]) {
        for (index, frame) in frames.enumerated() {
            let status = zmq_send(socket, frame, frame.count, index + 1 < frames.count ? ZMQ_SNDMORE : 0)
            #expect(status == frame.count)
        }
    }

    /// The frames of the next message; empty if none comes.
    func receive() async -> [[UInt8]] {
        // On its own thread, because the few threads of tasks run the server's handlers.
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.next()) }
        }
    }

    private func next() -> [[UInt8]] {
        var frames: [[UInt8]] = []
        repeat {
            var message = zmq_msg_t()
            zmq_msg_init(&message)
            defer { zmq_msg_close(&message) }
            guard zmq_msg_recv(&message, socket, 0) >= 0 else { return [] }
            frames.append([UInt8](UnsafeRawBufferPointer(start: zmq_msg_data(&message), count: zmq_msg_size(&message))))
            if zmq_msg_more(&message) == 0 { return frames }
        } while true
    }

    /// The failure in the next reply.
    func failure() async throws -> Wire.Failure? {
        let frames = await receive()
        return try Wire.ReplyHeader(bytes: try #require(frames.first)).failure
    }
}

/// Connects to a socket file and writes bytes that are not ZeroMQ.
func writeBytes(_ bytes: [UInt8], to endpoint: Endpoint) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: endpoint.address.utf8) }
    let connected = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    #expect(connected == 0)
    _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
}
