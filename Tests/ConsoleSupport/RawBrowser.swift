package import Foundation
package import NIOCore
import NIOPosix

/// A client that sends exactly what a test specifies, which no HTTP library would.
package struct RawBrowser: Sendable {
    /// An answer: its head as text, and its body.
    package struct Answer: Sendable {
        /// Status line and fields.
        package let head: String
        /// The body.
        package let body: [UInt8]

        /// Status code.
        package var status: Int { Int(head.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0 }
        /// The body as text.
        package var text: String { String(decoding: body, as: UTF8.self) }

        /// The value of a header field; nil if there is none.
        package func field(_ name: String) -> String? {
            let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("\(name.lowercased()):") }
            return line.map { $0.drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces) }
        }
    }

    /// Base URL of the server.
    package let url: URL

    /// A client of a server.
    package init(url: URL) { self.url = url }

    /// Requests a path and reads the whole answer.
    package func get(
        _ path: String, _ fields: [String] = [], method: String = "GET", host: String = "localhost"
    ) async throws -> Answer {
        let lines = ["\(method) \(path) HTTP/1.1", "Host: \(host)", "Connection: close"] + fields
        return try await send(lines.joined(separator: "\r\n") + "\r\n\r\n")
    }

    /// Sends some text and reads until the server closes.
    package func send(_ text: String) async throws -> Answer { try await send(Array(text.utf8)) }

    /// Sends bytes and reads until the server closes.
    package func send(_ request: [UInt8]) async throws -> Answer {
        var bytes: [UInt8] = []
        try await connected { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: request))
            for try await piece in inbound { bytes += Array(piece.readableBytesView) }
        }
        let end = bytes.firstRange(of: Array("\r\n\r\n".utf8))
        let head = String(decoding: bytes[..<(end?.lowerBound ?? bytes.endIndex)], as: UTF8.self)
        var body = Array(bytes[(end?.upperBound ?? bytes.endIndex)...])
        if head.lowercased().contains("transfer-encoding: chunked") { body = Self.joined(body) }
        return Answer(head: head, body: body)
    }

    /// Connects, and closes when `body` is done.
    package func connected(
        _ body: (NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws ->
            Void
    ) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: url.host ?? "", port: url.port ?? 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in try await body(inbound, outbound) }
    }

    /// The messages of an event stream until there are enough, including one of a given kind.
    package func messages(_ path: String, count: Int, ending: String = "", lastEventID: String? = nil) async throws
        -> [(
            id: String, data: String
        )]
    {
        var messages: [(id: String, data: String)] = []
        var rest = ""
        try await connected { inbound, outbound in
            let resume = lastEventID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
            try await outbound.write(
                ByteBuffer(
                    string: "GET \(path) HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\(resume)\r\n"))
            for try await piece in inbound {
                rest += String(buffer: piece)
                while let end = rest.firstRange(of: "\n\n") {
                    let lines = rest[..<end.lowerBound].split(whereSeparator: \.isNewline)
                    rest = String(rest[end.upperBound...])
                    let id = lines.last { $0.hasPrefix("id: ") }?.dropFirst(4) ?? ""
                    if let data = lines.last(where: { $0.hasPrefix("data: ") }) {
                        messages.append((String(id), String(data.dropFirst(6))))
                    }
                }
                let isEnded = ending.isEmpty || messages.contains { $0.data.contains(ending) }
                if messages.count >= count && isEnded { return }
            }
        }
        return messages
    }

    private static func joined(_ chunks: [UInt8]) -> [UInt8] {
        var rest = chunks[...]
        var body: [UInt8] = []
        while let end = rest.firstRange(of: Array("\r\n".utf8)) {
            let size = Int(String(decoding: rest[..<end.lowerBound], as: UTF8.self), radix: 16) ?? 0
            guard size > 0 else { break }
            body += rest[end.upperBound...].prefix(size)
            rest = rest[end.upperBound...].dropFirst(size + 2)
        }
        return body
    }
}
