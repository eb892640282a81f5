import Foundation
import Glibc
import Messaging
import Model
import Schema
import Testing

@Suite(.timeLimit(.minutes(10)))
struct SecurityTests {
    private let endpoint: Endpoint

    init() throws { endpoint = try Endpoint("tcp://127.0.0.1:*") }

    /// What a client with these keys gets from a server that admits one client.
    private func call(
        _ client: (KeyPair, PublicKey)?, server: KeyPair, admitted: PublicKey
    ) async throws -> Result<Wire.Attribute, Failure> {
        let security = ServerSecurity(keys: server, admission: .keys([admitted: .reader]))
        return try await withServer(at: endpoint, security: security) { bound, loop in
            let client = RequestClient(
                to: bound, security: client.map { Security(keys: $0.0, server: $0.1) }, loop: loop, logger: quiet,
                connectTimeout: .seconds(40))
            do {
                return .success(try await client.call(.echo, Wire.Attribute(name: "in"), timeout: .seconds(40)))
            } catch let failure as Failure {
                return .failure(failure)
            }
        }
    }

    @Test func `an admitted key is served`() async throws {
        let (server, client) = (try KeyPair.generate(), try KeyPair.generate())
        let result = try await call((client, server.publicKey), server: server, admitted: client.publicKey)
        #expect(try result.get().name == "in")
    }

    @Test func `a key that is not admitted is refused by name`() async throws {
        let (server, client, stranger) = (try KeyPair.generate(), try KeyPair.generate(), try KeyPair.generate())
        let result = try await call((stranger, server.publicKey), server: server, admitted: client.publicKey)
        let failure = #expect(throws: Failure.self) { try result.get() }
        #expect(failure?.code == .permissionDenied)
        #expect(failure?.message.contains(stranger.publicKey.text) == true)
    }

    @Test func `a client without keys is told how to get some`() async throws {
        let (server, client) = (try KeyPair.generate(), try KeyPair.generate())
        let result = try await call(nil, server: server, admitted: client.publicKey)
        let failure = #expect(throws: Failure.self) { try result.get() }
        #expect(failure?.code == .permissionDenied)
    }

    @Test func `a wrong server key is noticed`() async throws {
        let (server, client) = (try KeyPair.generate(), try KeyPair.generate())
        let result = try await call((client, client.publicKey), server: server, admitted: client.publicKey)
        let failure = #expect(throws: Failure.self) { try result.get() }
        #expect(failure?.code == .permissionDenied)
        #expect(failure?.message.contains("public key") == true)
    }

    @Test func `beyond this machine neither end starts without keys`() async throws {
        let open = try Endpoint("tcp://0.0.0.0:*")
        let server = RequestServer(endpoint: open, router: testRouter(), loop: MessageLoop(), logger: quiet)
        let client = RequestClient(to: try Endpoint("tcp://192.0.2.1:7000"), loop: MessageLoop(), logger: quiet)
        let failures = [
            await #expect(throws: Failure.self) { try await server.run() },
            await #expect(throws: Failure.self) { try await client.call(.echo, Wire.Attribute()) },
        ]
        for failure in failures {
            #expect(failure?.code == .permissionDenied)
            #expect(failure?.message.contains("gyrus keys make") == true)
        }
    }

    @Test func `the file of admitted keys is read for every new connection`() async throws {
        let directory = SocketDirectory()
        try directory.make()
        let file = directory.url.appending(path: "admitted")
        let (keys, first, second) = (try KeyPair.generate(), try KeyPair.generate(), try KeyPair.generate())
        try Data("# workers\n\(first.publicKey) reader the first\n".utf8).write(to: file)
        let security = ServerSecurity(keys: keys, admission: .file(file))
        let names = try await withServer(at: endpoint, security: security) { bound, loop in
            func ask(_ own: KeyPair) async throws -> String {
                let security = Security(keys: own, server: keys.publicKey)
                let client = RequestClient(to: bound, security: security, loop: loop, logger: quiet)
                return try await client.call(.echo, Wire.Attribute(name: own.publicKey.text)).name
            }
            await #expect(throws: Failure.self) { _ = try await ask(second) }
            let before = try await ask(first)
            try Data("\(first.publicKey) reader\n\(second.publicKey) worker\n".utf8).write(to: file)
            return [before, try await ask(second)]
        }
        #expect(names == [first.publicKey.text, second.publicKey.text])
    }

    @Test func `a key file is read back, and only by its owner`() throws {
        let directory = SocketDirectory()
        try directory.make()
        let file = directory.url.appending(path: "service.key")
        let path = file.path(percentEncoded: false)
        let keys = try KeyPair.generate()
        try keys.write(to: file)
        #expect(try KeyPair(contentsOf: file) == keys)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        #expect(!"\(keys)".contains("secret"))
        let again = #expect(throws: Failure.self) { try KeyPair.generate().write(to: file) }
        #expect(again?.code == .conflict)
        #expect(chmod(path, 0o644) == 0)
        let open = #expect(throws: Failure.self) { try KeyPair(contentsOf: file) }
        #expect(open?.code == .permissionDenied)
    }
}
