import Foundation
import Model
import RegistryClient
import Storage
import Synchronization
import Testing

@testable import RegistryServer

@Suite(.timeLimit(.minutes(10)))
struct BlobCareTests {
    private func register(_ bytes: [UInt8], _ client: RegistryClient) async throws -> BlobDigest {
        let blob = try await client.upload(bytes: bytes)
        _ = try await client.register(
            RegisteredDataset(name: "set", recipe: BlobDigest(hashing: bytes), blob: blob, classes: 2))
        return blob
    }

    @Test func `retention removes old temporary files and unused features, and no dataset`() async throws {
        let start = Date()
        let clock = Mutex(start)
        let fixture = try RegistryFixture(now: { clock.withLock { $0 } })
        func advance(to seconds: Double) { clock.withLock { $0 = start.addingTimeInterval(seconds) } }
        try await fixture.serve { client, _ in
            func features(_ seed: UInt8) async throws -> RegisteredDataset {
                try await client.register(
                    RegisteredDataset(
                        name: "features", recipe: BlobDigest(hashing: [seed]),
                        blob: try await client.upload(bytes: sampleBytes(1_000, seed: seed)), classes: 2,
                        attributes: [RegisteredDataset.featureWeights: "3fa2", "dataset": "7c11"]))
            }
            let data = try await register(sampleBytes(1_000), client)
            let temporary = try await client.upload(bytes: sampleBytes(1_000, seed: 2), keepFor: .seconds(1_000))
            let (unused, used, both) = (try await features(3), try await features(4), try await features(5))
            // The same bytes are also a dataset.
            _ = try await client.register(
                RegisteredDataset(name: "own", recipe: BlobDigest(hashing: [6]), blob: both.blob, classes: 2))
            advance(to: 50)
            _ = try await client.register(used)
            advance(to: 120)
            #expect(try await fixture.blobs.removeTemporary(beyond: .init(age: .seconds(200))) == 0)
            #expect(try await fixture.blobs.removeTemporary(beyond: .init(age: .seconds(100))) == 2)
            for (blob, isThere) in [
                (data, true), (temporary, false), (unused.blob, false), (used.blob, true), (both.blob, true),
            ] {
                let state = try await client.state(of: blob)
                #expect(state.isComplete == isThere, "\(blob)")
            }
            let names = try await client.datasets().map(\.name)
            #expect(names.sorted() == ["features", "features", "own", "set"])
            #expect(try await fixture.blobs.removeTemporary(beyond: .init(bytes: 999)) == 1)
            let check = try await client.verifyBlobs()
            #expect(check.blobs == 2 && check.faults == [])
            // A search that needs them again registers them again.
            _ = try await features(3)
        }
    }

    @Test func `what a running search holds is never removed, and counts against the limit`() async throws {
        let start = Date()
        let clock = Mutex(start)
        let fixture = try RegistryFixture(now: { clock.withLock { $0 } })
        func advance(to seconds: Double) { clock.withLock { $0 = start.addingTimeInterval(seconds) } }
        try await fixture.serve { client, _ in
            func file(_ seed: UInt8) async throws -> BlobDigest {
                try await client.upload(bytes: sampleBytes(1_000, seed: seed), keepFor: .seconds(100))
            }
            let held = try await file(1)
            advance(to: 1)
            let (older, newer) = (try await file(2), try await file(3))
            let forgotten = try await client.upload(bytes: sampleBytes(1_000, seed: 4))
            try await client.hold([held, forgotten, BlobDigest(hashing: [9])], for: .seconds(1_000))
            advance(to: 2)
            #expect(try await fixture.blobs.removeTemporary(beyond: .init(bytes: 2_000)) == 1)
            #expect(try await fixture.blobs.removeTemporary(beyond: .init(bytes: 0)) == 1)
            advance(to: 500)
            #expect(try await fixture.blobs.removeTemporary(beyond: .init(age: .seconds(1))) == 0)
            #expect(try await fixture.blobs.removeExpired() == 0)
            #expect(try await client.collectBlobs(olderThan: .zero, dryRun: false).blobs == 0)
            for (blob, isThere) in [(held, true), (forgotten, true), (older, false), (newer, false)] {
                #expect(try await client.state(of: blob).isComplete == isThere)
            }
            advance(to: 1_001)
            #expect(try await fixture.blobs.removeExpired() == 1)
            #expect(try await client.collectBlobs(olderThan: .zero, dryRun: false).blobs == 1)
        }
    }

    @Test func `verifying finds damaged, missing and lost files and says what needs them`() async throws {
        let fixture = try RegistryFixture()
        try await fixture.serve { client, _ in
            let whole = try await register(sampleBytes(9 << 20), client)
            let damaged = try await register(sampleBytes(9 << 20, seed: 2), client)
            let missing = try await register(sampleBytes(100, seed: 3), client)
            let clean = try await client.verifyBlobs()
            #expect(clean.blobs == 3 && clean.faults == [])
            let handle = try FileHandle(forUpdating: fixture.file(of: damaged))
            try handle.seek(toOffset: (8 << 20) + 5)
            try handle.write(contentsOf: [0xff, 0xfe])
            try handle.close()
            try FileManager.default.removeItem(at: fixture.file(of: missing))
            // The second time, the rows are gone, but they are still needed.
            for round in 1...2 {
                let check = try await client.verifyBlobs()
                #expect(check.blobs == 1, "round \(round)")
                #expect(Set(check.faults.map(\.digest)) == [damaged.hexadecimal, missing.hexadecimal])
                #expect(check.faults.allSatisfy { $0.neededBy == ["dataset set"] })
            }
            let served = try await client.bytes(of: whole)
            #expect(served.count == 9 << 20)
        }
    }

    @Test func `verification proceeds in steps`() async throws {
        let fixture = try RegistryFixture()
        try await fixture.serve { client, _ in
            for seed in 1...4 { _ = try await client.upload(bytes: sampleBytes(100, seed: UInt8(seed))) }
            var (steps, last) = (0, "")
            while let next = try await client.verifyBlobs(after: last, bytes: 150).last {
                last = next
                steps += 1
            }
            #expect(steps == 2)
        }
    }

    @Test func `garbage collection removes only what nothing needs`() async throws {
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        let days = Mutex(0.0)
        let now: @Sendable () -> Date = { start.addingTimeInterval(days.withLock { $0 } * 24 * 3600) }
        let fixture = try RegistryFixture(now: now)
        try await fixture.serve { client, _ in
            let needed = try await register([1], client)
            let promised = try await client.upload(bytes: [2], keepFor: .seconds(10 * 24 * 3600))
            let unneeded = try await client.upload(bytes: [3, 3, 3])
            days.withLock { $0 = 2 }
            let young = try await client.upload(bytes: [4])
            let stray = BlobDigest(hashing: [5])
            let place = fixture.file(of: stray)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data([5]).write(to: place)
            let old = start.addingTimeInterval(-3600)
            try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: place.path)

            let trial = try await client.collectBlobs(olderThan: .seconds(24 * 3600), dryRun: true)
            #expect(trial.blobs == 2 && trial.bytes == 4)
            let before = try await client.state(of: unneeded)
            #expect(before.isComplete)
            let removed = try await client.collectBlobs(olderThan: .seconds(24 * 3600), dryRun: false)
            #expect(removed == trial)
            for (blob, isThere) in [(needed, true), (promised, true), (young, true), (unneeded, false)] {
                let state = try await client.state(of: blob)
                #expect(state.isComplete == isThere)
                #expect(FileManager.default.fileExists(atPath: fixture.file(of: blob).path) == isThere)
            }
            #expect(!FileManager.default.fileExists(atPath: place.path))
            let again = try await client.collectBlobs(olderThan: .seconds(24 * 3600), dryRun: false)
            #expect(again.blobs == 0)
        }
        #expect(try await fixture.eventKinds().filter { $0 == "blob.collected" }.count == 1)
    }
}
