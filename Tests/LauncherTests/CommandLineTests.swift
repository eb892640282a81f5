import Foundation
import Glibc
import Launcher
import TestSupport
import Testing

/// A folder with a Compose file and the built `gyrus`, whose project is in the same folder.
struct Desk {
    private let program: GyrusProgram

    var folder: URL { program.folder }

    init(_ compose: String) throws {
        program = try GyrusProgram()
        try compose.write(to: folder.appending(path: "compose.yaml"), atomically: true, encoding: .utf8)
    }

    @discardableResult
    func run(_ arguments: String...) async throws -> GyrusProgram.Output { try await program.run(arguments) }

    func run(_ arguments: [String]) async throws -> GyrusProgram.Output { try await program.run(arguments) }

    /// Starts a command without waiting for its end; its output goes to the file, or nowhere.
    func start(_ arguments: String..., into file: URL? = nil) throws -> ChildProcess {
        try program.start(arguments, into: file)
    }

    struct Row: Decodable {
        let name, service, state, health, status: String
        let pid: Int32?
        let restarts: Int
    }

    func ps() async throws -> [Row] {
        try await program.list(Row.self, ["ps"])
    }

    /// Waits until the project's processes meet a condition.
    @discardableResult
    func until(_ isWanted: ([Row]) -> Bool) async throws -> [Row] {
        while true {
            let rows = try await ps()
            if isWanted(rows) { return rows }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    var supervisor: Int32? {
        get async throws {
            let directory = try ProjectDirectory(name: "desk", root: folder.appending(path: "p"), environment: [:])
            return try await ControlClient(at: directory.control).send(.status(unless: nil))?.supervisor
        }
    }

    func clean() async throws { try await program.clean() }
}

private let two = """
    name: desk
    services:
      base:
        command: [/bin/sh, -c, "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done"]
        restart: always
        healthcheck: {test: "true", start_period: 5s, start_interval: 10ms}
      top:
        command: sleep 1000
        depends_on: {base: {condition: service_healthy}}
    """

@Suite(.timeLimit(.minutes(1))) struct `Command line of the launcher` {
    @Test func `up in the background returns when all is healthy, and down stops everything`() async throws {
        let desk = try Desk(two)
        #expect(try await desk.run("up", "-d", "--scale", "top=2").status == 0)
        let rows = try await desk.ps()
        #expect(rows.map(\.name) == ["desk-base-1", "desk-top-1", "desk-top-2"])
        #expect(rows.allSatisfy { $0.state == "running" } && rows[0].health == "healthy")
        #expect(rows[0].status.hasSuffix("(healthy)"))
        #expect(try await desk.run("down").status == 0)
        #expect(try await desk.ps().isEmpty)
        for process in rows.compactMap(\.pid) { #expect(!isAlive(process)) }
        try await desk.clean()
    }

    @Test func `shell completion offers the services of the Compose file`() async throws {
        let desk = try Desk(two)
        let folder = try ChildProcess.executable("gyrus").deletingLastPathComponent().path
        let output = try await ChildProcess.output(
            of: "/bin/bash",
            [
                "-c",
                """
                source <(gyrus completion bash)
                COMP_WORDS=(gyrus logs "") COMP_CWORD=2 COMP_LINE="gyrus logs " COMP_POINT=11
                _gyrus gyrus "" logs
                printf '%s\\n' "${COMPREPLY[@]}"
                """,
            ], environment: ["PATH": "\(folder):/usr/bin:/bin", "HOME": desk.folder.path], in: desk.folder)
        let words = output.out.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(Set(words).isSuperset(of: ["base", "top"]), "\(output)")
        try await desk.clean()
    }

    @Test func `killing the launcher in the foreground also ends the processes`() async throws {
        let desk = try Desk(two)
        let launcher = try desk.start("up")
        let rows = try await desk.until { $0.count == 2 && $0.allSatisfy { $0.pid != nil } }
        launcher.signal(SIGKILL)
        for process in rows.compactMap(\.pid) { try await untilGone(process) }
        try await desk.clean()
    }

    @Test func `an interrupt in the foreground stops the processes and ends with 0`() async throws {
        let desk = try Desk(two)
        let launcher = try desk.start("up")
        let rows = try await desk.until { $0.count == 2 && $0.allSatisfy { $0.pid != nil } }
        launcher.signal(SIGINT)
        #expect(await launcher.end() == 0)
        for process in rows.compactMap(\.pid) { #expect(!isAlive(process)) }
        #expect(try await desk.run("logs", "--no-log-prefix", "base").out.hasSuffix("bye\n"))
        try await desk.clean()
    }

    @Test func `after its supervisor was killed, up adopts running processes`() async throws {
        let desk = try Desk(two)
        try await desk.run("up", "-d")
        let before = try await desk.ps()
        let supervisor = try #require(try await desk.supervisor)
        kill(supervisor, SIGKILL)
        try await untilGone(supervisor)
        for process in before.compactMap(\.pid) { #expect(isAlive(process)) }
        #expect(try await desk.run("up", "-d").status == 0)
        let after = try await desk.ps()
        #expect(after.map(\.pid) == before.map(\.pid))
        #expect(after.allSatisfy { $0.state == "running" && $0.restarts == 0 })
        // An adopted process is restarted like any other.
        kill(try #require(after[0].pid), SIGKILL)
        let restarted = try await desk.until { $0.first?.restarts == 1 && $0.first?.health == "healthy" }
        #expect(restarted[0].pid != before[0].pid)
        try await desk.clean()
    }

    @Test func `running up again replaces a process whose program was rebuilt`() async throws {
        let desk = try Desk("name: desk\nservices:\n  a: {command: gyrus-nap}\n  b: {command: sleep 1000}")
        let program = URL(filePath: Programs.beside.folder).appending(path: "gyrus-nap")
        try "#!/bin/sh\nsleep 1000\n".write(to: program, atomically: true, encoding: .utf8)
        chmod(program.path, 0o755)
        defer { try? FileManager.default.removeItem(at: program) }
        try await desk.run("up", "-d")
        let before = try await desk.ps()
        try await desk.run("up", "-d")
        #expect(try await desk.ps().map(\.pid) == before.map(\.pid))
        try "#!/bin/sh\n# changed\nsleep 1000\n".write(to: program, atomically: true, encoding: .utf8)
        chmod(program.path, 0o755)
        #expect(try await desk.run("up", "-d").status == 0)
        let after = try await desk.until { $0.count == 2 && $0[0].pid != nil && $0[0].pid != before[0].pid }
        #expect(after[1].pid == before[1].pid)
        try await desk.clean()
    }

    @Test func `after its supervisor was killed, down stops running processes`() async throws {
        let desk = try Desk(two)
        try await desk.run("up", "-d")
        let rows = try await desk.ps()
        let supervisor = try #require(try await desk.supervisor)
        kill(supervisor, SIGKILL)
        try await untilGone(supervisor)
        #expect(try await desk.run("down").status == 0)
        for process in rows.compactMap(\.pid) { #expect(!isAlive(process)) }
        try await desk.clean()
    }

    @Test func `two simultaneous calls of up end with one supervisor and no duplicates`() async throws {
        let desk = try Desk(two)
        async let one = desk.run("up", "-d")
        async let other = desk.run("up", "-d")
        let statuses = try await [one.status, other.status]
        #expect(statuses == [0, 0])
        #expect(try await desk.ps().count == 2)
        try await desk.clean()
    }

    @Test func `up right after down starts fresh processes`() async throws {
        let desk = try Desk(two)
        for _ in 0..<5 {
            let up = try await desk.run("up", "-d")
            #expect(up.status == 0, "\(up.err)")
            let down = try await desk.run("down")
            #expect(down.status == 0, "\(down.err)")
        }
        try await desk.clean()
    }

    @Test func `scale, stop, start and restart change only the named services`() async throws {
        let desk = try Desk(two)
        try await desk.run("up", "-d")
        #expect(try await desk.run("scale", "top=3").status == 0)
        let scaled = try await desk.ps()
        #expect(scaled.count == 4)
        #expect(try await desk.run("stop", "base").status == 0)
        #expect(try await desk.ps().map(\.service) == ["top", "top", "top"])
        #expect(try await desk.run("start", "base").status == 0)
        #expect(try await desk.run("restart", "top").status == 0)
        let restarted = try await desk.ps()
        #expect(Set(restarted.compactMap(\.pid)).isDisjoint(with: scaled.compactMap(\.pid)))
        try await desk.clean()
    }

    @Test func `logs have process names and can be limited`() async throws {
        let desk = try Desk(
            "name: desk\nservices:\n  a: {command: [/bin/sh, -c, 'for i in 1 2 3; do echo line $$i; done; sleep 100']}")
        try await desk.run("up", "-d")
        while try await !desk.run("logs").out.contains("line 3") {}
        #expect(try await desk.run("logs").out == "a-1  | line 1\na-1  | line 2\na-1  | line 3\n")
        #expect(try await desk.run("logs", "--tail", "1", "--no-log-prefix", "a").out == "line 3\n")
        try await desk.clean()
    }

    @Test func `logs can be followed, including those of processes that start later`() async throws {
        let desk = try Desk(
            "name: desk\nservices:\n  a: {command: [/bin/sh, -c, 'echo one; sleep 100'], deploy: {replicas: 1}}")
        try await desk.run("up", "-d")
        let file = desk.folder.appending(path: "follow")
        let follower = try desk.start("logs", "-f", into: file)
        try await desk.run("scale", "a=2")
        while try Set(String(contentsOf: file, encoding: .utf8).split(separator: "\n")) != ["a-1  | one", "a-2  | one"]
        {
            try await Task.sleep(for: .milliseconds(20))
        }
        follower.signal(SIGTERM)
        try await desk.clean()
    }

    @Test func `a service that does not start is shown with its last lines`() async throws {
        let desk = try Desk(
            """
            name: desk
            services:
              a:
                command: [/bin/sh, -c, "echo no luck; exit 3"]
                healthcheck: {test: "false", start_period: 60s, start_interval: 100ms}
            """)
        let output = try await desk.run("up", "-d")
        #expect(output.status == 1)
        #expect(output.err.contains("a-1 exited with status 3") && output.err.contains("no luck"))
        #expect(output.err.contains("gyrus -p desk logs a"))
        try await desk.clean()
    }

    @Test(arguments: [
        (["pss"], 2, "unknown command 'pss' of 'gyrus'. Did you mean 'ps'?"),
        (["pss", "-q"], 2, "unknown command 'pss'"), (["models", "shw"], 2, "Did you mean 'show'?"),
        (["explain", "none.yaml"], 2, "there is no file 'none.yaml'"), (["publish", "."], 2, "'.': Is a directory"),
        (["-f", ".", "config"], 78, "Is a directory"), (["backups", "none"], 1, "there is no folder"),
        (["models", "import", "none.onnx"], 2, "there is no file 'none.onnx'"),
        (["serve", "--time", "30"], 2, "such as 30s or 30m"),
        (["serve", "--delay", "2s"], 2, "--delay must be from 0s to 1s"),
        (["help", "models", "nothing"], 2, "unknown command 'nothing'"),
        (["health", "--wait", "5"], 2, "such as 5s or 5m"),
        (["models", "stage", "m", "x"], 2, "Usage: gyrus models stage"), (["scale", "a"], 2, "'a' is invalid"),
        (["-f", "none.yaml", "up", "-d"], 78, "no Compose file 'none.yaml'"),
        (["up", "-d", "tap"], 1, "did you mean 'top'"), (["up", "-d", "--scale", "x=1"], 1, "no service 'x'"),
        (["scale", "top=1"], 69, "start them with"), (["restart"], 69, "start them with"),
        (["scenarios"], 69, "the designer is not running"), (["watch", "x"], 69, "the designer is not running"),
        (["publish", "none.yaml"], 2, "there is no file 'none.yaml'"), (["events", "--since", "soon"], 2, "'soon'"),
        (["dead", "list", "--service", "registry"], 2, "has no task queue"),
        (["-p", "Not A Name", "ps"], 2, "is not a valid project name"),
    ])
    func `an error has its exit status and suggests what to try next`(
        _ arguments: [String], _ status: Int, _ words: String
    ) async throws {
        let desk = try Desk(two)
        let output = try await desk.run(arguments)
        #expect(Int(output.status) == status)
        #expect(output.err.contains(words))
        #expect(output.out.isEmpty)
        try await desk.clean()
    }

    @Test func `an error in the Compose file gives its line`() async throws {
        let desk = try Desk("services:\n  a:\n    comand: x\n")
        let output = try await desk.run("up", "-d")
        #expect(output.status == 78)
        #expect(output.err.contains("compose.yaml:3: services.a: unknown key 'comand'; did you mean 'command'?"))
        try await desk.clean()
    }

    @Test func `help goes to stdout`() async throws {
        let desk = try Desk(two)
        let output = try await desk.run("--help")
        #expect(output.status == 0 && output.err.isEmpty)
        for verb in ["up", "ps", "logs", "down", "scale", "publish", "watch", "result", "events", "dead"] {
            #expect(output.out.contains("\n  \(verb) "))
        }
        try await desk.clean()
    }
}
