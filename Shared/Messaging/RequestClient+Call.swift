import Model
import Schema

extension RequestClient {
    /// Sends a request and waits for its reply; throws a `Failure`, or `CancellationError` if the task is canceled.
    public nonisolated func call<Request, Reply>(
        _ route: Route<Request, Reply>, _ request: Request, timeout: Duration = .seconds(10)
    ) async throws -> Reply {
        let answer = try await exchange(route.name, try Frame(request), attachment: nil, timeout: timeout)
        return try answer.body.decode(as: "reply to '\(route.name)'")
    }

    /// Sends a request with bytes that are not part of the message, and returns the reply with its bytes.
    public nonisolated func call<Request, Reply>(
        _ route: Route<Request, Reply>, _ request: Request, attachment: [UInt8], timeout: Duration = .seconds(10)
    ) async throws -> (Reply, [UInt8]) {
        let frame = attachment.isEmpty ? nil : Frame(attachment)
        let answer = try await exchange(route.name, try Frame(request), attachment: frame, timeout: timeout)
        return (try answer.body.decode(as: "reply to '\(route.name)'"), answer.attachment?.bytes ?? [])
    }

    /// Sends a request with a buffer, which is consumed, and returns the reply with the buffer that it came in.
    public nonisolated func call<Request, Reply>(
        _ route: Route<Request, Reply>, _ request: Request, attachment: Attachment?, timeout: Duration = .seconds(10)
    ) async throws -> (Reply, Attachment?) {
        let answer = try await exchange(
            route.name, try Frame(request), attachment: attachment?.frame, timeout: timeout)
        return (try answer.body.decode(as: "reply to '\(route.name)'"), answer.attachment.map(Attachment.init))
    }

    /// Repeats a request while it fails as retriable and patience lasts; for routes that are safe to repeat.
    ///
    /// The pauses start at 50 ms, double up to 2 s, vary randomly, and are never shorter than the server requested.
    public nonisolated func callRetrying<Request, Reply>(
        _ route: Route<Request, Reply>, _ request: Request, timeout: Duration = .seconds(10),
        for patience: Duration = .seconds(60)
    ) async throws -> Reply {
        try await retrying(for: patience) { try await self.call(route, request, timeout: timeout) }
    }

    /// Repeats a request with bytes while it fails as retriable and patience lasts.
    public nonisolated func callRetrying<Request, Reply>(
        _ route: Route<Request, Reply>, _ request: Request, attachment: [UInt8], timeout: Duration = .seconds(10),
        for patience: Duration = .seconds(60)
    ) async throws -> (Reply, [UInt8]) {
        try await retrying(for: patience) {
            try await self.call(route, request, attachment: attachment, timeout: timeout)
        }
    }
}

/// Repeats an operation while it fails as retriable, until `patience` ends; then throws the last failure.
public func retrying<Result>(
    for patience: Duration, _ body: () async throws -> Result
) async throws -> Result {
    let end = ContinuousClock.now + patience
    var pause = Duration.milliseconds(50)
    while true {
        do {
            return try await body()
        } catch let failure as Failure where failure.isRetriable {
            let wait = max(failure.retryAfter ?? .zero, pause * Double.random(in: 0.5...1))
            guard ContinuousClock.now + wait < end else { throw failure }
            try await Task.sleep(for: wait)
            pause = min(pause * 2, .seconds(2))
        }
    }
}
