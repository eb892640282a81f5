import AsyncAlgorithms
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Model
import NIOCore
import ServiceClient
import ServiceLifecycle
import Synchronization

/// Server-sent events of some services from a position on, without gaps or repetitions.
///
/// Each message, including each keep-alive, carries the position after it as its `id`. A browser that reconnects sends
/// it back as `Last-Event-ID`.
struct EventStream: Sendable {
    private enum Item: Sendable {
        case events(ServiceName, [Event])
        case heartbeat
    }

    let backends: Backends
    let services: [ServiceName]
    let start: StreamPosition
    let heartbeat: Duration
    let isWanted: @Sendable (Event) -> Bool

    /// Writes until the client or the console closes.
    @concurrent func write(to writer: inout any ResponseBodyWriter) async throws {
        let items = AsyncChannel<Item>()
        let following = Task { try await follow(into: items) }
        defer { following.cancel() }
        try await writer.write(ByteBuffer(string: "retry: 1000\nid: \(start)\n\n"))
        var position = start
        for await item in items.cancelOnGracefulShutdown() {
            try await writer.write(ByteBuffer(string: text(of: item, &position)))
        }
    }

    private func follow(into items: AsyncChannel<Item>) async throws {
        try await withThrowingTaskGroup { group in
            for name in services {
                let service = try backends.service(name)
                group.addTask {
                    for try await page in service.follow(after: start.sequences[name] ?? 0) {
                        await items.send(.events(name, page))
                    }
                }
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: heartbeat)
                    await items.send(.heartbeat)
                }
            }
            try await group.waitForAll()
        }
    }

    private func text(of item: Item, _ position: inout StreamPosition) -> String {
        guard case .events(let name, let events) = item else { return "id: \(position)\n: all is well\n\n" }
        var text = ""
        for event in events {
            position.advance(name, to: event.sequence)
            if isWanted(event) { text += "id: \(position)\ndata: \(EventText.json(event))\n\n" }
        }
        return text.isEmpty ? "id: \(position)\n\n" : text
    }
}

/// Event-stream responses, limited in number.
final class StreamLimiter: Sendable {
    private let open = Mutex(0)
    private let most: Int

    init(most: Int) { self.most = most }

    /// The response that carries a stream.
    func response(_ stream: EventStream) throws -> Response {
        guard take() else {
            throw Refusal(
                .serviceUnavailable, "All \(most) event streams of this console are in use; close some pages.",
                headers: [.retryAfter: "10"])
        }
        let slot = Slot(broker: self)
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                defer { withExtendedLifetime(slot) {} }
                try await stream.write(to: &writer)
                try await writer.finish(nil)
            })
    }

    private func take() -> Bool {
        open.withLock { open in
            guard open < most else { return false }
            open += 1
            return true
        }
    }

    /// Held by a response's body, whether or not it is ever written.
    private final class Slot: Sendable {
        private let broker: StreamLimiter
        init(broker: StreamLimiter) { self.broker = broker }
        deinit { broker.open.withLock { $0 -= 1 } }
    }
}
