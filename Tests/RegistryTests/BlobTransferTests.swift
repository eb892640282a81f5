import Foundation
import Messaging
import Model
import RegistryClient
import Schema
import ServiceTestSupport
import Synchronization
import TestSupport
import Testing

@testable import RegistryServer

@Suite(.timeLimit(.minutes(10)))
struct BlobTransferTests {
    private static let chunk = 8 << 20

    @Test(arguments: [0, 1, 300_000, chunk - 1, chunk, chunk + 1, 2 * chunk + 77])
    func `a file is downloaded as it was uploaded`(count: Int) async throws {
        let fixture = try RegistryFixture()
        let bytes = sampleBytes(count)
        let source = URL(filePath: try fixture.directory.write(bytes, as: "source"))
        let target = fixture.directory.file("target")
        try await fixture.serve(at: try socketEndpoint()) { client, _ in
            let digest = try await client.upload(file: source)
            #expect(digest == BlobDigest(hashing: bytes))
            let state = try await client.state(of: digest)
            #expect(state.isComplete && state.bytes == UInt64(count))
            try await client.download(digest, to: target)
            let content = try await client.bytes(of: digest)
            #expect(content == bytes)
        }
        #expect([UInt8](try Data(contentsOf: target)) == bytes)
        #expect(!FileManager.default.fileExists(atPath: target.path + ".part"))
        #expect(try await fixture.eventKinds() == ["blob.stored"])
    }

    @Test func `an upload resumes after a restart of the registry`() async throws {
        let directory = try TemporaryDirectory()
        let bytes = sampleBytes(3 * Self.chunk)
        let digest = BlobDigest(hashing: bytes)
        try await RegistryFixture(directory).serve { _, requests in
            let request = Wire.BlobWriteRequest(digest: digest.hexadecimal, total: UInt64(bytes.count), offset: 0)
            let (reply, _) = try await requests.call(
                .blobWrite, request, attachment: Array(bytes.prefix(Self.chunk)), timeout: .seconds(20))
            #expect(!reply.complete && reply.bytes == UInt64(Self.chunk))
        }
        let second = try RegistryFixture(directory)
        try await second.serve { client, requests in
            let state = try await client.state(of: digest)
            #expect(!state.isComplete && state.bytes == UInt64(Self.chunk))
            let uploaded = try await client.upload(bytes: bytes)
            #expect(uploaded == digest)
            let content = try await client.bytes(of: digest)
            #expect(content == bytes)
        }
    }

    @Test func `leftovers of another upload are discarded and sent again`() async throws {
        let fixture = try RegistryFixture()
        let bytes = sampleBytes(100_000)
        let digest = BlobDigest(hashing: bytes)
        try Data(repeating: 9, count: 60_000).write(to: fixture.directory.file("partial/\(digest.hexadecimal)"))
        try await fixture.serve { client, _ in
            let uploaded = try await client.upload(bytes: bytes)
            #expect(uploaded == digest)
        }
    }

    @Test func `content that does not match its digest is refused`() async throws {
        let fixture = try RegistryFixture()
        let digest = BlobDigest(hashing: [1, 2, 3])
        try await fixture.serve { client, requests in
            let request = Wire.BlobWriteRequest(digest: digest.hexadecimal, total: 3, offset: 0)
            let failure = await #expect(throws: Failure.self) {
                try await requests.call(.blobWrite, request, attachment: [3, 2, 1], timeout: .seconds(10))
            }
            #expect(failure?.code == .corrupt)
            let state = try await client.state(of: digest)
            #expect(!state.isComplete && state.bytes == 0)
        }
        #expect(try await fixture.eventKinds() == [])
    }

    @Test func `chunks that repeat, overlap or leave a gap change nothing but say where to continue`() async throws {
        let fixture = try RegistryFixture()
        let bytes = sampleBytes(100)
        let digest = BlobDigest(hashing: bytes)
        func write(_ range: Range<Int>) async throws -> UInt64 {
            try await fixture.blobs.write(
                digest, total: 100, offset: UInt64(range.lowerBound), Array(bytes[range])
            ).bytes
        }
        #expect(try await write(50..<100) == 0)
        #expect(try await write(0..<40) == 40)
        #expect(try await write(0..<40) == 40)
        #expect(try await write(10..<20) == 40)
        #expect(try await write(41..<100) == 40)
        #expect(try await write(20..<100) == 100)
        #expect(try await fixture.blobs.state(of: digest).isComplete)
        #expect(try await write(0..<10) == 100)
    }

    @Test func `a chunk beyond the end and an excessive size are refused`() async throws {
        let fixture = try RegistryFixture()
        let digest = BlobDigest(hashing: [1])
        let beyond = await #expect(throws: Failure.self) {
            try await fixture.blobs.write(digest, total: 2, offset: 0, [1, 2, 3])
        }
        #expect(beyond?.code == .invalidArgument)
        let large = await #expect(throws: Failure.self) {
            try await fixture.blobs.write(digest, total: .max, offset: 0, [1])
        }
        #expect(large?.code == .invalidArgument)
    }

    @Test(arguments: ["", "abc", "../../etc/passwd", String(repeating: "G", count: 64)])
    func `an invalid digest is refused`(text: String) async throws {
        let fixture = try RegistryFixture()
        try await fixture.serve { _, requests in
            let failure = await #expect(throws: Failure.self) {
                try await requests.call(.blobStat, Wire.BlobStatRequest(digest: text))
            }
            #expect(failure?.code == .invalidArgument)
        }
    }

    @Test func `a download resumes, whatever it finds there`() async throws {
        let fixture = try RegistryFixture()
        let bytes = sampleBytes(2 * Self.chunk)
        let target = fixture.directory.file("target")
        let part = fixture.directory.file("target.part")
        try await fixture.serve { client, _ in
            let digest = try await client.upload(bytes: bytes)
            for left in [Array(bytes.prefix(Self.chunk + 5)), [9, 9, 9], bytes + [1, 2, 3], bytes] {
                try Data(left).write(to: part)
                try await client.download(digest, to: target)
                #expect([UInt8](try Data(contentsOf: target)) == bytes)
                try FileManager.default.removeItem(at: target)
            }
        }
    }

    @Test func `a missing blob is not found and leaves no file`() async throws {
        let fixture = try RegistryFixture()
        let target = fixture.directory.file("folder/target")
        try await fixture.serve { client, _ in
            let failure = await #expect(throws: Failure.self) {
                try await client.download(BlobDigest(hashing: [1]), to: target)
            }
            #expect(failure?.code == .notFound)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.directory.path("folder")) == [])
    }

    // MARK: - Keeping

    @Test func `a temporary blob is removed when its time is over, unless something needs it`() async throws {
        let start = Date()
        let clock = Mutex(start)
        let fixture = try RegistryFixture(now: { clock.withLock { $0 } })
        try await fixture.serve { client, _ in
            let hour = try await client.upload(bytes: [1], keepFor: .seconds(3600))
            let longer = try await client.upload(bytes: [2], keepFor: .seconds(3600))
            _ = try await client.upload(bytes: [2], keepFor: .seconds(7200))
            let forEver = try await client.upload(bytes: [3])
            _ = try await client.upload(bytes: [3], keepFor: .seconds(1))
            let kept = try await client.upload(bytes: [4], keepFor: .seconds(3600))
            _ = try await client.upload(bytes: [4])
            let needed = try await client.upload(bytes: [5], keepFor: .seconds(3600))
            _ = try await client.register(
                RegisteredDataset(name: "d", recipe: BlobDigest(hashing: [9]), blob: needed, classes: 2))
            #expect(try await fixture.blobs.removeExpired() == 0)

            clock.withLock { $0 = start.addingTimeInterval(3601) }
            #expect(try await fixture.blobs.removeExpired() == 1)
            for (digest, isThere) in [(hour, false), (longer, true), (forEver, true), (kept, true), (needed, true)] {
                let state = try await client.state(of: digest)
                #expect(state.isComplete == isThere)
                #expect(FileManager.default.fileExists(atPath: fixture.file(of: digest).path) == isThere)
            }
        }
        #expect(try await fixture.eventKinds().filter { $0 == "blob.expired" }.count == 1)
    }

    @Test func `queries for blobs leave nothing behind, and an abandoned upload is removed`() async throws {
        let start = Date()
        let clock = Mutex(start)
        let fixture = try RegistryFixture(now: { clock.withLock { $0 } })
        func partial() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: fixture.directory.path("partial"))
        }
        let (asked, begun) = (BlobDigest(hashing: [1]), BlobDigest(hashing: [2, 3]))
        #expect(try await fixture.blobs.state(of: asked).bytes == 0)
        #expect(try await fixture.blobs.write(asked, total: 1, offset: 0, []).bytes == 0)
        #expect(try partial() == [])
        #expect(try await fixture.blobs.write(begun, total: 2, offset: 0, [2]).bytes == 1)
        _ = try await fixture.blobs.removeExpired()
        #expect(try partial() == [begun.hexadecimal])
        clock.withLock { $0 = start.addingTimeInterval(8 * 24 * 3600) }
        _ = try await fixture.blobs.removeExpired()
        #expect(try partial() == [])
        #expect(try await fixture.blobs.write(begun, total: 2, offset: 0, [2, 3]).isComplete)
    }

    // MARK: - Damage

    @Test func `a damaged blob is never served, is set aside, and can be uploaded again`() async throws {
        let fixture = try RegistryFixture()
        let bytes = sampleBytes(Self.chunk + 1000)
        try await fixture.serve { client, _ in
            let digest = try await client.upload(bytes: bytes)
            let handle = try FileHandle(forUpdating: fixture.file(of: digest))
            try handle.seek(toOffset: UInt64(Self.chunk + 500))
            try handle.write(contentsOf: [bytes[Self.chunk + 500] ^ 1])
            try handle.close()
            let target = fixture.directory.file("target")
            let failure = await #expect(throws: Failure.self) { try await client.download(digest, to: target) }
            #expect(failure?.code == .corrupt)
            #expect(failure?.message.contains(digest.hexadecimal) == true)
            #expect(!FileManager.default.fileExists(atPath: target.path))
            let gone = await #expect(throws: Failure.self) { try await client.bytes(of: digest) }
            #expect(gone?.code == .notFound)
            let again = try await client.upload(bytes: bytes)
            let content = try await client.bytes(of: again)
            #expect(content == bytes)
        }
        #expect(try await fixture.eventKinds() == ["blob.stored", "blob.corrupt", "blob.stored"])
    }

    @Test(arguments: [true, false])
    func `a blob whose file is missing or truncated counts as missing`(isGone: Bool) async throws {
        let fixture = try RegistryFixture()
        let bytes = sampleBytes(5000)
        try await fixture.serve { client, _ in
            let digest = try await client.upload(bytes: bytes)
            if isGone {
                try FileManager.default.removeItem(at: fixture.file(of: digest))
            } else {
                try Data(bytes.prefix(100)).write(to: fixture.file(of: digest))
            }
            let state = try await client.state(of: digest)
            #expect(!state.isComplete)
            _ = try await client.upload(bytes: bytes)
            let content = try await client.bytes(of: digest)
            #expect(content == bytes)
        }
    }

    @Test func `a blob whose file temporarily cannot be opened stays`() async throws {
        let fixture = try RegistryFixture()
        let bytes = sampleBytes(5000)
        try await fixture.serve { client, _ in
            let digest = try await client.upload(bytes: bytes)
            let (place, aside) = (fixture.file(of: digest), fixture.directory.file("aside"))
            try FileManager.default.moveItem(at: place, to: aside)
            // A link to itself exists but cannot be opened, not even by root.
            try FileManager.default.createSymbolicLink(at: place, withDestinationURL: place)
            let failure = await #expect(throws: Failure.self) { try await fixture.blobs.state(of: digest) }
            #expect(failure?.code == .unavailable)
            try FileManager.default.removeItem(at: place)
            try FileManager.default.moveItem(at: aside, to: place)
            let state = try await client.state(of: digest)
            #expect(state.isComplete)
        }
        #expect(try await fixture.eventKinds() == ["blob.stored"])
    }

    @Test func `a file that was in place before a crash is registered`() async throws {
        let fixture = try RegistryFixture()
        let bytes = sampleBytes(5000)
        let digest = BlobDigest(hashing: bytes)
        let place = fixture.file(of: digest)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: place)
        try await fixture.serve { client, _ in
            let state = try await client.state(of: digest)
            #expect(state.isComplete && state.bytes == 5000)
            let content = try await client.bytes(of: digest)
            #expect(content == bytes)
        }
    }
}
