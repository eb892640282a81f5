import ArgumentParser
import Foundation
import Logging
import Messaging
import Model
import ServiceClient
import TestSupport
import Testing

@testable import ServiceKit

@Suite struct ConfigurationTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func configuration(
        _ flags: [String] = [], _ environment: [String: String] = [:], file: String? = nil
    ) throws -> ServiceConfiguration {
        var flags = flags
        if let file { flags += ["--config", try directory.write(file.utf8, as: "gyrus.yaml")] }
        return try ServiceConfiguration(
            service: .registry, options: try ServiceOptions.parse(flags), environment: environment)
    }

    @Test func `flags override the environment, which overrides the file, which overrides the defaults`() throws {
        let file = "log-level: error\nregistry: {endpoint: 'ipc:///tmp/file/s', log-level: warning}\n"
        let environment = ["GYRUS_REGISTRY": "ipc:///tmp/variable/s", "GYRUS_STATE": "/tmp/state"]
        let all = try configuration(["--endpoint", "ipc:///tmp/flag/s"], environment, file: file)
        #expect(all.endpoint.description == "ipc:///tmp/flag/s")
        #expect(all.logLevel == .warning)
        #expect(all.dataDirectory.path == "/tmp/state/registry")
        #expect(try configuration([], environment, file: file).endpoint.description == "ipc:///tmp/variable/s")
        #expect(try configuration([], [:], file: file).endpoint.description == "ipc:///tmp/file/s")
        let none = try configuration([], ["XDG_RUNTIME_DIR": "/run/user/7", "HOME": "/home/u"])
        #expect(none.endpoint.description == "ipc:///run/user/7/registry.sock")
        #expect(none.dataDirectory.path == "/home/u/.local/state/gyrus/registry")
        #expect(none.logLevel == .info)
    }

    @Test func `the settings in force are printed with their origin`() throws {
        let summary = try configuration(["--log-level", "debug"], ["GYRUS_STATE": "/s"], file: "registry: {}").summary
        #expect(summary.contains("log-level: debug  # --log-level\n"))
        #expect(summary.contains("data-directory: /s/registry  # GYRUS_STATE\n"))
        #expect(summary.contains("# default\n"))
    }

    @Test(arguments: [
        ("registry:\n  endpiont: ipc:///x\n", ":2: there is no setting 'endpiont'"),
        ("log-level: loud\n", ":1: 'loud' is not a log level"),
        ("endpoint: ipc:///x\n", ":1: there is no setting 'endpoint'"),
        ("registry: [1]\n", ":1: write settings as"),
        ("registry: {log-level: [a]}\n", ":1: 'log-level' needs a single value"),
        ("a: [\n", "gyrus.yaml: "),
    ])
    func `an invalid file is refused with its line`(file: String, message: String) throws {
        let failure = try #require(throws: Failure.self) { try configuration(file: file) }
        #expect(failure.code == .invalidArgument)
        #expect(failure.message.contains("gyrus.yaml"))
        #expect(failure.message.contains(message), "\(failure.message)")
    }

    @Test(arguments: [
        (["--endpoint", "nonsense"], "--endpoint: 'nonsense' is not an endpoint"),
        (["--log-level", "loud"], "--log-level: 'loud' is not a log level"),
        (["--keys", "/nowhere/key", "--admit", "/nowhere/list"], "--keys: "),
        (["--config", "/nowhere/gyrus.yaml"], "/nowhere/gyrus.yaml"),
    ])
    func `an invalid flag is named`(flags: [String], message: String) throws {
        let failure = try #require(throws: Failure.self) { try configuration(flags) }
        #expect(failure.message.contains(message), "\(failure.message)")
    }

    @Test func `an invalid variable is named`() throws {
        let failure = try #require(throws: Failure.self) { try configuration([], ["GYRUS_REGISTRY": "x"]) }
        #expect(failure.message.hasPrefix("GYRUS_REGISTRY: ") || failure.message.contains("variable GYRUS_REGISTRY"))
    }

    @Test func `a file whose aliases multiply is refused immediately`() throws {
        let levels = (1...6).map {
            "k\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 4).joined(separator: ", "))]"
        }
        let bomb = (["k0: &a0 [x]"] + levels).joined(separator: "\n")
        let failure = try #require(throws: Failure.self) { try configuration(file: bomb) }
        #expect(failure.code == .invalidArgument && failure.message.contains("more than 1000 values"))
    }

    @Test func `keys in the environment are only for requests if the service listens on a socket file`() throws {
        let keys = directory.file("own-keys")
        try KeyPair.generate().write(to: keys)
        #expect(try configuration([], ["GYRUS_KEYS": keys.path]).security == nil)
        let failure = try #require(throws: Failure.self) {
            try configuration([], ["GYRUS_KEYS": keys.path, "GYRUS_REGISTRY": "tcp://127.0.0.1:7100"])
        }
        #expect(failure.message.contains("--admit"))
    }

    @Test func `a file of admitted keys without roles prevents the start`() throws {
        let keys = directory.file("server-keys")
        try KeyPair.generate().write(to: keys)
        let admit = try directory.write(Array("\(try KeyPair.generate().publicKey)\n".utf8), as: "admitted")
        let failure = try #require(throws: Failure.self) { try configuration(["--keys", keys.path, "--admit", admit]) }
        #expect(failure.message.contains("no role") && failure.message.contains(":1: "))
    }

    @Test func `keys and admitted clients are given together or not at all`() throws {
        let keys = directory.file("keys")
        try KeyPair.generate().write(to: keys)
        let admit = try directory.write([], as: "admit")
        #expect(try configuration(["--keys", keys.path, "--admit", admit]).security != nil)
        let failure = try #require(throws: Failure.self) { try configuration(["--keys", keys.path]) }
        #expect(failure.message.contains("--admit"))
    }
}

@Suite struct LineLogHandlerTests {
    @Test func `a record is one line with sorted values`() throws {
        let lines = Lines()
        var handler = LineLogHandler(label: "registry", level: .info) { lines.append($0) }
        handler[metadataKey: "service"] = "x"
        let logger = Logger(label: "test") { _ in handler }
        logger.info("model registered", metadata: ["id": "m 1", "code": "a=b", "reason": "two\nlines"])
        logger.debug("not written")
        let line = try #require(lines.all.first)
        #expect(lines.all.count == 1)
        #expect(
            line.hasSuffix(
                "Z info registry model registered code=\"a=b\" id=\"m 1\" reason=\"two\\nlines\" service=x\n"))
        #expect(line.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z .*\n/.dotMatchesNewlines()) != nil)
    }

    @Test(arguments: [
        ("3fa27c110b2d/17/train", ["scenario": "3fa27c110b2d", "trial": "17"]),
        ("my-scenario/17", ["scenario": "my-scenario", "trial": "17"]),
        ("my-scenario.2/17/train", ["scenario": "my-scenario", "trial": "17"]),
        ("my-scenario/prepare", ["scenario": "my-scenario"]), ("prepare-3fa27c11", [:]), ("/tmp/file", [:]),
        ("Models/17", [:]), ("my-scenario.x/17", [:]),
    ])
    func `a task's ID names its scenario and trial, whatever the scenario is called`(
        task: String, identities: [String: String]
    ) throws {
        let lines = Lines()
        let handler = LineLogHandler(label: "trainer", level: .info, format: .json) { lines.append($0) }
        Logger(label: "test") { _ in handler }.info("task begins", metadata: ["task": "\(task)"])
        let record = try JSONDecoder().decode([String: String].self, from: Data(try #require(lines.all.first).utf8))
        #expect(record.filter { ["scenario", "trial"].contains($0.key) } == identities)
        #expect(record["task"] == task && record["service"] == "trainer" && record["message"] == "task begins")
    }

    @Test func `times are in UTC with milliseconds`() {
        #expect(LineLogHandler.timestamp(Date(timeIntervalSince1970: 0)) == "1970-01-01T00:00:00.000Z")
        #expect(LineLogHandler.timestamp(Date(timeIntervalSince1970: 1_700_000_000.5)) == "2023-11-14T22:13:20.500Z")
    }

    private final class Lines: @unchecked Sendable {
        // Only one task of one test writes.
        var all: [String] = []
        func append(_ line: String) { all.append(line) }
    }
}
