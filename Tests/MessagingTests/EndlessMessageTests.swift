import Foundation
import Glibc
import Schema
import Testing

@testable import Messaging

@Suite(.timeLimit(.minutes(10)))
struct EndlessMessageTests {
    @Test func `growth first cuts silent peers, then all peers, and then counts as the service's own`() {
        var memory = MemoryGuard(allowance: 100)
        #expect(memory.judge(resident: 50) == .fine)
        #expect(memory.judge(resident: 150) == .fine)
        #expect(memory.judge(resident: 151) == .cutSilent)
        #expect(memory.judge(resident: 60) == .fine)
        #expect(memory.judge(resident: 200) == .cutSilent)
        #expect(memory.judge(resident: 210) == .cutAll)
        #expect(memory.judge(resident: 205) == .fine)
        #expect(memory.judge(resident: 300) == .fine)
        #expect(memory.judge(resident: 306) == .cutSilent)
    }

    @Test func `a process that grows is checked more often than one that does not`() {
        var memory = MemoryGuard(allowance: 1 << 30)
        var pauses: [Duration] = []
        for megabytes in [10, 10, 12, 20, 20, 15] {
            _ = memory.judge(resident: megabytes << 20)
            pauses.append(memory.pause)
        }
        let (calm, growing) = (MemoryGuard.calmInterval, MemoryGuard.interval)
        #expect(pauses == [growing, calm, growing, growing, calm, calm] && calm > growing)
    }

    @Test func `the memory of the process is measured`() {
        #expect(MemoryGuard.residentBytes() > 1 << 20)
    }

    @Test func `a peer that never ends a message is cut, its memory is freed, and others are answered`() async {
        // In a separate process, because other tests also use memory.
        await #expect(processExitsWith: .success) {
            let directory = SocketDirectory()
            var limits = MessageLimits()
            limits.growthBytes = 128 << 20
            let before = MemoryGuard.residentBytes()
            let reply = try await withServer(at: try directory.endpoint(), limits: limits) { bound, loop in
                let sent = await withCheckedContinuation { continuation in
                    Thread.detachNewThread {
                        continuation.resume(returning: sendEndlessMessage(to: bound, most: 8 << 30))
                    }
                }
                try #require(sent < 8 << 30, "the connection was never cut")
                try #require(sent > 0, "the connection was never made")
                while MemoryGuard.residentBytes() - before > 64 << 20 {
                    try await Task.sleep(for: .milliseconds(20))
                }
                let client = RequestClient(to: bound, loop: loop, logger: quiet)
                return try await retrying(for: .seconds(60)) {
                    try await client.call(.echo, Wire.Attribute(name: "still here"))
                }
            }
            try #require(reply.name == "still here")
        }
    }
}

/// Speaks ZeroMQ's protocol by hand and sends frames of one message until the connection breaks.
/// - Returns: Number of bytes sent.
private func sendEndlessMessage(to endpoint: Endpoint, most: Int) -> Int {
    let peer = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(peer) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: endpoint.address.utf8) }
    let connected = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(peer, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    #expect(connected == 0)
    func write(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(peer, $0.baseAddress.map { $0 + done }, bytes.count - done, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            done += count
        }
        return true
    }
    let greeting: [UInt8] =
        [0xff] + Array(repeating: 0, count: 8) + [0x7f, 3, 0] + Array("NULL".utf8) + Array(repeating: 0, count: 48)
    let ready: [UInt8] =
        [5] + Array("READY".utf8) + [11] + Array("Socket-Type".utf8) + [0, 0, 0, 6] + Array("DEALER".utf8)
    guard write(greeting), write([4, UInt8(ready.count)] + ready) else { return 0 }
    let size = 8 << 20
    // A long frame with the flag that more follow.
    let frame = [3] + withUnsafeBytes(of: UInt64(size).bigEndian) { Array($0) } + Array(repeating: 7, count: size)
    var sent = 0
    while sent < most, write(frame) {
        sent += frame.count
        usleep(5_000)
    }
    return sent
}
