public import Foundation
import Model
import NIOCore
import NIOPosix

/// Asks a running Gyrus web server whether it answers, like its health check.
public enum ServerProbe {
    /// How long one request may take.
    private static let patience = Duration.seconds(1)

    /// The URL of the server that wrote a file, once that server answers.
    /// - Parameters:
    ///   - wait: How long to wait for it.
    ///   - name: Its name for the message if it does not answer, such as `console`.
    /// - Throws: `Failure` with code `unavailable` if it does not answer in that time.
    public static func url(in file: URL, waiting wait: Duration, name: String) async throws -> URL {
        let deadline = ContinuousClock.now + wait
        while true {
            if let url = written(in: file), await answers(url) { return url }
            guard ContinuousClock.now < deadline else {
                throw Failure(.unavailable, "No \(name) answers at the address that \(file.path) should hold.")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// The URL in a file; nil if there is none.
    public static func written(in file: URL) -> URL? {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        return URL(string: text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static func answers(_ url: URL) async -> Bool {
        guard let host = url.host, let port = url.port else { return false }
        let reply = try? await withThrowingTaskGroup(of: String.self) { group in
            group.addTask { try await ask(host, port) }
            group.addTask {
                try await Task.sleep(for: patience)
                return ""
            }
            defer { group.cancelAll() }
            return try await group.next() ?? ""
        }
        return reply?.hasPrefix("HTTP/1.1 200 ") ?? false
    }

    /// The beginning of the answer to `GET /health`.
    private static func ask(_ host: String, _ port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let request = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            try await outbound.write(ByteBuffer(string: request))
            for try await buffer in inbound { return String(buffer: buffer) }
            return ""
        }
    }
}
