import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing
import WebGuard

@testable import ConsoleServer

@Suite struct ConnectionGuardTests {
    private let limits = ConsoleLimits()
    private let channel: EmbeddedChannel

    init() throws {
        channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(ConnectionGuard(ConsoleLimits().connection))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func advance(_ time: Duration) { channel.embeddedEventLoop.advanceTime(by: TimeAmount(time)) }

    private func receive(_ part: HTTPRequestPart) throws { _ = try channel.writeInbound(part) }

    private var head: HTTPRequestPart {
        .head(HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/"))
    }

    @Test func `an unused connection is closed`() {
        advance(limits.requestTime - .seconds(1))
        #expect(channel.isActive)
        advance(.seconds(2))
        #expect(!channel.isActive)
    }

    @Test func `an unterminated head is not a request`() throws {
        try receive(head)
        advance(limits.requestTime + .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func `an answer may take any time, and idle time starts at its end`() throws {
        try receive(head)
        try receive(.end(nil))
        advance(limits.requestTime * 10)
        #expect(channel.isActive)
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        advance(limits.requestTime - .seconds(1))
        #expect(channel.isActive)
        advance(.seconds(2))
        #expect(!channel.isActive)
    }

    @Test func `a client that does not read is dropped, but not one that reads late`() throws {
        try receive(head)
        try receive(.end(nil))
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        advance(limits.stallTime - .seconds(1))
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        advance(limits.stallTime * 2)
        #expect(channel.isActive)
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        advance(limits.stallTime + .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func `a body beyond the limit closes the connection`() throws {
        try receive(head)
        try receive(.body(ByteBuffer(repeating: 0, count: limits.connection.bodyBytes)))
        #expect(channel.isActive)
        try receive(.body(ByteBuffer(repeating: 0, count: 1)))
        #expect(!channel.isActive)
    }

    @Test func `idle connections make room for a new one, but not those with a request`() throws {
        let crowd = ConnectionCrowd(connections: 10)
        let channels = try (0..<3).map { _ in
            let channel = EmbeddedChannel()
            try channel.pipeline.syncOperations.addHandler(ConnectionGuard(limits.connection, in: crowd))
            return channel
        }
        func open(_ number: Int) throws {
            try channels[number].connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }
        try open(0)
        _ = try channels[0].writeInbound(head)
        _ = try channels[0].writeInbound(HTTPRequestPart.end(nil))
        try open(1)
        #expect(channels[1].isActive && crowd.count == 2)
        try open(2)
        #expect(channels.map(\.isActive) == [true, false, true])
        #expect(crowd.count == 2)
        try channels[0].writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        try channels[0].writeOutbound(HTTPResponsePart.end(nil))
        try channels[2].close().wait()
        #expect(channels[0].isActive && crowd.count == 1)
    }
}
