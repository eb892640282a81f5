import Foundation
import Glibc
import HelperProcesses
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct `Started programs` {
    private func shell(_ script: String, _ descriptors: [Descriptor?] = []) throws -> RunningProgram {
        try RunningProgram("/bin/sh", ["-c", script], descriptors: descriptors)
    }

    /// Otherwise, every program would inherit what is opened for others while it starts, and long-running ones would
    /// keep it.
    @Test func `the end of each is noticed although others that started simultaneously keep running`() async throws {
        let long = try await withThrowingTaskGroup(of: RunningProgram?.self) { group in
            for number in 0..<160 {
                group.addTask {
                    guard number % 8 != 0 else { return try shell("exec sleep 1000") }
                    let (read, write) = try Descriptor.pipe()
                    let program = try shell("echo \(number)", [nil, write])
                    #expect(await program.end() == 0)
                    withExtendedLifetime(write) {}
                    return try await onQueue { [read] in
                        var bytes = [UInt8](repeating: 0, count: 8)
                        let count = Glibc.read(read.number, &bytes, bytes.count)
                        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "\(number)\n")
                        return nil
                    }
                }
            }
            return try await group.reduce(into: [RunningProgram]()) { if let program = $1 { $0.append(program) } }
        }
        #expect(long.count == 20 && long.allSatisfy(\.isRunning))
        for program in long {
            program.signal(SIGKILL)
            #expect(await program.end() == 128 + SIGKILL)
        }
    }

    @Test func `a program's output ends with it, whatever else was started`() async throws {
        try await withThrowingTaskGroup(of: RunningProgram?.self) { group in
            var long: [RunningProgram] = []
            for number in 0..<64 {
                group.addTask {
                    guard number % 4 != 0 else { return try shell("exec sleep 1000") }
                    let reading = try {
                        let (read, write) = try Descriptor.pipe()
                        _ = try shell("echo \(number)", [nil, write])
                        return read
                    }()
                    // Until the end of file, which comes only when no process has the other end open.
                    let text = try await onQueue { String(decoding: try reading.readToEnd(), as: UTF8.self) }
                    #expect(text == "\(number)\n")
                    return nil
                }
            }
            for try await program in group { if let program { long.append(program) } }
            long.forEach { $0.signal(SIGKILL) }
        }
    }

    @Test func `it gets the given descriptors, folder and environment`() async throws {
        let folder = try TemporaryDirectory()
        let out = try Descriptor.open(folder.path("out"), O_WRONLY | O_CREAT)
        let program = try RunningProgram(
            "/bin/sh", ["-c", "pwd; echo $A; ls /proc/self/fd | wc -l"],
            environment: ["A": "b", "PATH": "/usr/bin:/bin"], in: folder.url.path, descriptors: [nil, out, nil])
        #expect(await program.end() == 0)
        let lines = try String(contentsOf: folder.file("out"), encoding: .utf8).split(separator: "\n")
        #expect(lines.first.map { URL(filePath: String($0)).lastPathComponent } == folder.url.lastPathComponent)
        #expect(lines.dropFirst().first == "b")
        // Three, and the folder that `ls` reads.
        #expect(lines.last.flatMap { Int($0) } == 4)
    }

    @Test func `exit statuses, signals and missing programs are reported`() async throws {
        #expect(try shell("exit 3").wait() == 3)
        #expect(try await shell("kill -9 $$").end() == 128 + SIGKILL)
        let ended = try shell("exit 0")
        await ended.end()
        ended.signal(SIGKILL)
        #expect(!ended.isRunning && ended.wait() == 0)
        #expect(throws: RunningProgram.StartFailure.self) { try RunningProgram("/nowhere", [], descriptors: []) }
    }

    @Test(.timeLimit(.minutes(2))) func `an end is noticed by any number of waiters`()
        async throws
    {
        for round in 0..<200 {
            let program = try RunningProgram("/bin/sh", ["-c", "exit 3"], descriptors: [nil, nil, nil])
            let several = round.isMultiple(of: 2)
            async let first = program.end()
            async let second = several ? program.end() : 3
            let statuses = await [first, second]
            #expect(statuses == [3, 3])
            #expect(await program.end() == 3)
        }
    }
}

/// Runs blocking work outside the shared threads of tasks.
private func onQueue<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Swift.Result { try body() }) }.start()
    }
}
