import Foundation
import Model
import RegistryClient
import ServiceTestSupport
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10)))
struct BlobCacheTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// A clock that the test moves.
    private final class Clock: Sendable {
        private let seconds = Mutex(Date().timeIntervalSince1970)
        var now: Date { seconds.withLock { Date(timeIntervalSince1970: $0) } }
        func advance(by step: Double) { seconds.withLock { $0 += step } }
    }

    @Test func `a blob is downloaded once and found afterwards, even without the registry`() async throws {
        let fixture = try RegistryFixture()
        let bytes = sampleBytes(1000)
        let (digest, cache) = try await fixture.serve { client, _ in
            let digest = try await client.upload(bytes: bytes)
            let cache = BlobCache(directory: directory.url, limitBytes: 1 << 20, registry: client)
            async let one = cache.file(for: digest)
            async let other = cache.file(for: digest)
            let urls = try await [one, other]
            #expect(urls[0] == urls[1])
            return (digest, cache)
        }
        let url = try await cache.file(for: digest)
        #expect([UInt8](try Data(contentsOf: url)) == bytes)
        let size = await cache.sizeBytes
        #expect(size == 1000)
    }

    @Test func `a damaged file is downloaded again`() async throws {
        let fixture = try RegistryFixture()
        let bytes = sampleBytes(1000)
        try await fixture.serve { client, _ in
            let digest = try await client.upload(bytes: bytes)
            let cache = BlobCache(directory: directory.url, limitBytes: 1 << 20, registry: client)
            let url = try await cache.file(for: digest)
            try Data(repeating: 0, count: 1000).write(to: url)
            let again = try await cache.file(for: digest)
            #expect([UInt8](try Data(contentsOf: again)) == bytes)
        }
    }

    @Test func `the least recently used files are removed first`() async throws {
        let fixture = try RegistryFixture()
        let clock = Clock()
        try await fixture.serve { client, _ in
            let cache = BlobCache(directory: directory.url, limitBytes: 2500, registry: client) { clock.now }
            var digests: [BlobDigest] = []
            for seed in 0..<3 { digests.append(try await client.upload(bytes: sampleBytes(1000, seed: UInt8(seed)))) }
            let first = try await cache.file(for: digests[0])
            clock.advance(by: 100)
            let second = try await cache.file(for: digests[1])
            clock.advance(by: 100)
            _ = try await cache.file(for: digests[0])
            clock.advance(by: 100)
            let third = try await cache.file(for: digests[2])
            let exists = [first, second, third].map { FileManager.default.fileExists(atPath: $0.path) }
            #expect(exists == [true, false, true])
            let size = await cache.sizeBytes
            #expect(size == 2000)
        }
    }

    @Test func `a blob larger than the cache is refused before it is downloaded`() async throws {
        let fixture = try RegistryFixture()
        try await fixture.serve { client, _ in
            let digest = try await client.upload(bytes: sampleBytes(1000))
            let cache = BlobCache(directory: directory.url, limitBytes: 999, registry: client)
            let failure = await #expect(throws: Failure.self) { try await cache.file(for: digest) }
            #expect(failure?.code == .invalidArgument)
            let missing = await #expect(throws: Failure.self) { try await cache.file(for: BlobDigest(hashing: [7])) }
            #expect(missing?.code == .notFound)
        }
    }

    @Test func `several caches share a folder`() async throws {
        let fixture = try RegistryFixture()
        let bytes = sampleBytes(3_000_000)
        try await fixture.serve { client, _ in
            let digest = try await client.upload(bytes: bytes)
            let urls = try await withThrowingTaskGroup(of: URL.self) { group in
                for _ in 0..<6 {
                    // Each with its own cache object, as in separate processes.
                    group.addTask {
                        try await BlobCache(directory: directory.url, limitBytes: 1 << 30, registry: client)
                            .file(for: digest)
                    }
                }
                return try await group.reduce(into: Set<URL>()) { $0.insert($1) }
            }
            #expect(urls.count == 1)
            #expect([UInt8](try Data(contentsOf: try #require(urls.first))) == bytes)
        }
    }
}
