import Foundation
import Glibc
import Model
import Testing
import Torch

@Suite(.serialized, .timeLimit(.minutes(2))) struct `Rendezvous of workers` {
    /// A stand-in for a worker of rank 0: it accepts one connection, and resets it like a machine that has lost it.
    private final class LostHost: Sendable {
        private let listener: Int32
        let address: String

        init() throws {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            self.listener = listener
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let status = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    bind(listener, pointer, length) + listen(listener, 1) + getsockname(listener, pointer, &length)
                }
            }
            try #require(status == 0)
            self.address = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        }

        deinit { close(listener) }

        /// Waits for the first bytes of a guest, and resets the connection.
        func resetFirstGuest() async throws {
            try await onThread { [listener] in
                let guest = accept(listener, nil, nil)
                var byte: UInt8 = 0
                recv(guest, &byte, 1, 0)
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(guest, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
                close(guest)
            }
        }
    }

    @Test func `a worker survives the death of another during the rendezvous`() async throws {
        let host = try LostHost()
        async let reset: Void = host.resetFirstGuest()
        let failure = await #expect(throws: Failure.self) {
            try await onThread {
                _ = try WorkerGroup(
                    at: Rendezvous(at: host.address), name: "test", host: "127.0.0.1", rank: 1, size: 2)
            }
        }
        try await reset
        #expect(failure?.code == .unavailable)
        #expect(failure?.message.contains("rendezvous is") == true, "\(failure?.message ?? "")")
    }

    @Test func `a worker survives the end of the rendezvous at which it waits`() async throws {
        var rendezvous: Rendezvous? = try Rendezvous(on: "127.0.0.1")
        let guest = try Rendezvous(at: try #require(rendezvous).address)
        rendezvous = nil
        #expect(throws: Failure.self) {
            try WorkerGroup(at: guest, name: "test", host: "127.0.0.1", rank: 1, size: 2)
        }
    }

    @Test func `workers find each other although strangers connect to their rendezvous`() async throws {
        let rendezvous = try Rendezvous(on: "127.0.0.1")
        let address = rendezvous.address
        let port = try #require(UInt16(address.drop { $0 != ":" }.dropFirst()))
        var strangers: [Int32] = []
        defer { strangers.forEach { close($0) } }
        for words in [[UInt8](repeating: 0xff, count: 64), Array("GET / HTTP/1.1\r\n\r\n".utf8), [0, 0, 0, 1]] {
            let stranger = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            strangers.append(stranger)
            var place = sockaddr_in()
            place.sin_family = sa_family_t(AF_INET)
            place.sin_port = port.bigEndian
            place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let status = withUnsafePointer(to: &place) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(stranger, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(status == 0)
            _ = send(stranger, words, words.count, Int32(MSG_NOSIGNAL))
        }
        let sums = try await withThrowingTaskGroup(of: [Float].self) { group in
            for rank in 0..<3 {
                group.addTask {
                    try await onThread {
                        let group = try WorkerGroup(
                            at: Rendezvous(at: address), name: "test", host: "127.0.0.1", rank: rank, size: 3)
                        return try group.gather(Float(rank + 1))
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sums == [[Float]](repeating: [1, 2, 3], count: 3))
        withExtendedLifetime(rendezvous) {}
    }

    @Test(arguments: ["127.0.0.1", ":80", "127.0.0.1:x", "127.0.0.1:70000"])
    func `an invalid address is refused`(address: String) {
        #expect(throws: Failure.self) { try Rendezvous(at: address) }
    }
}
