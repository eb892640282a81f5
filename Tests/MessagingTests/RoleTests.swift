import Foundation
import Messaging
import Model
import Schema
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10)))
struct RoleTests {
    private let endpoint: Endpoint

    init() throws { endpoint = try Endpoint("tcp://127.0.0.1:*") }

    @Test func `only the operator may do everything, and every role may read`() {
        let all: [Access] = [.read, .work, .store, .submit, .operate]
        #expect(all.filter(Role.operator.permits) == all)
        #expect(all.filter(Role.reader.permits) == [.read])
        #expect(all.filter(Role.worker.permits) == [.read, .work, .store])
        #expect(all.filter(Role.submitter.permits) == [.read, .store, .submit])
        #expect(Access.operate.roles == [.operator])
    }

    @Test(arguments: Role.allCases) func `a key may use only the routes of its role`(_ role: Role) async throws {
        let (server, own) = (try KeyPair.generate(), try KeyPair.generate())
        let security = ServerSecurity(keys: server, admission: .keys([own.publicKey: role]))
        let refusals = Mutex<[Refusal]>([])
        try await withServer(
            at: endpoint, security: security,
            reporting: { refusal in
                refusals.withLock { $0.append(refusal) }
            }
        ) { bound, loop in
            let client = RequestClient(
                to: bound, security: Security(keys: own, server: server.publicKey), loop: loop, logger: quiet)
            let echoed = try await client.call(.echo, Wire.Attribute(name: "in"), timeout: .seconds(40))
            #expect(echoed.name == "in")
            let reverse = Route<Wire.Attribute, Wire.Attribute>("test.reverse", .store)
            let stored = await failure { _ = try await client.call(reverse, Wire.Attribute(), attachment: [1, 2]) }
            #expect((stored == nil) == role.permits(.store))
            let operated = await failure { _ = try await client.call(.fail, Wire.Attribute(name: "x")) }
            // The route itself throws, so the code shows what was refused.
            #expect(operated?.code == (role == .operator ? .notFound : .permissionDenied))
            guard role != .operator else { return }
            #expect(operated?.message.contains("the role \(role.rawValue)") == true)
            #expect(operated?.message.contains("operator") == true)
        }
        let routes = refusals.withLock { $0.compactMap(\.route) }
        #expect(routes == (role == .reader ? ["test.reverse"] : []) + (role == .operator ? [] : ["test.fail"]))
        #expect(refusals.withLock { $0.allSatisfy { $0.key == own.publicKey && $0.role == role } })
    }

    private func failure(_ body: () async throws -> Void) async -> Failure? {
        do {
            try await body()
            return nil
        } catch {
            return Failure(error)
        }
    }

    @Test func `a key that is not admitted is reported`() async throws {
        let (server, admitted, stranger) = (try KeyPair.generate(), try KeyPair.generate(), try KeyPair.generate())
        let security = ServerSecurity(keys: server, admission: .keys([admitted.publicKey: .worker]))
        let refusals = Mutex<[Refusal]>([])
        try await withServer(
            at: endpoint, security: security,
            reporting: { refusal in
                refusals.withLock { $0.append(refusal) }
            }
        ) { bound, loop in
            let client = RequestClient(
                to: bound, security: Security(keys: stranger, server: server.publicKey), loop: loop, logger: quiet)
            await #expect(throws: Failure.self) {
                try await client.call(.echo, Wire.Attribute(), timeout: .seconds(40))
            }
        }
        let first = try #require(refusals.withLock { $0.first })
        #expect(first.key == stranger.publicKey && first.route == nil && first.address == "127.0.0.1")
    }

    // MARK: - Files and tokens

    @Test func `admitted keys are added and removed by name, and an invalid line is named`() throws {
        let directory = SocketDirectory()
        try directory.make()
        let file = directory.url.appending(path: "admitted")
        let (one, two) = (try KeyPair.generate().publicKey, try KeyPair.generate().publicKey)
        var keys = try AdmittedKeys.create(at: file)
        try keys.add(one, as: .worker, name: "lab 1")
        try keys.add(two, as: .reader, name: "")
        let read = try AdmittedKeys(contentsOf: file).entries
        #expect(read.map(\.key) == [one, two] && read.map(\.role) == [.worker, .reader])
        #expect(read.map(\.name) == ["lab 1", ""])
        #expect(throws: Failure.self) { try keys.add(two, as: .worker, name: "lab 1") }
        #expect(try keys.remove("lab 1").key == one)
        #expect(try AdmittedKeys(contentsOf: file).entries.map(\.key) == [two])
        #expect(throws: Failure.self) { try keys.remove("lab 1") }
        for (line, what) in [("\(one)", "no role"), ("\(one) king", "no role 'king'"), ("abc worker", "'abc'")] {
            try Data("# comment\n\n\(line)\n".utf8).write(to: file)
            let failure = #expect(throws: Failure.self) { try AdmittedKeys(contentsOf: file) }
            #expect(failure?.message.contains(":3: ") == true && failure?.message.contains(what) == true)
        }
    }

    @Test func `a public key has no special characters of shells or YAML, and ZeroMQ's form is read as well`()
        throws
    {
        for _ in 0..<50 {
            let key = try KeyPair.generate().publicKey
            #expect(key.text.count == 43 && key.text.allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) })
            #expect(try PublicKey(key.text) == key)
        }
        // The example of ZeroMQ's manual.
        let z85 = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
        #expect(try PublicKey(PublicKey(z85).text) == PublicKey(z85))
        for text in ["", "abc", String(repeating: "a", count: 42), String(repeating: "!", count: 43)] {
            #expect(throws: Failure.self) { try PublicKey(text) }
        }
    }

    @Test func `a token survives a shell and YAML, and a modified one is refused`() async throws {
        let token = JoinToken(services: try KeyPair.generate().publicKey, keys: try KeyPair.generate(), port: 7_200)
        let text = token.text
        #expect(try JoinToken(" \(text)\n") == token)
        #expect(text.allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) })
        let place = try #require(text.index(text.startIndex, offsetBy: 30, limitedBy: text.endIndex))
        let other = text[place] == "A" ? "B" : "A"
        let changed = text.replacingCharacters(in: place...place, with: other)
        for wrong in ["", "gyrus1-", String(text.dropLast()), String(text.dropFirst()), changed, text + "A"] {
            let failure = #expect(throws: Failure.self) { try JoinToken(wrong) }
            #expect(failure?.message.contains("gyrus keys token") == true)
        }
    }
}
