import Foundation
import Messaging
import Model
import RegistryClient
import ServiceClient
import ServiceTestSupport
import Synchronization
import TestSupport
import Testing

/// The built `registry`, killed and started again under a running transfer.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct CrashTests {
    private let directory: TemporaryDirectory
    private let endpoint: Endpoint

    init() throws {
        directory = try TemporaryDirectory()
        endpoint = try socketEndpoint()
    }

    private func start() throws -> ChildProcess {
        try ChildProcess(
            "registry",
            [
                "--endpoint", endpoint.description, "--data-directory", directory.path("registry"), "--log-level",
                "error",
            ], log: directory.file("log"))
    }

    private func kill(_ process: ChildProcess) {
        process.signal(SIGKILL)
        process.wait()
    }

    private func size(of path: String) -> Int {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0
    }

    @Test func `a transfer survives kill -9 of the registry in both directions`() async throws {
        let bytes = sampleBytes(100 << 20)
        let source = URL(filePath: try directory.write(bytes, as: "source"))
        let digest = BlobDigest(hashing: bytes)
        let target = directory.file("target")
        let loop = MessageLoop()
        let requests = RequestClient(to: endpoint, loop: loop, logger: quiet)
        let observer = RegistryClient(RequestClient(to: endpoint, loop: loop, logger: quiet))
        let client = RegistryClient(requests, patience: .seconds(60))

        let first = try start()
        async let upload = client.upload(file: source)
        while try await observer.state(of: digest).bytes < 16 << 20 { await Task.yield() }
        kill(first)
        let second = try start()
        let resumed = try await observer.state(of: digest)
        #expect(resumed.bytes >= 16 << 20 || resumed.isComplete)
        let uploaded = try await upload
        #expect(uploaded == digest)

        async let download: Void = client.download(digest, to: target)
        let part = target.path + ".part"
        while size(of: part) < 16 << 20 {
            await Task.yield()
            if FileManager.default.fileExists(atPath: target.path) { break }
        }
        kill(second)
        let third = try start()
        try await download
        #expect(try BlobDigest(hashing: [UInt8](Data(contentsOf: target))) == digest)
        kill(third)
        await requests.close()
    }

    @Test func `the service is healthy soon after its start and shuts down cleanly`() async throws {
        let process = try start()
        let client = ServiceClient(RequestClient(to: endpoint, loop: MessageLoop(), logger: quiet))
        let health = try await client.health(timeout: .seconds(20))
        #expect(health.service == "registry" && health.isReady)
        process.signal(SIGTERM)
        #expect(await process.end() == 0)
    }

    @Test func `a second process cannot use the same folder`() async throws {
        let first = try start()
        defer { kill(first) }
        let client = ServiceClient(RequestClient(to: endpoint, loop: MessageLoop(), logger: quiet))
        _ = try await client.health(timeout: .seconds(20))
        let second = try start()
        #expect(await second.end() == 1)
    }
}
