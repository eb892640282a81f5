import Foundation
import GRDB
import Messaging
import Model
import ObjectStore
import RegistryClient
import ServiceTestSupport
import Storage
import TestSupport
import Testing

@testable import RegistryServer

/// Files of the registry in an S3-compatible store.
@Suite(.serialized, .timeLimit(.minutes(10))) struct BucketTests {
    /// One for all tests, because it takes seconds to start.
    private static let server = Task { try await ObjectStoreServer() }

    private func store() async throws -> ObjectStoreServer {
        do {
            return try await Self.server.value
        } catch let problem as PythonEnvironment.Problem {
            try Test.cancel("there is no store of moto: \(problem)")
        }
    }

    private func fixture(
        _ bucket: Bucket, in directory: TemporaryDirectory? = nil
    ) async throws -> (RegistryFixture, BlobMover) {
        let fixture = try RegistryFixture(directory, bucket: bucket)
        try await fixture.blobs.choose(bucket.address)
        try await fixture.blobs.claimBucket()
        return (fixture, BlobMover(fixture.blobs, to: bucket, logger: quiet))
    }

    @Test func `files move to the bucket, are read back, and are removed with what needed them`() async throws {
        let store = try await store()
        let bucket = try store.bucket()
        let (fixture, mover) = try await fixture(bucket)
        // Nothing, a little, one part, and several parts with a short last one.
        let contents = [0, 300_000, Bucket.partBytes, 2 * Bucket.partBytes + 77].map { sampleBytes($0) }
        try await fixture.serve { client, _ in
            var digests: [BlobDigest] = []
            for bytes in contents { digests.append(try await client.upload(bytes: bytes)) }
            try await mover.pass()
            for (digest, bytes) in zip(digests, contents) {
                #expect(!FileManager.default.fileExists(atPath: fixture.file(of: digest).path))
                let state = try await client.state(of: digest)
                #expect(state.isComplete && state.bytes == UInt64(bytes.count))
                let content = try await client.bytes(of: digest)
                #expect(content == bytes)
                #expect(try await bucket.read(digest.hexadecimal, at: 0, count: 10) == Array(bytes.prefix(10)))
            }
            let check = try await client.verifyBlobs()
            #expect(check.blobs == 4 && check.faults == [])

            let removed = try await client.collectBlobs(olderThan: .zero, dryRun: false)
            #expect(removed.blobs == 4)
            // The same content is uploaded again before its removal is carried out.
            let again = try await client.upload(bytes: contents[1])
            try await mover.pass()
            for digest in digests {
                #expect(try await (bucket.read(digest.hexadecimal, at: 0, count: 10) != nil) == (digest == again))
            }
            let content = try await client.bytes(of: again)
            #expect(content == contents[1])
        }
        let kinds = try await fixture.eventKinds()
        #expect(kinds.filter { $0 == "blob.moved" }.count == 5)
    }

    @Test(arguments: [
        (ObjectStoreServer.Fault.full, Failure.Code.unavailable, "The bucket is full"),
        (.away, .unavailable, "SlowDown"), (.wrong, .corrupt, "is damaged"),
    ])
    func `a store that is full, overloaded or faulty loses nothing`(
        fault: ObjectStoreServer.Fault, code: Failure.Code, reason: String
    ) async throws {
        let store = try await store()
        let (fixture, mover) = try await fixture(try store.bucket())
        let bytes = sampleBytes(2 * Bucket.partBytes)
        try await fixture.serve { client, _ in
            try store.set(fault, true)
            let digest = try await client.upload(bytes: bytes)
            let failure = await #expect(throws: Failure.self) { try await mover.pass() }
            #expect(failure?.code == code && failure?.isRetriable == true, "\(failure.debugDescription)")
            #expect(failure?.message.contains(reason) == true, "\(failure.debugDescription)")
            let content = try await client.bytes(of: digest)
            #expect(content == bytes)
            try store.set(fault, false)
            try await mover.pass()
            #expect(!FileManager.default.fileExists(atPath: fixture.file(of: digest).path))
            let moved = try await client.bytes(of: digest)
            #expect(moved == bytes)
        }
    }

    @Test func `files move although the store does not list unfinished uploads`() async throws {
        let store = try await store()
        let (fixture, mover) = try await fixture(try store.bucket())
        try store.set(.unlisted, true)
        try await fixture.serve { client, _ in
            let digest = try await client.upload(bytes: [1, 2, 3])
            let moving = Task { try await mover.run() }
            while FileManager.default.fileExists(atPath: fixture.file(of: digest).path) {
                try await Task.sleep(for: .milliseconds(20))
            }
            moving.cancel()
            try await moving.value
            let content = try await client.bytes(of: digest)
            #expect(content == [1, 2, 3])
        }
        try store.set(.unlisted, false)
    }

    @Test func `a file that is damaged in the bucket is not served and can be uploaded again`() async throws {
        let store = try await store()
        let (fixture, mover) = try await fixture(try store.bucket())
        let bytes = sampleBytes(500_000)
        try await fixture.serve { client, _ in
            let digest = try await client.upload(bytes: bytes)
            try await mover.pass()
            try store.set(.away, true)
            let away = await #expect(throws: Failure.self) { try await fixture.blobs.read(digest, offset: 0, limit: 9) }
            #expect(away?.code == .unavailable)
            try store.set(.away, false)
            try store.set(.wrong, true)
            let damaged = await #expect(throws: Failure.self) { try await client.bytes(of: digest) }
            #expect(damaged?.code == .corrupt && damaged?.message.contains("in the bucket") == true)
            try store.set(.wrong, false)
            let state = try await client.state(of: digest)
            #expect(!state.isComplete)
            _ = try await client.upload(bytes: bytes)
            try await mover.pass()
            let content = try await client.bytes(of: digest)
            #expect(content == bytes)
        }
    }

    @Test func `wrong credentials, a missing bucket and an unreachable store are distinguished`() async throws {
        let store = try await store()
        let secret = try store.bucket(with: ["AWS_SECRET_ACCESS_KEY": "wrong"])
        let key = try store.bucket(with: ["AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"])
        let missing = Bucket(
            try BucketAddress(store.address.replacing("/files", with: "/nothing/p")),
            try BucketCredentials(environment: store.credentials))
        // Nobody listens on port 9, the discard port.
        let away = Bucket(
            try BucketAddress("http://127.0.0.1:9/files"), try BucketCredentials(environment: store.credentials))
        for (bucket, code, reason) in [
            (secret, Failure.Code.permissionDenied, "AWS_SECRET_ACCESS_KEY"),
            (key, .permissionDenied, "AKIAIOSFODNN7EXAMPLE"), (missing, .notFound, "Create the bucket"),
            (away, .unavailable, "Cannot reach"),
        ] {
            let fixture = try RegistryFixture(bucket: bucket)
            try await fixture.blobs.choose(bucket.address)
            let failure = await #expect(throws: Failure.self) { try await fixture.blobs.claimBucket() }
            #expect(failure?.code == code, "\(failure.debugDescription)")
            #expect(failure?.message.contains(reason) == true, "\(failure.debugDescription)")
            #expect(failure?.message.contains("wrong") == false)
        }
    }

    @Test func `a registry with wrong credentials exits at once with the status of a wrong configuration`() async throws
    {
        let store = try await store()
        try await ProcessFixture.run { fixture in
            let registry = try fixture.start(
                "registry", ["--blobs", store.address],
                environment: store.credentials.merging(["AWS_SECRET_ACCESS_KEY": "wrong"]) { $1 })
            #expect(await registry.end() == 78)
            let log = try String(contentsOf: registry.log, encoding: .utf8)
            #expect(log.contains("SignatureDoesNotMatch") && log.contains("AWS_SECRET_ACCESS_KEY"), "\(log)")
        }
    }

    @Test func `credentials are read from a file, and the environment has only its name`() async throws {
        let store = try await store()
        let folder = try TemporaryDirectory()
        let (key, secret) = (
            store.credentials["AWS_ACCESS_KEY_ID"] ?? "", store.credentials["AWS_SECRET_ACCESS_KEY"] ?? ""
        )
        let text = """
            # Of two projects.
            [other]
            aws_access_key_id = AKIAIOSFODNN7EXAMPLE
            [default]
            aws_access_key_id=\(key)
              AWS_Secret_Access_Key = \(secret)
            """
        let file = try folder.write(text.utf8, as: "credentials")
        try await ProcessFixture.run { fixture in
            let registry = try fixture.start(
                "registry", ["--blobs", store.address + "/from-a-file"],
                environment: ["AWS_SHARED_CREDENTIALS_FILE": file])
            let endpoint = try Endpoint(try #require(fixture.environment["GYRUS_REGISTRY"]))
            let client = RegistryClient(RequestClient(to: endpoint, logger: quiet), patience: .seconds(60))
            let digest = try await client.upload(bytes: [1, 2, 3])
            let bucket = try store.bucket("/from-a-file")
            while true {
                if let bytes = try? await bucket.read(digest.hexadecimal, at: 0, count: 3) {
                    #expect(bytes == [1, 2, 3])
                    break
                }
                try #require(registry.isRunning, "\((try? String(contentsOf: registry.log, encoding: .utf8)) ?? "")")
                try await Task.sleep(for: .milliseconds(50))
            }
            let environment = try Data(contentsOf: URL(filePath: "/proc/\(registry.id)/environ"))
            #expect(environment.range(of: Data(file.utf8)) != nil && environment.range(of: Data(secret.utf8)) == nil)
        }
        for (variables, reason) in [
            (["AWS_SHARED_CREDENTIALS_FILE": "/nowhere"], "'/nowhere'"),
            (["AWS_SHARED_CREDENTIALS_FILE": file, "AWS_PROFILE": "third"], "section [third]"),
            (["AWS_SHARED_CREDENTIALS_FILE": file, "AWS_PROFILE": "other"], "'aws_secret_access_key = …'"),
            (["AWS_SHARED_CREDENTIALS_FILE": ""], "AWS_SHARED_CREDENTIALS_FILE to a file"),
        ] {
            let failure = #expect(throws: Failure.self) { try BucketCredentials(environment: variables) }
            #expect(failure?.message.contains(reason) == true, "\(failure.debugDescription)")
        }
        let variables = ["AWS_SHARED_CREDENTIALS_FILE": "/nowhere"].merging(store.credentials) { $1 }
        #expect(try BucketCredentials(environment: variables).key == key)
    }

    @Test func `a bucket has one registry, and a registry one bucket, until it is restored`() async throws {
        let store = try await store()
        let (first, other) = (try store.bucket("/p"), try store.bucket("/q"))
        let (fixture, mover) = try await fixture(first)
        let digest = try await fixture.serve { client, _ in try await client.upload(bytes: [1, 2, 3]) }
        try await mover.pass()

        let second = try RegistryFixture(bucket: first)
        try await second.blobs.choose(first.address)
        let taken = await #expect(throws: Failure.self) { try await second.blobs.claimBucket() }
        #expect(taken?.code == .conflict && taken?.message.contains("another registry") == true)

        for address in [other.address, nil] {
            let failure = await #expect(throws: Failure.self) { try await fixture.blobs.choose(address) }
            #expect(failure?.code == .conflict && failure?.message.contains(first.address.description) == true)
        }
        let content = Data([1, 2, 3])
        try content.write(to: fixture.file(of: digest))
        try await fixture.blobs.forgetBucket()
        try await fixture.blobs.choose(nil)
        #expect(try await fixture.blobs.read(digest, offset: 0, limit: 3).bytes == [1, 2, 3])
        // What another project needs stays in its bucket.
        #expect(try await first.read(digest.hexadecimal, at: 0, count: 3) == [1, 2, 3])
    }

    @Test(arguments: [
        "s3://bucket", "https://", "https://host", "https://host/", "https://user:secret@host/bucket",
        "https://host/bucket/../other", "https://host/buc ket", "https://host/bucket?zone=1",
        "https://host/bucket?region=",
    ])
    func `an invalid bucket address is refused with the right form`(text: String) throws {
        let failure = #expect(throws: Failure.self) { try BucketAddress(text) }
        #expect(failure?.message.contains("https://HOST") == true)
    }

    @Test func `an address is parsed, and credentials are required`() throws {
        let address = try BucketAddress("https://[::1]:9000/bucket/a/b/?region=eu-central-1")
        #expect(address.store == "https://[::1]:9000" && address.bucket == "bucket" && address.prefix == "a/b/")
        #expect(address.description == "https://[::1]:9000/bucket/a/b?region=eu-central-1")
        #expect(try BucketAddress(address.description) == address)
        #expect(throws: Failure.self) { try BucketCredentials(environment: ["AWS_ACCESS_KEY_ID": "key"]) }
    }
}
