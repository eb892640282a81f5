import ConsoleServer
import ConsoleSupport
import Foundation
import Model
import NIOCore
import TestSupport
import Testing
import WebGuard

@Suite(.timeLimit(.minutes(2))) struct `The console refuses` {
    @Test(arguments: ["evil.example", "evil.example:8470", "127.0.0.1.evil.example", "169.254.169.254", "[::2]:80"])
    func `names that are not its own`(_ host: String) async throws {
        try await ConsoleFixture.serve { browser in
            let answer = try await browser.get("/health", host: host)
            #expect(answer.status == 421)
            #expect(answer.text.contains("--allow-host"))
        }
    }

    @Test(arguments: ["localhost", "LOCALHOST:9", "127.0.0.1:8470", "[::1]:8470", "lab.example:80"])
    func `no name of its own`(_ host: String) async throws {
        try await ConsoleFixture.serve(ConsoleSettings(hosts: ["Lab.example"])) { browser in
            let answer = try await browser.get("/health", host: host)
            #expect(answer.status == 200)
        }
    }

    @Test func `requests without a name`() async throws {
        try await ConsoleFixture.serve { browser in
            let answer2 = try await browser.send("GET /health HTTP/1.1\r\nConnection: close\r\n\r\n")
            #expect(answer2.status == 400)
        }
    }

    @Test func `requests with two names`() async throws {
        try await ConsoleFixture.serve { browser in
            let answer = try await browser.get("/health", ["Host: evil.example"])
            #expect(answer.status == 400)
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
    func `methods that could change something`(_ method: String) async throws {
        try await ConsoleFixture.serve { browser in
            for path in ["/", "/scenarios/x", "/no-such-page"] {
                let answer = try await browser.get(path, ["Origin: http://evil.example"], method: method)
                #expect(answer.status == 405)
                #expect(answer.field("Allow") == "GET, HEAD")
                #expect(answer.field("Access-Control-Allow-Origin") == nil)
            }
        }
    }

    @Test func `pages of other places that load from it, but not links to it`() async throws {
        try await ConsoleFixture.serve { browser in
            for site in ["cross-site", "same-site"] {
                let loaded = try await browser.get("/health", ["Sec-Fetch-Site: \(site)", "Sec-Fetch-Mode: no-cors"])
                #expect(loaded.status == 403)
                let followed = try await browser.get(
                    "/health", ["Sec-Fetch-Site: \(site)", "Sec-Fetch-Mode: navigate"])
                #expect(followed.status == 200)
            }
            let own = try await browser.get("/health", ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors"])
            #expect(own.status == 200)
        }
    }

    @Test(arguments: ["Content-Length: 5", "Transfer-Encoding: chunked"])
    func `bodies`(_ field: String) async throws {
        try await ConsoleFixture.serve { browser in
            let request =
                "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(field)\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            let answer3 = try await browser.send(request)
            #expect(answer3.status == 413)
        }
    }

    @Test func `bodies without end`() async throws {
        try await ConsoleFixture.serve { browser in
            let sent = try await flood(
                browser, head: "GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n")
            #expect(sent < Self.endless)
        }
    }

    @Test func `heads beyond the limits`() async throws {
        try await ConsoleFixture.serve { browser in
            let long = try await browser.get("/health", ["X-Long: \(String(repeating: "x", count: 17 << 10))"])
            #expect([0, 400, 431].contains(long.status))
            let many = try await browser.get("/health", (0..<80).map { "X-\($0): y" })
            #expect([0, 400, 431].contains(many.status))
            let answer4 = try await browser.get("/health?\(String(repeating: "x", count: 5 << 10))")
            #expect(answer4.status == 414)
            let answer5 = try await browser.get("/health", (0..<40).map { "X-\($0): y" })
            #expect(answer5.status == 200)
        }
    }

    @Test(arguments: [
        "/assets/../../../../etc/passwd", "/assets/..%2f..%2fetc%2fpasswd", "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/blobs/../../etc/passwd", "/blobs/..%2f..%2fetc%2fpasswd", "//etc/passwd", "/assets/style.css%00.svg",
    ])
    func `paths that leave the console`(_ path: String) async throws {
        try await ConsoleFixture.serve { browser in
            let answer = try await browser.get(path)
            #expect([400, 404].contains(answer.status))
            #expect(!answer.text.contains("root:"))
        }
    }

    @Test(arguments: [
        "abc", "abc.pt", String(repeating: "g", count: 64) + ".pt", String(repeating: "A", count: 64) + ".pt",
        String(repeating: "a", count: 63) + ".pt", String(repeating: "a", count: 65) + ".pt",
        String(repeating: "a", count: 64) + ".exe", String(repeating: "a", count: 64),
        String(repeating: "a", count: 64) + ".pt.html",
    ])
    func `downloads by anything but a hash`(_ name: String) async throws {
        try await ConsoleFixture.serve { browser in
            let answer6 = try await browser.get("/blobs/\(name)")
            #expect(answer6.status == 400)
        }
    }

    /// This much is sent only if the connection is not closed.
    private static let endless = 1 << 30

    /// Sends a body until the connection is closed.
    private func flood(_ browser: RawBrowser, head: String) async throws -> Int {
        var sent = 0
        do {
            try await browser.connected { inbound, outbound in
                try await outbound.write(ByteBuffer(string: head))
                let piece = ByteBuffer(repeating: 120, count: 64 << 10)
                while sent < Self.endless {
                    try await outbound.write(piece)
                    sent += piece.readableBytes
                }
            }
        } catch { return sent }
        return sent
    }
}

@Suite(.timeLimit(.minutes(2))) struct `Every answer of the console` {
    @Test(arguments: ["/", "/health", "/no-such-page", "/assets/style.css", "/blobs/x", "/scenarios"])
    func `keeps browsers from doing more than showing it`(_ path: String) async throws {
        try await ConsoleFixture.serve { browser in
            let answer = try await browser.get(path)
            let policy = try #require(answer.field("Content-Security-Policy"))
            #expect(policy.contains("default-src 'none'"))
            #expect(policy.contains("script-src 'self'"))
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(answer.field("X-Content-Type-Options") == "nosniff")
            #expect(answer.field("X-Frame-Options") == "DENY")
            #expect(answer.field("Referrer-Policy") == "no-referrer")
            #expect(answer.field("Cross-Origin-Resource-Policy") == "same-origin")
            #expect(answer.field("Access-Control-Allow-Origin") == nil)
        }
    }

    @Test(arguments: ["/", "/zoo", "/scenarios", "/events", "/brain", "/no-such-page"])
    func `has no script or style within`(_ path: String) async throws {
        try await ConsoleFixture.serve { browser in
            let text = try await browser.get(path).text
            #expect(text.contains("<!doctype html>"))
            #expect(!text.contains(" style=\""))
            #expect(!text.contains("<style"))
            #expect(!text.contains("javascript:"))
            #expect(text.firstMatch(of: /<script(?! src="\/assets\/)/) == nil)
            #expect(text.firstMatch(of: /\ on[a-z]+="/) == nil)
            #expect(text.firstMatch(of: /(src|href)="(https?:)?\/\//) == nil)
        }
    }

    @Test func `shows what was asked for as text, never as markup`() async throws {
        try await ConsoleFixture.serve { browser in
            for path in ["/events?kind=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/events?service=%3Cscript%3E"] {
                let text = try await browser.get(path).text
                #expect(!text.contains("<script>"))
            }
        }
    }
}

@Suite(.timeLimit(.minutes(2))) struct `A console with a key` {
    private static let key = "abcdefgh12345678"

    private func serve<Result>(_ body: (RawBrowser) async throws -> Result) async throws -> Result {
        var settings = ConsoleSettings()
        settings.key = Self.key
        return try await ConsoleFixture.serve(settings) { try await body(RawBrowser(url: $0.url)) }
    }

    @Test(arguments: ["/", "/zoo", "/events/stream", "/?key=", "/?key=abcdefgh12345679", "/blobs/x", "/nothing"])
    func `shows nothing to those who lack it`(_ path: String) async throws {
        try await serve { browser in
            let answer = try await browser.get(path, ["Cookie: gyrus=\(Self.key)"])
            #expect(answer.status == 403 && answer.text.contains("gyrus up -d"), "\(answer.head)")
            #expect(answer.field("Set-Cookie") == nil && !answer.text.contains(Self.key))
        }
    }

    @Test func `admits a browser from its whole address on, and programs`() async throws {
        try await serve { browser in
            #expect(browser.url.query() == "key=\(Self.key)")
            let first = try await browser.get("/zoo?key=\(Self.key)")
            #expect(first.status == 303 && first.field("Location") == "/zoo")
            let cookie = try #require(first.field("Set-Cookie"))
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
            let pair = try #require(cookie.split(separator: ";").first)
            #expect(try await browser.get("/docs", ["Cookie: other=1; \(pair)"]).status == 200)
            #expect(try await browser.get("/docs", ["Authorization: Bearer \(Self.key)"]).status == 200)
            #expect(try await browser.get("/docs", ["Authorization: Bearer no"]).status == 403)
        }
    }

    @Test(arguments: ["/health", "/metrics", "/assets/style.css"])
    func `answers without it what says nothing of searches`(_ path: String) async throws {
        let status = try await serve { try await $0.get(path).status }
        #expect(status == 200)
    }

    @Test func `keeps it in a file for its owner only`() throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("state/console.key")
        let key = try ServedKey.key(in: file)
        #expect(try ServedKey.key(in: file) == key && key.count == 32)
        #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int == 0o600)
        chmod(file.path, 0o644)
        #expect(throws: Failure.self) { try ServedKey.key(in: file) }
    }
}

@Suite(.timeLimit(.minutes(2))) struct `A slow client is dropped` {
    private var hasty: ConsoleSettings {
        var limits = ConsoleLimits()
        limits.requestTime = .milliseconds(300)
        limits.stallTime = .milliseconds(300)
        limits.heartbeat = .milliseconds(20)
        return ConsoleSettings(limits: limits)
    }

    /// Sends the beginning of a request, then more pieces, and returns once the console has closed the connection.
    private func dribble(_ first: String, _ more: String) async throws -> Bool {
        try await ConsoleFixture.serve(hasty) { browser in
            try await browser.connected { inbound, outbound in
                try await outbound.write(ByteBuffer(string: first))
                async let sending: Void = {
                    while !Task.isCancelled {
                        try await outbound.write(ByteBuffer(string: more))
                        try await Task.sleep(for: .milliseconds(20))
                    }
                }()
                // The end may be a reset, because the console does not read what still comes.
                do { for try await _ in inbound {} } catch is IOError {}
                _ = try? await sending
            }
            return true
        }
    }

    @Test func `if its head takes too long`() async throws {
        #expect(try await dribble("GET /health HTTP/1.1\r\nHost: localhost\r\n", "X-A: b\r\n"))
    }

    @Test func `if it sends nothing`() async throws {
        try await ConsoleFixture.serve(hasty) { browser in
            try await browser.connected { inbound, _ in for try await _ in inbound {} }
        }
    }

    @Test func `if it sends nothing after its first request`() async throws {
        var settings = hasty
        // The request itself must come in time.
        settings.limits.requestTime = .seconds(5)
        try await ConsoleFixture.serve(settings) { browser in
            // Without `Connection: close`, only the limit ends the connection.
            let answer = try await browser.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(answer.status == 200)
        }
    }
}
