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
    @Test(
        .enabled(if: SlurmCluster.isInstalled, "Slurm is not installed (Debian: slurm-wlm)"),
        .enabled(if: getuid() == 0, "only root can start a node of Slurm"))
    func `workers start, work, return their task when canceled, and exit when idle`()
        async throws
    {
        try await ProcessFixture.run { fixture in
            let cluster = try SlurmCluster(fixture)
            try await cluster.wait(for: "idle node") {
                try await cluster.run("sinfo", "-h", "-o", "%T").out.contains("idle")
            }
            for (name, arguments) in [
                ("registry", []), ("knowledge", []), ("trainer", ["serve"]), ("evaluator", ["serve"]), ("designer", []),
                ("evaluator", ["work"]),
            ] as [(String, [String])] { _ = try fixture.start(name, arguments) }
            let gyrus = try ChildProcess.executable("gyrus").path
            func command(_ words: String...) async throws -> GyrusProgram.Output {
                try await Tool.run(
                    Tool.required("timeout"), ["120", gyrus] + words, environment: fixture.environment,
                    in: fixture.directory)
            }
            #expect(try await command("health", "--wait", "60s").status == 0)

            let scenario = fixture.directory.appending(path: "s.yaml")
            try Data(tinyScenario(trials: 4, epochs: 40, samples: 256).utf8).write(to: scenario)
            let published = try await command("publish", scenario.path)
            let id = try #require(published.out.split(separator: "\n").first.map(String.init), "\(published.err)")
            // A worker on this machine prepares the data, however long that takes, so that workers of the cluster find
            // tasks.
            let local = try fixture.start("trainer", ["work"], name: "trainer-local")
            let queue = QueueClient(
                try ServiceDirectory(environment: fixture.environment).connect(
                    to: .trainer, loop: MessageLoop(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
            try await cluster.wait(for: "training") { try await task(of: "", queue) != nil }
            local.signal(SIGTERM)
            await local.end()

            let script = try await command(
                "export", "slurm", "--workers", "2", "--idle", "15s", "--memory", "1G", "--time", "10:00", "--logs",
                cluster.folder.path)
            #expect(script.status == 0, "\(script.err)")
            let file = cluster.folder.appending(path: "workers.sbatch")
            try Data(script.out.utf8).write(to: file)
            let submitted = try await cluster.run("sbatch", "--parsable", file.path)
            #expect(submitted.status == 0, "\(submitted.err)")
            let job = submitted.out.trimmingCharacters(in: .whitespacesAndNewlines)
            try await cluster.wait(for: "task of the first worker") {
                try await task(of: "slurm-\(job)-1-", queue) != nil
            }
            #expect(try await cluster.run("scancel", "\(job)_1").status == 0)

            let watched = try await command("watch", id)
            #expect(watched.err.contains("Done.") || watched.out.contains("Done."), "\(watched.out)\(watched.err)")
            let events = try await command("events", "--service", "trainer").out.split(separator: "\n")
            let ended = events.last { $0.contains("worker=slurm-\(job)-1-") }
            let words = try #require(ended).split(separator: " ")
            let kind = try #require(words.firstIndex { $0.hasPrefix("task.") })
            #expect(["task.released", "task.returned"].contains(words[kind]), "\(words)")
            let victim = words[kind + 1]
            let success = events.last { $0.contains(" task.succeeded \(victim) ") }
            #expect(success?.contains("worker=slurm-\(job)-2-") == true, "\(success ?? "none")")
            // The other one is not stopped: it exits on its own.
            try await cluster.wait(for: "end of the idle worker") {
                try await cluster.run("squeue", "-h").out.isEmpty
            }
            let log = try String(
                contentsOf: cluster.folder.appending(path: "gyrus-trainer-worker-\(job)-2.log"), encoding: .utf8)
            #expect(log.contains("leaving: no task came"))
        }
    }

    /// The training of a worker, if it has one.
    private func task(of worker: String, _ queue: QueueClient) async throws -> String? {
        let workers = try await retrying(for: .seconds(30)) { try await queue.statistics().workers }
        return workers.first { $0.name.hasPrefix(worker) }?.task.flatMap { $0.hasSuffix("/train") ? $0 : nil }
    }
}
