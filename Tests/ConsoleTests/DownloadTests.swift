import ConsoleSupport
import Foundation
import Model
import RegistryClient
import ServiceClient
import Testing

@Suite(.timeLimit(.minutes(3))) struct DownloadTests {
    @Test func `a file is served by its hash, whole or in part, and is cacheable`() async throws {
        try await ConsoleCluster.run([.registry]) { cluster in
            let bytes = (0..<3_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ ($0 >> 8)) }
            let digest = try await cluster.registry.upload(bytes: bytes)
            let path = "/blobs/\(digest).safetensors"
            let whole = try await cluster.browser.get(path)
            #expect(whole.status == 200)
            #expect(whole.body == bytes)
            #expect(whole.field("Content-Length") == "3500000")
            #expect(whole.field("Content-Disposition") == "attachment")
            #expect(whole.field("Accept-Ranges") == "bytes")
            let tag = try #require(whole.field("ETag"))
            #expect(tag == "\"\(digest)\"")

            let part = try await cluster.browser.get(path, ["Range: bytes=1048570-2097160"])
            #expect(part.status == 206)
            #expect(part.body == Array(bytes[1_048_570...2_097_160]))
            #expect(part.field("Content-Range") == "bytes 1048570-2097160/3500000")
            let end = try await cluster.browser.get(path, ["Range: bytes=-7", "If-Range: \(tag)"])
            #expect(end.body == bytes.suffix(7))
            let changed = try await cluster.browser.get(path, ["Range: bytes=-7", "If-Range: \"other\""])
            #expect(changed.status == 200 && changed.body.count == bytes.count)
            let beyond = try await cluster.browser.get(path, ["Range: bytes=3500000-"])
            #expect(beyond.status == 416)
            #expect(beyond.field("Content-Range") == "bytes */3500000")

            let cached = try await cluster.browser.get(path, ["If-None-Match: \"x\", \(tag)"])
            #expect(cached.status == 304 && cached.body.isEmpty)
            let head = try await cluster.browser.get(path, method: "HEAD")
            #expect(head.status == 200 && head.body.isEmpty)
            #expect(head.field("Content-Length") == "3500000")
            let missing = try await cluster.browser.get("/blobs/\(String(repeating: "0", count: 64)).pt")
            #expect(missing.status == 404)
        }
    }
}
