import Logging
import Messaging
import Model
import Schema
import Testing

@Suite(.timeLimit(.minutes(10)))
struct RequestTests {
    @Test(arguments: ["ipc", "tcp", "inproc"])
    func `a request is answered`(transport: String) async throws {
        let directory = SocketDirectory()
        let endpoint =
            switch transport {
            case "ipc": try directory.endpoint()
            case "tcp": try Endpoint("tcp://127.0.0.1:*")
            default: try Endpoint("inproc://answered")
            }
        let reply = try await withServer(at: endpoint) { bound, loop in
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            let reply = try await client.call(.echo, Wire.Attribute(name: "area", value: "V4"))
            await client.close()
            return reply
        }
        #expect(reply == Wire.Attribute(name: "area", value: "V4"))
    }

    @Test func `many requests at the same time each get their own answer`() async throws {
        let directory = SocketDirectory()
        let sum = try await withServer(at: try directory.endpoint()) { bound, loop in
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            return try await withThrowingTaskGroup(of: Int.self) { group in
                for lane in 0..<64 {
                    group.addTask {
                        var right = 0
                        for step in 0..<50 {
                            let request = Wire.Attribute(name: "\(lane)", value: "\(step)")
                            if try await client.call(.echo, request) == request { right += 1 }
                        }
                        return right
                    }
                }
                return try await group.reduce(0, +)
            }
        }
        #expect(sum == 64 * 50)
    }

    @Test func `attachments are sent along with the message`() async throws {
        let directory = SocketDirectory()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let (reply, reversed) = try await withServer(at: try directory.endpoint()) { bound, loop in
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            let route = Route<Wire.Attribute, Wire.Attribute>("test.reverse", .store)
            return try await client.call(route, Wire.Attribute(name: "blob"), attachment: bytes)
        }
        #expect(reply.name == "blob")
        #expect(reversed == Array(bytes.reversed()))
    }

    @Test func `a failure of the handler arrives unchanged`() async throws {
        let directory = SocketDirectory()
        let failure = try await withServer(at: try directory.endpoint()) { bound, loop in
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            return await #expect(throws: Failure.self) { try await client.call(.fail, Wire.Attribute(name: "x")) }
        }
        #expect(failure == Failure(.notFound, "There is no 'x'.", retryAfter: .milliseconds(70)))
    }
}
