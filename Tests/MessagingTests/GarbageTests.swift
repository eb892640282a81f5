import CZeroMQ
import Messaging
import Model
import Schema
import Testing

@Suite(.timeLimit(.minutes(10)))
struct GarbageTests {
    private func header(
        version: UInt32 = Wire.version, id: UInt64 = 7, route: String = "test.echo"
    ) throws -> [UInt8] {
        try Wire.RequestHeader(version: version, id: id, route: route).encodedBytes()
    }

    @Test func `frames of garbage are answered or dropped, and the server continues`() async throws {
        let directory = SocketDirectory()
        let reply = try await withServer(at: try directory.endpoint()) { bound, loop in
            var random = SystemRandomNumberGenerator()
            for _ in 0..<5 {
                let peer = RawPeer()
                peer.connect(bound)
                for _ in 0..<40 {
                    let frames = (0..<Int.random(in: 1...6)).map { _ in
                        (0..<Int.random(in: 0...300)).map { _ in UInt8.random(in: 0...255, using: &random) }
                    }
                    peer.send(frames)
                }
                peer.send([[]])
                peer.send(Array(repeating: [1, 2, 3], count: 100))
                _ = await peer.receive()
            }
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            return try await client.call(.echo, Wire.Attribute(name: "still here"))
        }
        #expect(reply.name == "still here")
    }

    @Test func `bytes that are not ZeroMQ do not disturb the server`() async throws {
        let directory = SocketDirectory()
        let reply = try await withServer(at: try directory.endpoint()) { bound, loop in
            for size in [1, 10, 64, 5_000] {
                writeBytes((0..<size).map { _ in UInt8.random(in: 0...255) }, to: bound)
            }
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            return try await client.call(.echo, Wire.Attribute(name: "still here"))
        }
        #expect(reply.name == "still here")
    }

    @Test func `an invalid header is refused as such`() async throws {
        let directory = SocketDirectory()
        let failure = try await withServer(at: try directory.endpoint()) { bound, _ in
            let peer = RawPeer()
            peer.connect(bound)
            peer.send([[0xff, 0xff, 0xff], [1]])
            return try await peer.failure()
        }
        #expect(failure?.code == "invalid-argument")
    }

    @Test func `a body of another type is refused by name`() async throws {
        let directory = SocketDirectory()
        let header = try header()
        let failure = try await withServer(at: try directory.endpoint()) { bound, _ in
            let peer = RawPeer()
            peer.connect(bound)
            peer.send([header, [0x0a, 0xff, 0x01]])
            return try await peer.failure()
        }
        #expect(failure?.code == "invalid-argument")
        #expect(failure?.message.contains("test.echo") == true)
    }

    @Test func `a header without a body is refused`() async throws {
        let directory = SocketDirectory()
        let header = try header()
        let failure = try await withServer(at: try directory.endpoint()) { bound, _ in
            let peer = RawPeer()
            peer.connect(bound)
            peer.send([header])
            return try await peer.failure()
        }
        #expect(failure?.code == "invalid-argument")
    }

    @Test func `an unknown route and another version have their own failures`() async throws {
        let directory = SocketDirectory()
        let (unknown, version) = (try header(route: "test.nothing"), try header(version: 9))
        let codes = try await withServer(at: try directory.endpoint()) { bound, _ in
            let peer = RawPeer()
            peer.connect(bound)
            peer.send([unknown, []])
            let first = try await peer.failure()?.code
            peer.send([version, []])
            return [first, try await peer.failure()?.code]
        }
        #expect(codes == ["unknown-route", "unsupported-version"])
    }

    @Test func `the ID of a request in flight is refused`() async throws {
        let directory = SocketDirectory()
        let gate = Gate()
        let header = try header(id: 3, route: "test.gated")
        let failure = try await withServer(at: try directory.endpoint(), router: testRouter(gate)) { bound, _ in
            let peer = RawPeer()
            peer.connect(bound)
            peer.send([header, []])
            await gate.reached(1)
            peer.send([header, []])
            let failure = try await peer.failure()
            await gate.open()
            _ = await peer.receive()
            return failure
        }
        #expect(failure?.code == "conflict")
    }

    @Test func `an oversized body is refused, an oversized frame cuts the connection, and the server continues`()
        async throws
    {
        let directory = SocketDirectory()
        let header = try header()
        let (failure, reply) = try await withServer(at: try directory.endpoint()) { bound, loop in
            let peer = RawPeer()
            peer.connect(bound)
            peer.send([header, Array(repeating: 0, count: 2 << 20)])
            let failure = try await peer.failure()
            let other = RawPeer()
            other.connect(bound)
            other.send([header, Array(repeating: 0, count: 9 << 20)])
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            return (failure, try await client.call(.echo, Wire.Attribute(name: "still here")))
        }
        #expect(failure?.code == "invalid-argument")
        #expect(reply.name == "still here")
    }

    @Test func `a client ignores nonsensical replies`() async throws {
        let directory = SocketDirectory()
        let endpoint = try directory.endpoint()
        try directory.make()
        let server = RawPeer(ZMQ_ROUTER)
        server.bind(endpoint)
        let client = RequestClient(to: endpoint, loop: MessageLoop(), logger: quiet)
        async let reply = client.call(.echo, Wire.Attribute(name: "x"))
        let frames = await server.receive()
        try #require(frames.count > 1, "the client's request did not come")
        let id = try Wire.RequestHeader(bytes: frames[1]).id
        let body = try Wire.Attribute(name: "right").encodedBytes()
        server.send([frames[0], [0xff, 0xff]])
        server.send([frames[0], []])
        server.send([frames[0], try Wire.ReplyHeader(version: Wire.version, id: id + 1).encodedBytes(), body])
        server.send([frames[0], try Wire.ReplyHeader(version: Wire.version, id: id).encodedBytes(), body])
        let received = try await reply
        #expect(received.name == "right")
    }
}
