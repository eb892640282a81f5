import Foundation
import TestSupport
import Testing

/// The Python client with running services, installed as people install it.
@Suite(.timeLimit(.minutes(15))) struct PythonClientTests {
    private static let source = DeliveredFiles.composeFile.deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Shared/Python")

    @Test func `the example goes from a table to answers`() async throws {
        let (python, packages) = try Self.installed()
        try await Cluster.run { cluster in
            let folder = cluster.fixture.directory.appending(path: "example")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let programs = try ChildProcess.executable("gyrus").deletingLastPathComponent().path
            let log = cluster.fixture.directory.appending(path: "logs/python.log")
            let process = try ChildProcess(
                path: python, [Self.source.appending(path: "examples/first_search.py").path, folder.path],
                environment: cluster.fixture.environment.merging([
                    "PYTHONPATH": packages.url.path, "PATH": "\(programs):/usr/bin:/bin",
                ]) { $1 }, log: log)
            let status = await process.end()
            let text = try String(contentsOf: log, encoding: .utf8)
            #expect(status == 0, "\(text)")
            #expect(text.contains("succeeded 3 of 3 trials"))
            #expect(text.contains("trial.finished") || text.contains("scenario."), "\(text)")
            #expect(text.split(separator: "\n").count { $0.hasPrefix("answer: ") } == 2)
            #expect(text.contains("module: torch.Size([1, 2])"))
        }
    }

    @Test func `errors have the service's own message`() async throws {
        let (python, packages) = try Self.installed()
        try await Cluster.run { cluster in
            let program = """
                import os, sys
                sys.path.insert(0, sys.argv[1])
                import gyrus
                client = gyrus.Client(environment={"GYRUS_DESIGNER": sys.argv[2]})
                for ask in (lambda: client.scenario("nobody"), lambda: client.publish("stimuli: [")):
                    try:
                        ask()
                    except gyrus.GyrusError as error:
                        print(error.code, "|", error.message)
                print(client.scenarios())
                away = gyrus.Client(environment={"GYRUS_DESIGNER": "ipc:///nonexistent/designer.sock"})
                try:
                    away._call("designer", "scenario.list", gyrus._protocol.make("ScenarioListRequest"), "ScenarioListReply", 0.2)
                except gyrus.GyrusError as error:
                    print(error.code)
                """
            let endpoint = try #require(cluster.fixture.environment["GYRUS_DESIGNER"])
            let lines = try PythonEnvironment.output(of: python, ["-c", program, packages.url.path, endpoint])
                .split(separator: "\n")
            #expect(lines[0].hasPrefix("not-found |"))
            #expect(lines[1].hasPrefix("invalid-argument |") && lines[1].contains("scenario.yaml"))
            #expect(lines.contains("[]"))
            #expect(lines.last == "deadline-exceeded")
        }
    }

    @Test func `the shipped descriptors match the protocol`() throws {
        let folder = try TemporaryDirectory()
        let protos = Self.source.deletingLastPathComponent().appending(path: "Schema/Protos").path
        let output = try ChildProcess.output(
            of: "protoc-c",
            [
                "--proto_path=\(protos)", "--include_imports", "--descriptor_set_out=\(folder.path("protocol.binpb"))",
                "designer.proto", "registry.proto", "service.proto",
            ])
        try #require(output.status == 0, "\(output.err)")
        let shipped = try Data(contentsOf: Self.source.appending(path: "src/gyrus/protocol.binpb"))
        #expect(try Data(contentsOf: folder.file("protocol.binpb")) == shipped, "see Shared/Python/README.md")
    }

    /// The package, installed into a folder by pip.
    private static func installed() throws -> (python: String, packages: TemporaryDirectory) {
        let python: String
        let folder = try TemporaryDirectory()
        do {
            let environment = try PythonEnvironment(
                with: "zmq", "google.protobuf", "pandas", "sentencepiece", "setuptools")
            python = environment.interpreter
            // pip leaves files next to what it builds.
            let copy = folder.file("source")
            try FileManager.default.copyItem(at: source, to: copy)
            _ = try PythonEnvironment.output(
                of: python,
                [
                    "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                    "--no-build-isolation",
                    "--target", folder.path("packages"), copy.path,
                ])
        } catch {
            try Test.cancel("there is no Python with pyzmq, protobuf and pandas, or no pip: \(error)")
        }
        let packages = try TemporaryDirectory()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path("packages")) {
            try FileManager.default.moveItem(
                at: folder.file("packages").appending(path: name), to: packages.file(name))
        }
        return (python, packages)
    }
}
