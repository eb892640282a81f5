import Foundation
public import Logging
public import Messaging

/// A logger without output.
public let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Serves routes on its own endpoint while `body` runs with a client of it, then stops both.
public func withServer<Result: Sendable>(
    _ router: Router, at endpoint: Endpoint? = nil, _ body: (RequestClient) async throws -> Result
) async throws -> Result {
    let loop = MessageLoop()
    let endpoint = try endpoint ?? Endpoint("inproc://\(UUID().uuidString)")
    let server = RequestServer(endpoint: endpoint, router: router, loop: loop, logger: quiet)
    let running = Task { try await server.run() }
    let client = RequestClient(to: try await server.boundEndpoint, loop: loop, logger: quiet)
    let result: Swift.Result<Result, any Error>
    do {
        result = .success(try await body(client))
    } catch {
        result = .failure(error)
    }
    await client.close()
    running.cancel()
    try await running.value
    return try result.get()
}

/// An endpoint with its own socket file, short enough for the kernel's limit.
public func socketEndpoint() throws -> Endpoint {
    try Endpoint("ipc:///tmp/gyrus-t-\(UInt32.random(in: .min ... .max))/s")
}
