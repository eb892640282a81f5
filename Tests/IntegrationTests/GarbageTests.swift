import CZeroMQ
import DesignerClient
import Foundation
import Messaging
import Model
import ServiceClient
import TestSupport
import Testing

/// Whatever arrives at a socket, its service continues.
@Suite(.timeLimit(.minutes(2)))
struct GarbageTests {
    @Test func `frames and bytes of garbage on every socket harm no service`() async throws {
        try await Cluster.run(workers: 1) { cluster in
            var before: [ServiceName: ServiceHealth] = [:]
            for name in ServiceName.allCases { before[name] = try await cluster.service(name).health() }
            for name in ServiceName.allCases {
                let endpoint = try ServiceDirectory(environment: cluster.fixture.environment).endpoint(of: name)
                try sendGarbageFrames(to: endpoint.description)
                try sendGarbageBytes(to: endpoint.address)
            }
            for name in ServiceName.allCases {
                let client = try cluster.service(name)
                let after = try await retrying(for: .seconds(10)) { try await client.health() }
                #expect(after.instance == before[name]?.instance, "\(name) is another process than before")
                #expect(after.isReady)
            }
            for part in cluster.parts { #expect(cluster.isRunning(part), "\(part) has ended") }
        }
    }

    @Test func `a scenario of garbage is refused with its file and line`() async throws {
        try await Cluster.run(workers: 1) { cluster in
            let designer = try cluster.designer
            let failure = await #expect(throws: Failure.self) {
                try await designer.publish("{]", file: "bad.yaml", as: ScenarioID.random())
            }
            #expect(failure?.code == .invalidArgument)
            #expect(failure?.message.contains("bad.yaml") == true)
        }
    }

    /// Valid transport messages with meaningless contents.
    private func sendGarbageFrames(to endpoint: String) throws {
        let context = zmq_ctx_new()
        let socket = zmq_socket(context, ZMQ_DEALER)
        defer {
            zmq_close(socket)
            zmq_ctx_term(context)
        }
        var linger: Int32 = 2_000
        zmq_setsockopt(socket, ZMQ_LINGER, &linger, MemoryLayout<Int32>.size)
        guard zmq_connect(socket, endpoint) == 0 else { throw Failure(.unavailable, "cannot connect to \(endpoint)") }
        let noise = (0..<70_000).map { _ in UInt8.random(in: 0...255) }
        // Nested length-delimited fields, as deep as they fit, are the worst that a decoder can meet.
        let nested = [UInt8](repeating: 0x0A, count: noise.count)
        for message in 0..<300 {
            let frames = 1 + message % 5
            for frame in 0..<frames {
                let size = [0, 1, 7, 64, 1_000, 70_000][(message + frame) % 6]
                let bytes = message % 10 == 9 ? nested : noise
                zmq_send(socket, bytes, size, frame < frames - 1 ? ZMQ_SNDMORE : 0)
            }
        }
    }

    /// Bytes that are not valid for the transport.
    private func sendGarbageBytes(to path: String) throws {
        for length in [1, 10, 64, 4_096, 100_000] {
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
            let status = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            guard status == 0 else { throw Failure(.unavailable, "cannot connect to \(path)") }
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ length) }
            _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
    }
}
