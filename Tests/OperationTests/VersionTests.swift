import Foundation
import Glibc
import TestSupport
import Testing

/// Services and workers of different versions: those with the same protocol version work together, others are refused.
@Suite(.serialized, .timeLimit(.minutes(5))) struct VersionTests {
    private static let source = DeliveredFiles.composeFile.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Shared/Python/src").path

    private static func python() throws -> PythonEnvironment {
        do { return try PythonEnvironment(with: "zmq", "google.protobuf") } catch {
            try Test.cancel("there is no Python with pyzmq and protobuf: \(error)")
        }
    }

    /// A service of a future version, simulated by its answers.
    /// - Parameter answers: Statements that answer a request `header`, whose route is `header.route`.
    private static func withService<Result>(
        at endpoint: String, in fixture: ProcessFixture, _ answers: String, _ body: () async throws -> Result
    ) async throws -> Result {
        let file = fixture.directory.appending(path: "service.py")
        let program = """
            import sys, time
            sys.path.insert(0, sys.argv[1])
            sys.dont_write_bytecode = True
            import zmq
            from gyrus import _protocol as protocol
            socket = zmq.Context().socket(zmq.ROUTER)
            socket.bind(sys.argv[2])
            while True:
                client, head, *_ = socket.recv_multipart()
                header = protocol.message("RequestHeader")()
                header.ParseFromString(head)
                failure, reply = None, None
            \(answers.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
                parts = [protocol.make("ReplyHeader", version=1, id=header.id, failure=failure).SerializeToString()]
                socket.send_multipart([client] + parts + ([reply.SerializeToString()] if reply else []))
            """
        try Data(program.utf8).write(to: file)
        let log = fixture.directory.appending(path: "logs/service.log")
        try Data().write(to: log)
        let process = try Tool.spawn(
            Tool.required("timeout"), ["240", python().interpreter, file.path, source, endpoint], output: log)
        defer {
            kill(process, SIGTERM)
            var status: Int32 = 0
            waitpid(process, &status, 0)
        }
        return try await body()
    }

    @Test func `a worker exits with the reason if the service uses another protocol version`() async throws {
        try await ProcessFixture.run { fixture in
            let endpoint = try #require(fixture.environment["GYRUS_TRAINER"])
            let refusal = """
                failure = protocol.make("Failure", code="unsupported-version",
                                        message=f"The service speaks version 2, the request {header.version}.")
                """
            try await Self.withService(at: endpoint, in: fixture, refusal) {
                let worker = try fixture.start("trainer", ["work"])
                #expect(await worker.end() == 1)
                let log = try String(contentsOf: worker.log, encoding: .utf8)
                #expect(log.contains("The service speaks version 2, the request 1."), "\(log)")
            }
        }
    }

    @Test func `a service refuses another protocol version with both numbers, and ignores unknown fields`()
        async throws
    {
        try await ProcessFixture.run { fixture in
            _ = try fixture.start("registry", [])
            let program = """
                import sys
                sys.path.insert(0, sys.argv[1])
                sys.dont_write_bytecode = True
                import zmq
                from gyrus import _protocol as protocol
                socket = zmq.Context().socket(zmq.DEALER)
                socket.connect(sys.argv[2])
                # Field 99 as a version to come may have it: a number, and a text.
                unknown = bytes([0x98, 0x06, 0x07, 0x9a, 0x06, 0x03]) + b"new"
                for version in (1, 2):
                    head = protocol.make("RequestHeader", version=version, id=version, route="service.health")
                    socket.send_multipart([head.SerializeToString() + unknown, unknown])
                    frames = socket.recv_multipart()
                    header = protocol.message("ReplyHeader")()
                    header.ParseFromString(frames[0])
                    if header.HasField("failure"):
                        print(header.failure.code, header.failure.message)
                    else:
                        health = protocol.message("HealthReply")()
                        health.ParseFromString(frames[1])
                        print(health.service, health.ready)
                """
            let lines = try Self.python().run(
                program, Self.source, try #require(fixture.environment["GYRUS_REGISTRY"])
            ).split(separator: "\n")
            #expect(lines[0] == "registry True")
            #expect(lines[1].hasPrefix("unsupported-version The service speaks version 1"), "\(lines[1])")
            #expect(lines[1].contains("has version 2; use the same release of Gyrus on both ends"))
        }
    }

    @Test func `doctor reports a service of another version, and a wrong clock`() async throws {
        struct Finding: Decodable {
            let check, state, found: String
        }
        try await ProcessFixture.run { fixture in
            let endpoint = try #require(fixture.environment["GYRUS_TRAINER"])
            let answer = """
                reply = protocol.make("HealthReply", service="trainer", ready=True, version="9.8.7",
                                      time_microseconds=int((time.time() - 3600) * 1e6), free_bytes=10**12)
                """
            try await Self.withService(at: endpoint, in: fixture, answer) {
                let gyrus = try GyrusProgram(environment: ["GYRUS_TRAINER": endpoint])
                let found = try await gyrus.list(Finding.self, ["doctor"])
                let version = found.first { $0.check == "trainer: version" }
                #expect(version?.state == "warning" && version?.found.contains("9.8.7") == true, "\(found)")
                let clock = found.first { $0.check == "trainer: clock" }
                // Minus the time that the request took.
                let skew = clock?.found.firstMatch(of: /by ([0-9.]+) s/).flatMap { Double($0.output.1) } ?? 0
                #expect(clock?.state == "wrong" && (3_500...3_600).contains(skew), "\(found)")
                try FileManager.default.removeItem(at: gyrus.folder)
            }
        }
    }
}
