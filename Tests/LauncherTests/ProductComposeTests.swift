import Foundation
import Launcher
import TestSupport
import Testing
import Yams

/// The shipped Compose file.
enum Product {
    /// The file as plain values, which other programs can read as JSON (which is also YAML).
    static func values() throws -> [String: Any] {
        let text = try String(contentsOf: DeliveredFiles.composeFile, encoding: .utf8)
        let values = try #require(try Yams.load(yaml: text) as? [String: Any])
        return values.filter { !$0.key.hasPrefix("x-") }
    }

    /// Runs a program until it ends; nil if it cannot be run.
    static func run(_ program: String, _ arguments: [String]) async -> (status: Int32, output: String)? {
        guard let output = try? await ChildProcess.output(of: program, arguments) else { return nil }
        return (output.status, output.out + output.err)
    }

    static let hasDocker =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/docker")
        || FileManager.default.isExecutableFile(atPath: "/usr/local/bin/docker")
}

@Suite(.timeLimit(.minutes(3))) struct `The Compose file of Gyrus` {
    @Test func `has the services, each with what it needs`() throws {
        let variables = ["GYRUS_RUN_DIR": "/r", "GYRUS_STATE_DIR": "/s", "GYRUS_DATA_DIR": ""]
        let project = try ComposeFile(at: DeliveredFiles.composeFile).project(variables: variables)
        let names = [
            "console", "designer", "designer-worker", "evaluator", "evaluator-worker", "knowledge", "registry",
            "server", "trainer", "trainer-worker",
        ]
        #expect(project.services.keys.sorted() == names)
        for service in project.services.values {
            #expect(service.restart == .always)
            #expect(service.environment["GYRUS_REGISTRY"] == "ipc:///r/registry.sock")
            #expect(service.environment["GYRUS_STATE"] == "/s")
            #expect(service.name.hasSuffix("-worker") == (service.healthCheck == nil))
        }
        #expect(project.services["trainer-worker"]?.dependencies["trainer"] == .healthy)
    }

    @Test(.enabled(if: Product.hasDocker, "docker is not installed, so its own reader cannot be asked"))
    func `is understood by docker`() async throws {
        var values = try Product.values()
        // The format of stacks has no name, no profiles, and knows dependencies as a plain list only; all else is as in
        // Docker Compose.
        values["name"] = nil
        let services = try #require(values["services"] as? [String: [String: Any]])
        values["services"] = services.mapValues { service in
            var service = service
            service["profiles"] = nil
            if let conditions = service["depends_on"] as? [String: Any] {
                service["depends_on"] = conditions.keys.sorted()
            }
            return service
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
        try JSONSerialization.data(withJSONObject: values, options: .withoutEscapingSlashes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let result = try #require(await Product.run("docker", ["stack", "config", "-c", file.path]))
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("GYRUS_REGISTRY: ipc:///run/gyrus/registry.sock"))
    }

    @Test func `follows the schema of the Compose Specification`() async throws {
        guard let python = try await SchemaChecker.python() else {
            try Test.cancel("there is no python3 with venv that can install \(SchemaChecker.package)")
        }
        let good = try Product.values()
        #expect(try await SchemaChecker(python: python).complaint(about: good) == nil)
        var bad = good
        bad["services"] = ["a": ["image": "x", "healthcheck": ["tset": "true"]]]
        #expect(try await SchemaChecker(python: python).complaint(about: bad)?.contains("tset") ?? false)
    }
}

/// Checks values against classes that were generated from the specification's JSON schema.
struct SchemaChecker {
    let python: String
    static let package = "compose-viz==0.3.5"
    private static let script = """
        import json, sys
        from compose_viz.spec.compose_spec import ComposeSpecification
        ComposeSpecification.model_validate(json.load(open(sys.argv[1])))
        """

    /// A Python that has the classes, in a folder of the build; nil if it cannot be created.
    static func python() async throws -> String? {
        let folder = URL(filePath: Programs.beside.folder).appending(path: "compose-schema").path
        let python = "\(folder)/bin/python"
        let isThere = await Product.run(python, ["-c", "import compose_viz.spec.compose_spec"])?.status == 0
        if isThere { return python }
        let isMade = await Product.run("python3", ["-m", "venv", folder])?.status == 0
        let isFilled = await Product.run(python, ["-m", "pip", "install", "--quiet", package])?.status == 0
        if isMade && isFilled { return python }
        return nil
    }

    /// The schema's error about the values; nil if they are valid.
    func complaint(about values: [String: Any]) async throws -> String? {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
        try JSONSerialization.data(withJSONObject: values, options: .withoutEscapingSlashes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let result = try #require(await Product.run(python, ["-c", Self.script, file.path]))
        return result.status == 0 ? nil : result.output
    }
}
