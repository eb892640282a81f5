import CZeroMQ
import Foundation
import Logging
import Messaging
import Model
import Schema
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(10)))
struct LifecycleTests {
    @Test func `canceling the task cancels its request at the server`() async throws {
        let directory = SocketDirectory()
        let gate = Gate()
        let wasCancelled = try await withServer(at: try directory.endpoint(), router: testRouter(gate)) { bound, loop in
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            let asking = Task { try await client.call(.hang, Wire.Attribute(), timeout: .seconds(600)) }
            await gate.reached(1)
            asking.cancel()
            // The second arrival is the cancellation of the handler, which only the client's cancellation can cause.
            await gate.reached(2)
            let result = await asking.result
            return if case .failure(let error) = result { error is CancellationError } else { false }
        }
        #expect(wasCancelled)
        let cancellations = await gate.cancellations
        #expect(cancellations == 1)
    }

    @Test func `closing a connection while its server stops blocks no other connection`() async throws {
        let directory = SocketDirectory()
        let loop = MessageLoop()
        for round in 0..<300 {
            try await withServer(at: try directory.endpoint("\(round)"), loop: loop) { bound, loop in
                let clients = (0..<4).map { _ in RequestClient(to: bound, loop: loop, logger: quiet) }
                for client in clients { _ = try await client.call(.echo, Wire.Attribute()) }
                for client in clients { await client.close() }
            }
        }
    }

    @Test func `canceling the task ends a wait for a missing server`() async throws {
        let directory = SocketDirectory()
        let client = RequestClient(
            to: try directory.endpoint(), loop: MessageLoop(), logger: quiet, connectTimeout: .seconds(600))
        let asking = Task { try await client.call(.echo, Wire.Attribute(), timeout: .seconds(600)) }
        asking.cancel()
        await #expect(throws: CancellationError.self) { try await asking.value }
    }

    @Test func `a silent handler exceeds the deadline at both ends`() async throws {
        let directory = SocketDirectory()
        let gate = Gate()
        let failure = try await withServer(at: try directory.endpoint(), router: testRouter(gate)) { bound, loop in
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            // The deadline must not pass before the connection exists, because then nothing reaches the handler.
            _ = try await client.call(.echo, Wire.Attribute(), timeout: .seconds(60))
            let failure = await #expect(throws: Failure.self) {
                try await client.call(.hang, Wire.Attribute(), timeout: .milliseconds(100))
            }
            await gate.reached(2)
            return failure
        }
        #expect(failure?.code == .deadlineExceeded)
        #expect(failure?.isRetriable == true)
        #expect(failure?.message.contains("test.hang") == true)
    }

    @Test func `a missing server is reported with its endpoint and advice`() async throws {
        let directory = SocketDirectory()
        let endpoint = try directory.endpoint()
        let client = RequestClient(to: endpoint, loop: MessageLoop(), logger: quiet)
        let start = ContinuousClock.now
        let failure = await #expect(throws: Failure.self) {
            try await client.call(.echo, Wire.Attribute(), timeout: .milliseconds(150))
        }
        // The suite's time limit checks that it ends at all; how soon depends on the machine.
        #expect(ContinuousClock.now - start >= .milliseconds(150))
        #expect(failure?.code == .unavailable)
        #expect(failure?.message.contains(endpoint.description) == true)
        #expect(failure?.message.contains("gyrus ps") == true)
    }

    @Test func `a client waits for a server that starts later`() async throws {
        let directory = SocketDirectory()
        let endpoint = try directory.endpoint()
        let client = RequestClient(to: endpoint, loop: MessageLoop(), logger: quiet, connectTimeout: .seconds(30))
        let early = Task { try await client.call(.echo, Wire.Attribute(name: "early"), timeout: .seconds(30)) }
        let reply = try await withServer(at: endpoint) { _, _ in try await early.value }
        #expect(reply.name == "early")
    }

    @Test func `a client survives restarts of its server`() async throws {
        let directory = SocketDirectory()
        let endpoint = try directory.endpoint()
        let client = RequestClient(to: endpoint, loop: MessageLoop(), logger: quiet, connectTimeout: .seconds(30))
        for round in 0..<4 {
            let reply = try await withServer(at: endpoint) { _, _ in
                try await client.callRetrying(.echo, Wire.Attribute(name: "\(round)"), for: .seconds(30))
            }
            #expect(reply.name == "\(round)")
        }
    }

    @Test func `a request to a server that dies fails immediately as retriable`() async throws {
        let directory = SocketDirectory()
        let endpoint = try directory.endpoint()
        try directory.make()
        let client = RequestClient(to: endpoint, loop: MessageLoop(), logger: quiet)
        var server: RawPeer? = RawPeer(ZMQ_ROUTER)
        server?.bind(endpoint)
        let asking = Task { try await client.call(.echo, Wire.Attribute(), timeout: .seconds(600)) }
        _ = await server?.receive()
        server = nil
        let failure = await #expect(throws: Failure.self) { try await asking.value }
        #expect(failure?.code == .unavailable)
        #expect(failure?.isRetriable == true)
    }

    @Test func `a retried call gets its answer from the next server`() async throws {
        let directory = SocketDirectory()
        let endpoint = try directory.endpoint()
        try directory.make()
        let client = RequestClient(to: endpoint, loop: MessageLoop(), logger: quiet)
        var server: RawPeer? = RawPeer(ZMQ_ROUTER)
        server?.bind(endpoint)
        let asking = Task {
            try await client.callRetrying(.echo, Wire.Attribute(name: "again"), for: .seconds(40))
        }
        _ = await server?.receive()
        server = nil
        let reply = try await withServer(at: endpoint) { _, _ in try await asking.value }
        #expect(reply.name == "again")
    }

    @Test func `closing a client fails waiting requests`() async throws {
        let directory = SocketDirectory()
        let gate = Gate()
        let failures = try await withServer(at: try directory.endpoint(), router: testRouter(gate)) { bound, loop in
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            let asking = Task { try await client.call(.hang, Wire.Attribute(), timeout: .seconds(600)) }
            await gate.reached(1)
            await client.close()
            let waiting = await #expect(throws: Failure.self) { try await asking.value }
            let later = await #expect(throws: Failure.self) { try await client.call(.echo, Wire.Attribute()) }
            return [waiting?.code, later?.code]
        }
        #expect(failures == [.cancelled, .cancelled])
    }
}

@Suite(.timeLimit(.minutes(10)))
struct DrainTests {
    @Test func `on graceful shutdown requests in flight are answered and long polls end`() async throws {
        let directory = SocketDirectory()
        let endpoint = try directory.endpoint()
        let gate = Gate()
        let loop = MessageLoop()
        var limits = MessageLimits()
        limits.drain = .seconds(600)
        let server = RequestServer(
            endpoint: endpoint, router: testRouter(gate), loop: loop, logger: quiet, limits: limits)
        let group = ServiceGroup(services: [server], logger: quiet)
        let running = Task { try await group.run() }
        let client = RequestClient(to: try await server.boundEndpoint, logger: quiet)
        let working = Task { try await client.call(.gated, Wire.Attribute(name: "kept"), timeout: .seconds(600)) }
        let polling = Task { try await client.call(.hang, Wire.Attribute(), timeout: .seconds(600)) }
        await gate.reached(2)
        await group.triggerGracefulShutdown()
        // The long poll is canceled; the work continues until the gate opens.
        let ended = await #expect(throws: Failure.self) { try await polling.value }
        await gate.open()
        let reply = try await working.value
        try await running.value
        #expect(reply.name == "kept")
        #expect(ended?.code == .unavailable)
        #expect(!FileManager.default.fileExists(atPath: endpoint.address))
    }

    @Test func `a request that does not end in time is abandoned with an answer`() async throws {
        let directory = SocketDirectory()
        let gate = Gate()
        var limits = MessageLimits()
        limits.drain = .milliseconds(50)
        let server = RequestServer(
            endpoint: try directory.endpoint(), router: testRouter(gate), loop: MessageLoop(), logger: quiet,
            limits: limits)
        let running = Task { try await server.run() }
        let client = RequestClient(to: try await server.boundEndpoint, logger: quiet)
        let asking = Task { try await client.call(.gated, Wire.Attribute(), timeout: .seconds(600)) }
        await gate.reached(1)
        running.cancel()
        try await running.value
        let failure = await #expect(throws: Failure.self) { try await asking.value }
        #expect(failure?.code == .unavailable)
        await gate.open()
    }
}
