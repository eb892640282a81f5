import Foundation
import Glibc
import Messaging
import Model
import Schema
import Testing

@Suite(.timeLimit(.minutes(10)))
struct SocketFileTests {
    @Test func `the directory of a socket is created for its owner only`() async throws {
        let directory = SocketDirectory()
        let path = directory.url.path(percentEncoded: false)
        let endpoint = try Endpoint("ipc://\(path)/run/service.sock")
        let mode = try await withServer(at: endpoint) { _, _ in
            try FileManager.default.attributesOfItem(atPath: "\(path)/run")[.posixPermissions] as? Int
        }
        #expect(mode == 0o700)
        #expect(!FileManager.default.fileExists(atPath: "\(path)/run/service.sock"))
    }

    @Test func `two servers cannot listen on the same socket`() async throws {
        let directory = SocketDirectory()
        let endpoint = try directory.endpoint()
        let (failure, reply) = try await withServer(at: endpoint) { bound, loop in
            let second = RequestServer(endpoint: endpoint, router: testRouter(), loop: loop, logger: quiet)
            let failure = await #expect(throws: Failure.self) { try await second.run() }
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            return (failure, try await client.call(.echo, Wire.Attribute(name: "mine")))
        }
        #expect(failure?.code == .conflict)
        #expect(failure?.message.contains("gyrus ps") == true)
        #expect(reply.name == "mine")
    }

    @Test func `the socket file of a dead server is taken over`() async throws {
        let directory = SocketDirectory()
        let endpoint = try directory.endpoint()
        try directory.make()
        try leaveSocketFile(at: endpoint.address)
        let reply = try await withServer(at: endpoint) { bound, loop in
            let client = RequestClient(to: bound, loop: loop, logger: quiet)
            return try await client.call(.echo, Wire.Attribute(name: "new"))
        }
        #expect(reply.name == "new")
    }

    @Test func `a file that is not a socket is left alone`() async throws {
        let directory = SocketDirectory()
        let endpoint = try directory.endpoint()
        try directory.make()
        try Data("precious".utf8).write(to: URL(filePath: endpoint.address))
        let server = RequestServer(endpoint: endpoint, router: testRouter(), loop: MessageLoop(), logger: quiet)
        let failure = await #expect(throws: Failure.self) { try await server.run() }
        #expect(failure?.code == .conflict)
        #expect(try String(contentsOfFile: endpoint.address, encoding: .utf8) == "precious")
    }

    /// What a process that was killed leaves behind.
    private func leaveSocketFile(at path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }
}

struct EndpointTests {
    @Test(arguments: ["ipc:///run/x.sock", "tcp://127.0.0.1:7000", "tcp://*:7000", "tcp://[::1]:*", "inproc://x"])
    func `an endpoint is printed as it was read`(text: String) throws {
        #expect(try Endpoint(text).description == text)
    }

    @Test(arguments: [
        "", "run/x.sock", "http://x:1", "ipc://x.sock", "ipc:/x", "tcp://host", "tcp://host:99999", "tcp://:1",
        "inproc://",
    ])
    func `an invalid endpoint is refused with its text`(text: String) {
        let failure = #expect(throws: Failure.self) { try Endpoint(text) }
        #expect(failure?.code == .invalidArgument)
    }

    @Test func `a path that is too long is refused with the limit`() {
        let failure = #expect(throws: Failure.self) { try Endpoint("ipc:///" + String(repeating: "x", count: 120)) }
        #expect(failure?.message.contains("107") == true)
    }

    @Test(arguments: [
        ("tcp://127.0.0.1:1", false), ("tcp://localhost:1", false), ("tcp://[::1]:1", false), ("ipc:///x", false),
        ("tcp://0.0.0.0:1", true), ("tcp://*:1", true), ("tcp://10.0.0.7:1", true), ("tcp://eth0:1", true),
    ])
    func `only connections to other machines need keys`(text: String, leaves: Bool) throws {
        #expect(try Endpoint(text).leavesMachine == leaves)
    }
}
