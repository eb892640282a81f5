import Foundation
import TestSupport
import Testing

/// `Compose/test` in a folder with stand-ins for the compiler and its products.
@Suite(.timeLimit(.minutes(10))) struct `The script that tests everything` {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        let script = DeliveredFiles.composeFile.deletingLastPathComponent().appending(path: "test")
        try FileManager.default.createDirectory(at: folder.file("Compose"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: script, to: folder.file("Compose/test"))
        for name in [
            "Compose/setup", "Compose/demo", ".ci/run", "Tests/House/check", "Tests/House/examples",
            ".build/debug/SchemaGenerator", ".build/debug/ManualGenerator",
        ] {
            try standIn(name, "exit 0")
        }
    }

    private func standIn(_ name: String, _ commands: String) throws {
        let file = folder.file(name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("#!/bin/bash\n\(commands)\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    private func run(_ arguments: String...) async throws -> (status: Int32, output: String) {
        let path = "PATH=\(folder.file("bin").path):/usr/bin:/bin"
        let ran = await Product.run("env", [path, folder.file("Compose/test").path] + arguments)
        return try #require(ran)
    }

    @Test(arguments: ["build --build-tests", "format", "--filter", "--skip "])
    func `all parts run and a summary follows, whichever part fails`(_ failing: String) async throws {
        try standIn(
            "bin/swift", "echo \"$@\" >> '\(folder.file("calls").path)'; [[ \"$* \" != *'\(failing)'* ]]")
        let (status, output) = try await run()
        #expect(status == 1)
        let calls = try String(contentsOf: folder.file("calls"), encoding: .utf8).split(separator: "\n")
        #expect(calls.count == 4)
        let summary = try #require(output.components(separatedBy: "== Summary\n").last).split(separator: "\n")
        #expect(summary.count == 9)
        #expect(summary.count { $0.hasPrefix("FAILED") } == 1)
        #expect(summary.count { $0.hasPrefix("passed") } == 8)
    }

    @Test func `it succeeds if every part does`() async throws {
        try standIn("bin/swift", "exit 0")
        let (status, output) = try await run()
        #expect(status == 0)
        #expect(!output.contains("FAILED"))
    }

    @Test func `help runs nothing, and an invalid argument is reported`() async throws {
        try standIn("bin/swift", "touch '\(folder.file("called").path)'")
        #expect(try await run("--help").status == 0)
        #expect(try await run("--help").output.hasPrefix("usage: Compose/test"))
        let (status, output) = try await run("--fast")
        #expect(status == 2)
        #expect(output.contains("--fast") && output.contains("usage:"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("called").path))
    }
}
