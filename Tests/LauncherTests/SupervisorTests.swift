import Foundation
import Glibc
import Logging
import Model
import TestSupport
import Testing

@testable import Launcher

/// A project with its own folder, whose services are small shell scripts.
final class Workshop {
    let directory: ProjectDirectory
    let supervisor: Supervisor

    static var programs: Programs {
        // The test's own executable lies where the build put gyrus-keeper.
        Programs.beside
    }

    init(isLeashed: Bool = true, at root: URL? = nil) async throws {
        let folder = root ?? FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString)")
        directory = try ProjectDirectory(name: "test", root: folder, environment: [:])
        supervisor = try await Supervisor.takingCharge(
            of: directory, programs: Self.programs, isLeashed: isLeashed,
            environment: ProcessInfo.processInfo.environment,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await supervisor.open()
    }

    static func script(
        _ name: String, _ text: String, restart: ServiceDefinition.Restart = .never, replicas: Int = 1,
        grace: Duration = .seconds(10), check: String? = nil, needs: [String: ServiceDefinition.Condition] = [:],
        limits: ServiceDefinition.LogLimits = .standard
    ) -> ServiceDefinition {
        let healthCheck = check.map {
            ServiceDefinition.HealthCheck(
                command: ["/bin/sh", "-c", $0], interval: .seconds(1), timeout: .seconds(5), startPeriod: .seconds(30),
                startInterval: .milliseconds(10))
        }
        return ServiceDefinition(
            name: name, command: ["/bin/sh", "-c", text], dependencies: needs, healthCheck: healthCheck,
            restart: restart, replicas: replicas, stopGracePeriod: grace, logLimits: limits)
    }

    @discardableResult
    func up(_ services: ServiceDefinition..., scale: [String: Int] = [:]) async throws -> ProjectStatus {
        try await status(.apply(ComposeProject(services: services), scale: scale, only: nil))
    }

    @discardableResult
    func status(_ request: ControlRequest = .status(unless: nil)) async throws -> ProjectStatus {
        try #require(await supervisor.answer(request).status)
    }

    /// Waits until the state meets a condition.
    @discardableResult
    func until(_ isWanted: (ProjectStatus) -> Bool) async throws -> ProjectStatus {
        var current = try await status()
        while !isWanted(current) { current = try await status(.status(unless: current.version)) }
        return current
    }

    /// Waits until the log of a replica has a line with these words.
    func untilLogged(_ words: String, _ name: String, _ index: Int = 1) async throws {
        while !lines(name, index).contains(where: { $0.contains(words) }) {
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func lines(_ name: String, _ index: Int = 1) -> [String] {
        var log = ReplicaLog(of: ReplicaID(name, index), in: directory)
        return log.newLines().map(\.text)
    }

    func shutDown() async throws {
        _ = await supervisor.answer(.shutDown)
        await supervisor.untilFinished()
    }

    func clean() async throws {
        try await shutDown()
        try directory.remove()
    }
}

extension ProjectStatus {
    func replica(_ name: String, _ index: Int = 1) -> ReplicaStatus? {
        replicas.first { $0.service == name && $0.index == index }
    }
}

/// Whether the process exists and is not a zombie.
func isAlive(_ process: Int32) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
    return !(stat.split(separator: ")").last?.hasPrefix(" Z") ?? true)
}

func untilGone(_ process: Int32) async throws {
    while isAlive(process) { try await Task.sleep(for: .milliseconds(5)) }
}

let forever = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done"

@Suite(.timeLimit(.minutes(1))) struct `Supervisor with real processes` {
    @Test func `a dependent starts after its dependency is healthy`() async throws {
        let shop = try await Workshop()
        let flag = shop.directory.root.appending(path: "flag").path
        try await shop.up(
            Workshop.script("base", "sleep 0.2; touch \(flag); sleep 100", grace: .zero, check: "test -e \(flag)"),
            Workshop.script("top", "test -e \(flag) && echo found; sleep 100", grace: .zero, needs: ["base": .healthy]))
        try await shop.until { $0.replica("top")?.state == .running }
        try await shop.untilLogged("found", "top")
        #expect(try await shop.status().replica("base")?.health == .healthy)
        try await shop.clean()
    }

    @Test func `a process that dies is restarted`() async throws {
        let shop = try await Workshop()
        try await shop.up(Workshop.script("a", forever, restart: .always))
        let first = try await shop.until { $0.replica("a")?.process != nil }.replica("a")?.process ?? 0
        kill(first, SIGKILL)
        let status = try await shop.until { $0.replica("a")?.restarts == 1 && $0.replica("a")?.process != nil }
        #expect(status.replica("a")?.process != first)
        #expect(status.replica("a")?.outcome == .signal(SIGKILL))
        try await shop.clean()
    }

    @Test func `stopping lets a process end by itself`() async throws {
        let shop = try await Workshop()
        try await shop.up(Workshop.script("a", forever))
        try await shop.untilLogged("up", "a")
        try await shop.status(.stop(["a"]))
        let status = try await shop.until { $0.replica("a")?.state == .exited }
        #expect(status.replica("a")?.outcome == .exit(0))
        #expect(shop.lines("a").last == "bye")
        try await shop.clean()
    }

    @Test func `a process that ignores the signal is killed after its grace`() async throws {
        let shop = try await Workshop()
        let deaf = "trap '' TERM; echo up; while :; do sleep 0.02; done"
        try await shop.up(Workshop.script("a", deaf, grace: .milliseconds(200)))
        try await shop.untilLogged("up", "a")
        let begin = ContinuousClock.now
        try await shop.status(.stop(["a"]))
        let status = try await shop.until { $0.replica("a")?.state == .exited }
        #expect(status.replica("a")?.outcome == .signal(SIGKILL))
        #expect(ContinuousClock.now - begin >= .milliseconds(200))
        try await shop.clean()
    }

    @Test func `no descendant is left behind, not even one with its own session`() async throws {
        let shop = try await Workshop()
        try await shop.up(Workshop.script("a", "setsid sleep 1000 & echo child $!; exit 0"))
        try await shop.until { $0.replica("a")?.state == .exited }
        let line = try #require(shop.lines("a").first { $0.hasPrefix("child") })
        let child = try #require(Int32(line.dropFirst(6)))
        #expect(!isAlive(child))
        try await shop.clean()
    }

    @Test func `a nonexistent program is reported`() async throws {
        let shop = try await Workshop()
        try await shop.up(ServiceDefinition(name: "a", command: ["/no/such/program"]))
        let status = try await shop.until { $0.replica("a")?.state == .exited }
        #expect(status.replica("a")?.outcome == .failed(ENOENT))
        #expect(shop.lines("a").first?.contains("/no/such/program: No such file") ?? false)
        try await shop.clean()
    }

    @Test func `scaling up and down leaves the others alone`() async throws {
        let shop = try await Workshop()
        try await shop.up(Workshop.script("a", forever, grace: .zero), scale: ["a": 3])
        let before = try await shop.until { $0.replicas.allSatisfy { $0.process != nil } }
        #expect(before.replicas.count == 3)
        try await shop.status(.scale(["a": 1]))
        let after = try await shop.until { $0.replicas.count == 1 }
        #expect(after.replica("a", 1)?.process == before.replica("a", 1)?.process)
        try await shop.clean()
    }

    @Test func `running up again keeps what did not change`() async throws {
        let shop = try await Workshop()
        let kept = Workshop.script("a", forever, grace: .zero)
        try await shop.up(kept, Workshop.script("b", forever, grace: .zero))
        let before = try await shop.until { $0.replicas.allSatisfy { $0.process != nil } }
        try await shop.up(kept, Workshop.script("b", "\(forever) # changed", grace: .zero))
        let after = try await shop.until {
            $0.replica("b")?.process.map { $0 != before.replica("b")?.process } ?? false
        }
        #expect(after.replica("a")?.process == before.replica("a")?.process)
        try await shop.clean()
    }

    @Test func `a project has one supervisor`() async throws {
        let shop = try await Workshop()
        #expect(throws: Failure.self) {
            _ = try Supervisor(
                of: shop.directory, programs: Workshop.programs, isLeashed: true, environment: [:],
                logger: Logger(label: "test"))
        }
        try await shop.clean()
    }

    @Test func `a supervisor that has just ended counts as one that does not listen`() async throws {
        let directory = try TemporaryDirectory()
        let server = try ControlServer(at: directory.file("control")) { _ in nil }
        defer { server.close() }
        #expect(try await ControlClient(at: directory.file("control")).send(.status(unless: nil)) == nil)
    }

    @Test func `requests over the socket reach the supervisor`() async throws {
        let shop = try await Workshop()
        let client = ControlClient(at: shop.directory.control)
        let project = ComposeProject(services: [Workshop.script("a", forever, grace: .zero)])
        let status = try #require(await client.send(.apply(project, scale: ["a": 2], only: nil)))
        #expect(status.replicas.map(\.id.description) == ["a-1", "a-2"])
        await #expect(throws: Failure.self) { try await client.send(.scale(["b": 1])) }
        try await shop.clean()
        #expect(try await client.send(.status(unless: nil)) == nil)
    }

    @Test func `garbage on the socket is answered and harmless`() async throws {
        let shop = try await Workshop()
        for garbage in [[UInt8](repeating: 0xFF, count: 100_000), Array("{}\n".utf8), []] {
            let answer = try #require(await ControlClient(at: shop.directory.control).exchange(Data(garbage)))
            let reply = try JSONDecoder().decode(ControlReply.self, from: answer)
            #expect(reply.failure?.code == .unsupportedVersion)
        }
        #expect(try await shop.status().replicas.isEmpty)
        try await shop.clean()
    }

    @Test func `projects run side by side`() async throws {
        let one = try await Workshop()
        let two = try await Workshop()
        try await one.up(Workshop.script("a", forever))
        try await two.up(Workshop.script("a", forever))
        let process = try await two.until { $0.replica("a")?.process != nil }.replica("a")?.process ?? 0
        try await one.clean()
        #expect(isAlive(process))
        try await two.clean()
        #expect(!isAlive(process))
    }
}

@Suite(.timeLimit(.minutes(1))) struct `Logs of replicas` {
    @Test func `logs are bounded, and rotation neither loses nor duplicates kept lines`() async throws {
        let shop = try await Workshop()
        let limits = ServiceDefinition.LogLimits(bytes: 4000, files: 3)
        var log = ReplicaLog(of: ReplicaID("a", 1), in: shop.directory)
        try await shop.up(
            Workshop.script("a", "for i in $(seq 500); do echo line $i; done; sleep 100", grace: .zero, limits: limits))
        try await shop.untilLogged("line 500", "a")
        let kept = log.newLines().map(\.text)
        let numbers = kept.compactMap { Int($0.dropFirst(5)) }
        #expect(numbers == Array((501 - numbers.count)...500))
        let files = try FileManager.default.contentsOfDirectory(atPath: shop.directory.logs.path)
        #expect(files.sorted() == ["a-1.log", "a-1.log.1", "a-1.log.2"])
        for file in files {
            let path = shop.directory.logs.appending(path: file).path
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            #expect(size ?? .max <= 4000)
        }
        try await shop.clean()
    }

    @Test func `a follower sees every line despite log rotation`() async throws {
        let shop = try await Workshop()
        let limits = ServiceDefinition.LogLimits(bytes: 2000, files: 12)
        let text = "for i in $(seq 300); do echo line $i; sleep 0.002; done; sleep 100"
        try await shop.up(Workshop.script("a", text, grace: .zero, limits: limits))
        var log = ReplicaLog(of: ReplicaID("a", 1), in: shop.directory)
        var seen: [String] = []
        while seen.last != "line 300" {
            seen += log.newLines().map(\.text)
            try await Task.sleep(for: .milliseconds(2))
        }
        #expect(seen == (1...300).map { "line \($0)" })
        try await shop.clean()
    }

    @Test func `lines are shown with aligned names, colored on demand`() {
        var printer = LogPrinter(isColored: false)
        printer.introduce([ReplicaID("trainer", 1), ReplicaID("a", 1)])
        let line = LogLine(replica: ReplicaID("a", 1), time: "T", text: "hello")
        #expect(printer.format(line) == "a-1        | hello")
        printer.isColored = true
        printer.hasTime = true
        #expect(printer.format(line) == "\u{1B}[33ma-1        | \u{1B}[0mT hello")
    }
}
