import ArgumentParser
import Foundation
import Launcher
import Messaging
import Model
import ServiceClient

/// Writes a job of workers for Slurm.
struct ExportSlurm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slurm", abstract: "Print a job array of workers for Slurm.",
        discussion: """
              gyrus export slurm --workers 16 --partition gpu --gpus 1 --time 8:00:00 > workers.sbatch
              sbatch workers.sbatch

            The services run elsewhere, at the endpoints that this command is told by the environment (GYRUS_TRAINER, \
            GYRUS_REGISTRY, GYRUS_EVALUATOR). Each element of the array is one worker. It leaves when no task came for a \
            time, so that nodes do not idle; on scancel, preemption or the end of its time it saves a checkpoint and \
            gives its task back, which another worker continues. A job that a node lost is put into the queue again.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(
        help: ArgumentHelp("Which workers: trainer-worker, evaluator-worker or designer-worker.", valueName: "service"))
    var worker = "trainer-worker"

    @Option(help: ArgumentHelp("Number of workers.", valueName: "number"))
    var workers = 4

    @Option(help: ArgumentHelp("Most workers at a time (default: all).", valueName: "number"))
    var atOnce: Int?

    @Option(help: ArgumentHelp("Account that pays.", valueName: "name"))
    var account: String?

    @Option(help: ArgumentHelp("Partition of the cluster.", valueName: "name"))
    var partition: String?

    @Option(help: ArgumentHelp("Quality of service.", valueName: "name"))
    var qos: String?

    @Option(
        help: ArgumentHelp(
            "GPUs of each worker, which computes on it: 0 or 1; for more start more workers.", valueName: "number"))
    var gpus = 0

    @Option(help: ArgumentHelp("Processors of each worker, which are its compute threads.", valueName: "number"))
    var cpus = 1

    @Option(help: ArgumentHelp("Memory of each worker, such as 4G.", valueName: "size"))
    var memory = "4G"

    @Option(help: ArgumentHelp("Longest time of a worker, such as 8:00:00.", valueName: "time"))
    var time = "24:00:00"

    @Option(help: ArgumentHelp("Seconds without a task after which a worker leaves.", valueName: "seconds"))
    var idle = 600

    @Option(
        help: ArgumentHelp(
            "File with the workers' own keys on the nodes, for services at tcp:// (default: $GYRUS_KEYS).",
            valueName: "file"))
    var keys: String?

    @Option(
        help: ArgumentHelp("Folder of the programs on the nodes (default: that of gyrus here).", valueName: "folder"))
    var programs: String?

    @Option(help: ArgumentHelp("Folder of raw data sets on the nodes.", valueName: "folder"))
    var data: String?

    @Option(help: ArgumentHelp("Folder for logs on the nodes.", valueName: "folder"))
    var logs = "."

    /// The command of each kind of worker, and the services that it asks.
    private static let kinds: [String: (command: [String], asks: [ServiceName])] = [
        "trainer-worker": (["trainer", "work"], [.trainer, .registry]),
        "evaluator-worker": (["evaluator", "work"], [.evaluator, .registry]),
        "designer-worker": (["designer", "work"], [.designer, .registry]),
    ]

    func validate() throws {
        guard Self.kinds[worker] != nil else {
            throw ValidationError(
                "--worker is '\(worker)'; use \(Self.kinds.keys.sorted().joined(separator: ", ")).")
        }
        for (name, value, range) in [
            ("workers", workers, 1...10_000), ("gpus", gpus, 0...1), ("cpus", cpus, 1...256),
            ("idle", idle, 1...1_000_000), ("at-once", atOnce ?? 1, 1...10_000),
        ] where !range.contains(value) {
            throw ValidationError("--\(name) is \(value); \(range.lowerBound) to \(range.upperBound) are possible.")
        }
    }

    func run() async throws {
        let services = try Services(gyrus.project)
        emit(try script(environment(services)))
    }

    /// The services' endpoints and keys as the nodes shall find them.
    private func environment(_ services: Services) throws -> [(String, String)] {
        let own = ProcessInfo.processInfo.environment
        var variables: [(String, String)] = []
        for service in Self.kinds[worker]?.asks ?? [] {
            let variable = ServiceDirectory.variable(of: service)
            let endpoint = try services.endpoint(of: service)
            if endpoint.transport != .tcp {
                say(
                    "gyrus: the \(service) is at \(endpoint), which only this machine reaches; set \(variable) to its"
                        + " tcp:// endpoint for workers of other nodes")
            }
            variables.append((variable, endpoint.description))
            if let key = own["\(variable)_KEY"], !key.isEmpty { variables.append(("\(variable)_KEY", key)) }
        }
        if let keys = keys ?? own["GYRUS_KEYS"], !keys.isEmpty { variables.append(("GYRUS_KEYS", keys)) }
        if let data = data ?? own["GYRUS_DATA"], !data.isEmpty { variables.append(("GYRUS_DATA", data)) }
        return variables
    }

    private func script(_ environment: [(String, String)]) throws -> String {
        var options = [
            "job-name=gyrus-\(worker)", "array=1-\(workers)\(atOnce.map { "%\($0)" } ?? "")", "ntasks=1",
            "cpus-per-task=\(cpus)", "mem=\(memory)", "time=\(time)", "requeue", "open-mode=append",
            // Half a minute before the end of its time, so that a checkpoint can be saved.
            "signal=TERM@30", "output=\(logs)/gyrus-\(worker)-%A-%a.log",
        ]
        for (name, value) in [("account", account), ("partition", partition), ("qos", qos)] {
            if let value { options.append("\(name)=\(value)") }
        }
        if gpus > 0 { options.append("gpus-per-task=\(gpus)") }
        let exports = environment.map { "export \($0.0)=\(Self.quoted($0.1))" }
        let command = Self.kinds[worker]?.command ?? []
        var words = [
            "\(programs ?? Programs.beside.folder)/\(command[0])", command[1], "--name",
            "slurm-${SLURM_ARRAY_JOB_ID}-${SLURM_ARRAY_TASK_ID}",
        ]
        if worker != "designer-worker" {
            words += ["--leave-when-idle", "\(idle)", "--threads", "${SLURM_CPUS_PER_TASK:-1}"]
            if gpus > 0 { words += ["--device", "cuda"] }
        }
        return
            (["#!/bin/bash"] + options.map { "#SBATCH --\($0)" }
            + ["", "# Workers of Gyrus, written by gyrus export slurm."] + exports
            + [
                "export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}", "export GYRUS_LOG_FORMAT=${GYRUS_LOG_FORMAT:-text}",
                "",
            ]
            + [
                "# Slurm tells only the steps of a job, not this script, that it is to end; so the worker is a step.",
                "exec srun --kill-on-bad-exit=1 "
                    + words.map { $0.contains("$") ? "\"\($0)\"" : Self.quoted($0) }
                    .joined(separator: " "),
            ]).joined(separator: "\n")
    }

    private static func quoted(_ word: String) -> String {
        let plain = word.allSatisfy { $0.isLetter || $0.isNumber || "-_./:=,@%+*".contains($0) }
        return plain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}
