import Foundation
import TestSupport
import Testing

/// What a command does if no process reads its output.
@Suite(.timeLimit(.minutes(5))) struct OutputCaseTests {
    private func shell(_ script: String) async throws -> (status: Int32, err: String) {
        let program = try ChildProcess.executable("gyrus").path
        let output = try await ChildProcess.output(of: "/bin/sh", ["-c", script, program])
        return (output.status, output.err)
    }

    @Test(arguments: [
        ("\"$0\" --help > /dev/full", "No space left"), ("\"$0\" --help >&-", "it is closed"),
        ("\"$0\" completion bash > /dev/full", "No space left"), ("\"$0\" help up >&- <&-", "it is closed"),
    ])
    func `a result that cannot be written is reported in one line`(_ script: String, _ words: String) async throws {
        let output = try await shell(script)
        #expect(output.status == 1 && output.err.contains(words), "\(output)")
        #expect(output.err.split(separator: "\n").count == 1)
    }

    @Test func `output to a closed stderr is dropped`() async throws {
        let output = try await shell("\"$0\" pss 2> /dev/full; test $? = 2 && \"$0\" --version > /dev/null 2>&-")
        #expect(output.status == 0)
    }

    @Test func `a reader that closes the pipe ends a command silently`() async throws {
        let output = try await shell("\"$0\" completion bash | head -1 > /dev/null")
        #expect(output.status == 0 && output.err.isEmpty)
    }
}
