import Messaging
import Model
import Schema
import Testing

@Suite(.timeLimit(.minutes(10)))
struct LimitTests {
    @Test func `beyond its limit a server is busy, except for control and waiting routes`() async throws {
        let directory = SocketDirectory()
        let gate = Gate()
        var limits = MessageLimits()
        limits.requestsInFlight = 2
        limits.waitingRequests = 1
        let (busy, control) = try await withServer(
            at: try directory.endpoint(), router: testRouter(gate), limits: limits
        ) { bound, loop in
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            async let first = client.call(.gated, Wire.Attribute(), timeout: .seconds(50))
            async let second = client.call(.gated, Wire.Attribute(), timeout: .seconds(50))
            let poll = Task { try await client.call(.hang, Wire.Attribute(), timeout: .seconds(50)) }
            await gate.reached(3)
            let busy = [
                await #expect(throws: Failure.self) { try await client.call(.echo, Wire.Attribute()) },
                await #expect(throws: Failure.self) { try await client.call(.hang, Wire.Attribute()) },
            ]
            let control = try await client.call(.control, Wire.Attribute(name: "healthy"))
            poll.cancel()
            await gate.open()
            _ = try await (first, second)
            return (busy, control)
        }
        #expect(busy.map { $0?.code } == [.busy, .busy])
        #expect(busy.map { $0?.retryAfter } == [.milliseconds(200), .milliseconds(200)])
        #expect(control.name == "healthy")
    }

    @Test func `a request to a busy server is retried`() async throws {
        let directory = SocketDirectory()
        let gate = Gate()
        var limits = MessageLimits()
        limits.requestsInFlight = 1
        limits.retryAfter = .milliseconds(5)
        let reply = try await withServer(
            at: try directory.endpoint(), router: testRouter(gate), limits: limits
        ) { bound, loop in
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            async let first = client.call(.gated, Wire.Attribute(), timeout: .seconds(50))
            await gate.reached(1)
            async let second = client.callRetrying(.echo, Wire.Attribute(name: "patient"), for: .seconds(50))
            await gate.open()
            _ = try await first
            return try await second
        }
        #expect(reply.name == "patient")
    }

    @Test func `too large a request or reply is refused by its sender`() async throws {
        let directory = SocketDirectory()
        var limits = MessageLimits()
        limits.bodyBytes = 1_000
        limits.attachmentBytes = 2_000
        let failures = try await withServer(at: try directory.endpoint(), limits: limits) { bound, loop in
            let careful = RequestClient(to: bound, loop: loop, logger: quiet, limits: limits)
            let careless = RequestClient(to: bound, loop: loop, logger: quiet)
            let large = Wire.Attribute(value: String(repeating: "x", count: 1_500))
            let reverse = Route<Wire.Attribute, Wire.Attribute>("test.reverse", .store)
            let bytes = [UInt8](repeating: 1, count: 2_500)
            return [
                await #expect(throws: Failure.self) { try await careful.call(.echo, large) },
                await #expect(throws: Failure.self) {
                    try await careful.call(reverse, Wire.Attribute(), attachment: bytes)
                },
                await #expect(throws: Failure.self) { try await careless.call(.echo, large) },
                await #expect(throws: Failure.self) {
                    try await careless.call(reverse, Wire.Attribute(), attachment: bytes)
                },
            ]
        }
        for failure in failures {
            #expect(failure?.code == .invalidArgument)
            #expect(failure?.message.contains("limit") == true)
        }
    }
}
