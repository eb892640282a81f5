import Foundation
import Logging
import Messaging
import Model
import ServiceClient
import TestSupport
import Testing
import WorkQueueClient

/// Workers as jobs of a real Slurm, which the test starts on this machine.
@Suite(.serialized, .timeLimit(.minutes(15))) struct SlurmTests {
    /// A controller and a node that run as this user, without a daemon for authentication.
    private struct Cluster {
        let folder: URL
        let environment: [String: String]

        static var isInstalled: Bool { ["slurmctld", "slurmd", "sbatch", "scancel"].allSatisfy { Tool($0) != nil } }

        init(_ fixture: ProcessFixture) throws {
            folder = fixture.directory.appending(path: "slurm")
            for name in ["state", "spool"] {
                try FileManager.default.createDirectory(
                    at: folder.appending(path: name), withIntermediateDirectories: true)
            }
            let host = ProcessInfo.processInfo.hostName.prefix { $0 != "." }
            let port = Int.random(in: 20_000..<30_000)
            let configuration = """
                ClusterName=test
                SlurmctldHost=\(host)(127.0.0.1)
                SlurmUser=root
                SlurmctldPort=\(port)
                SlurmdPort=\(port + 1)
                AuthType=auth/none
                CredType=cred/none
                StateSaveLocation=\(folder.path)/state
                SlurmdSpoolDir=\(folder.path)/spool
                SlurmctldPidFile=\(folder.path)/controller.pid
                SlurmdPidFile=\(folder.path)/node.pid
                ProctrackType=proctrack/linuxproc
                TaskPlugin=task/none
                SelectType=select/cons_tres
                SelectTypeParameters=CR_Core
                SwitchType=switch/none
                MpiDefault=none
                SlurmdParameters=config_overrides
                KillWait=20
                SchedulerParameters=sched_interval=1
                NodeName=\(host) NodeAddr=127.0.0.1 CPUs=4 RealMemory=8000 State=UNKNOWN
                PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
                """
            let file = folder.appending(path: "slurm.conf")
            try Data("\(configuration)\n".utf8).write(to: file)
            environment = fixture.environment.merging(["SLURM_CONF": file.path]) { $1 }
        }

        func run(_ name: String, _ arguments: String...) async throws -> GyrusProgram.Output {
            try await Tool.run(Tool(name)?.path ?? name, arguments, environment: environment, in: folder)
        }

        func start(_ name: String, _ arguments: [String]) throws -> Process {
            let process = Process()
            process.executableURL = URL(filePath: Tool(name)?.path ?? name)
            process.arguments = arguments
            process.environment = environment
            let log = folder.appending(path: "\(name).log")
            try Data().write(to: log)
            process.standardOutput = try FileHandle(forWritingTo: log)
            process.standardError = try FileHandle(forWritingTo: log)
            try process.run()
            return process
        }
    }

    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["GYRUS_TEST_SLURM"] != nil,
            "it waits for ever where jobs of Slurm do not start; set GYRUS_TEST_SLURM to try it"),
        .enabled(if: Cluster.isInstalled, "Slurm is not installed (Debian: slurm-wlm)"),
        .enabled(if: getuid() == 0, "only root can start a node of Slurm"))
    func `workers start, work, give their task back when they are cancelled, and leave when they are idle`()
        async throws
    {
        try await ProcessFixture.run { fixture in
            let cluster = try Cluster(fixture)
            let daemons = [
                try cluster.start("slurmctld", ["-D", "-c"]), try cluster.start("slurmd", ["-D"]),
            ]
            fixture.atEnd { daemons.reversed().forEach { $0.terminate() } }
            while try await !cluster.run("sinfo", "-h", "-o", "%T").out.contains("idle") {
                try await Task.sleep(for: .milliseconds(100))
            }
            for (name, arguments) in [
                ("registry", []), ("knowledge", []), ("trainer", ["serve"]), ("evaluator", ["serve"]), ("designer", []),
                ("evaluator", ["work"]),
            ] as [(String, [String])] { _ = try fixture.start(name, arguments) }
            let gyrus = try ChildProcess.executable("gyrus").path
            func command(_ words: String...) async throws -> GyrusProgram.Output {
                try await Tool.run(gyrus, words, environment: fixture.environment, in: fixture.directory)
            }
            #expect(try await command("health", "--wait", "60s").status == 0)

            let script = try await command(
                "export", "slurm", "--workers", "2", "--idle", "5", "--memory", "1G", "--time", "10:00", "--logs",
                cluster.folder.path)
            #expect(script.status == 0, "\(script.err)")
            let file = cluster.folder.appending(path: "workers.sbatch")
            try Data(script.out.utf8).write(to: file)
            let submitted = try await cluster.run("sbatch", "--parsable", file.path)
            #expect(submitted.status == 0, "\(submitted.err)")
            let job = submitted.out.trimmingCharacters(in: .whitespacesAndNewlines)

            let scenario = fixture.directory.appending(path: "s.yaml")
            try Data(tinyScenario(trials: 8, epochs: 40, samples: 1_024).utf8).write(to: scenario)
            let published = try await command("publish", scenario.path)
            let id = try #require(published.out.split(separator: "\n").first.map(String.init), "\(published.err)")

            let queue = QueueClient(
                try ServiceDirectory(environment: fixture.environment).connect(
                    to: .trainer, loop: MessageLoop(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
            let victim = try await task(of: "slurm-\(job)-1-", queue)
            #expect(try await cluster.run("scancel", "\(job)_1").status == 0)

            let watched = try await command("watch", id)
            #expect(watched.err.contains("Done.") || watched.out.contains("Done."), "\(watched.out)\(watched.err)")
            let events = try await command("events", "--service", "trainer").out.split(separator: "\n")
            #expect(
                events.contains {
                    $0.contains(" task.released \(victim) ") || $0.contains(" task.returned \(victim) ")
                },
                "\(events.filter { $0.contains(victim) })")
            let success = events.last { $0.contains(" task.succeeded \(victim) ") }
            #expect(success?.contains("worker=slurm-\(job)-2-") == true, "\(success ?? "none")")
            // Nobody stops the other one: it leaves by itself.
            while try await !cluster.run("squeue", "-h").out.isEmpty { try await Task.sleep(for: .milliseconds(200)) }
            let log = try String(
                contentsOf: cluster.folder.appending(path: "gyrus-trainer-worker-\(job)-2.log"), encoding: .utf8)
            #expect(log.contains("leaving: no task came"))
        }
    }

    /// The task of a worker, as soon as it trains.
    private func task(of worker: String, _ queue: QueueClient) async throws -> String {
        while true {
            let workers = try await retrying(for: .seconds(30)) { try await queue.statistics().workers }
            if let task = workers.first(where: { $0.name.hasPrefix(worker) })?.task, task.hasSuffix("/train") {
                return task
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
