import Foundation
import Logging
import Messaging
import Model
import Schema
import Synchronization
import Testing

extension Route where Request == Wire.Attribute, Reply == Wire.Attribute {
    static var echo: Self { Self("test.echo", .read) }
    static var hang: Self { Self("test.hang", .read) }
    static var gated: Self { Self("test.gated", .read) }
    static var control: Self { Self("test.control", .read) }
    static var nowhere: Self { Self("test.nowhere", .read) }
}

extension Route where Request == Wire.Attribute, Reply == Wire.Empty {
    static var fail: Self { Self("test.fail", .operate) }
}

/// A test's own directory for socket files, with a path short enough for the kernel's limit.
struct SocketDirectory: ~Copyable {
    let url = URL(filePath: "/tmp/gyrus-m-\(UInt32.random(in: .min ... .max))")

    func endpoint(_ name: String = "s") throws -> Endpoint {
        try Endpoint("ipc://\(url.path(percentEncoded: false))/\(name)")
    }

    func make() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }
}

/// Lets a test block handlers and wait until some are blocked.
actor Gate {
    private var held: [CheckedContinuation<Void, Never>] = []
    private var isOpen = false
    private var waiting: [(Int, CheckedContinuation<Void, Never>)] = []
    private(set) var arrivals = 0
    private(set) var cancellations = 0

    func pass() async {
        arrive()
        if !isOpen { await withCheckedContinuation { held.append($0) } }
    }

    /// Blocks until the task is canceled.
    func hang() async throws {
        arrive()
        do {
            try await Task.sleep(for: .seconds(3600))
        } catch {
            cancellations += 1
            arrive()
            throw error
        }
    }

    /// Returns when the number of arrivals and cancellations of handlers reaches a value.
    func reached(_ count: Int) async {
        if arrivals < count { await withCheckedContinuation { waiting.append((count, $0)) } }
    }

    func open() {
        isOpen = true
        for continuation in held { continuation.resume() }
        held = []
    }

    private func arrive() {
        arrivals += 1
        let due = waiting.filter { $0.0 <= arrivals }
        waiting.removeAll { $0.0 <= arrivals }
        for (_, continuation) in due { continuation.resume() }
    }
}

func testRouter(_ gate: Gate = Gate()) -> Router {
    var router = Router()
    router.on(.echo) { request in request }
    router.on(Route<Wire.Attribute, Wire.Attribute>("test.reverse", .store)) { request, bytes in
        (request, Array(bytes.reversed()))
    }
    router.on(.fail) { request -> Wire.Empty in
        throw Failure(.notFound, "There is no '\(request.name)'.", retryAfter: .milliseconds(70))
    }
    router.on(.hang, kind: .waiting) { request in
        try await gate.hang()
        return request
    }
    router.on(.gated) { request in
        await gate.pass()
        return request
    }
    router.on(.control, kind: .control) { request in request }
    return router
}

var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

/// Runs a server on its own loop while `body` runs, and waits for its end.
func withServer<Result: Sendable>(
    at endpoint: Endpoint, router: Router = testRouter(), security: ServerSecurity? = nil,
    limits: MessageLimits = MessageLimits(), loop: MessageLoop = MessageLoop(), logger: Logger = quiet,
    reporting report: @escaping @Sendable (Refusal) -> Void = { _ in },
    _ body: (Endpoint, MessageLoop) async throws -> Result
) async throws -> Result {
    let server = RequestServer(
        endpoint: endpoint, router: router, security: security, loop: loop, logger: logger, limits: limits,
        reporting: report)
    let running = Task { try await server.run() }
    do {
        let result = try await body(await server.boundEndpoint, loop)
        running.cancel()
        try await running.value
        return result
    } catch {
        running.cancel()
        _ = try? await running.value
        throw error
    }
}
