import Foundation
import Model
import RegistryClient
import TestSupport
import Testing

@testable import RegistryServer

@Suite(.timeLimit(.minutes(10)))
struct UnfinishedUploadTests {
    /// A registry that is killed between the last byte of an upload and its entry leaves the whole upload behind.
    @Test(arguments: [1, 300_000])
    func `an upload whose last byte arrived before the crash is finished after it`(count: Int) async throws {
        let fixture = try RegistryFixture()
        let bytes = sampleBytes(count)
        let digest = BlobDigest(hashing: bytes)
        try Data(bytes).write(to: fixture.directory.file("partial/\(digest.hexadecimal)"))
        try await fixture.serve { client, _ in
            let uploaded = try await client.upload(bytes: bytes)
            #expect(uploaded == digest)
            let content = try await client.bytes(of: digest)
            #expect(content == bytes)
        }
        #expect(try await fixture.eventKinds() == ["blob.stored"])
    }
}
