import ArgumentParser
import Foundation
import Launcher
import Messaging
import Model
import ServiceClient

/// Writes a Slurm job of workers.
struct ExportSlurm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slurm", abstract: "Print a Slurm job array of workers.",
        discussion: """
              gyrus export slurm --workers 16 --partition gpu --gpus 1 --time 8:00:00 > workers.sbatch
              sbatch workers.sbatch

            The services run elsewhere, at the endpoints in this command's environment (GYRUS_TRAINER, GYRUS_REGISTRY, \
            GYRUS_EVALUATOR). Each array element is one worker. A worker exits after some time without a task, so that \
            nodes do not idle. On scancel, preemption or the end of its time limit, it saves a checkpoint and returns its \
            task, which another worker continues. If a node fails, Slurm requeues the job.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(
        help: ArgumentHelp("Kind of worker: trainer-worker, evaluator-worker or designer-worker.", valueName: "service")
    )
    var worker = "trainer-worker"

    @Option(help: ArgumentHelp("Number of workers.", valueName: "number"))
    var workers = 4

    @Option(help: ArgumentHelp("Maximum number of workers at a time (default: all).", valueName: "number"))
    var atOnce: Int?

    @Option(help: ArgumentHelp("Account to charge.", valueName: "name"))
    var account: String?

    @Option(help: ArgumentHelp("Partition to run in.", valueName: "name"))
    var partition: String?

    @Option(help: ArgumentHelp("Quality of service.", valueName: "name"))
    var qos: String?

    @Option(
        help: ArgumentHelp(
            "GPUs per worker: 0 or 1. A worker uses one device; start more workers for more.", valueName: "number"))
    var gpus = 0

    @Option(help: ArgumentHelp("CPUs per worker, also its number of compute threads.", valueName: "number"))
    var cpus = 1

    @Option(help: ArgumentHelp("Memory per worker, such as 4G.", valueName: "size"))
    var memory = "4G"

    @Option(help: ArgumentHelp("Time limit of a worker, such as 8:00:00.", valueName: "time"))
    var time = "24:00:00"

    @Option(
        help: ArgumentHelp("Time without a task after which a worker exits (default: 10m).", valueName: "duration"),
        transform: DurationArgument.init)
    var idle: DurationArgument?

    @Option(
        help: ArgumentHelp(
            "Key file of the workers on the nodes, for services at tcp:// (default: $GYRUS_KEYS).",
            valueName: "file"))
    var keys: String?

    @Option(
        help: ArgumentHelp(
            "Folder of the programs on the nodes (default: the folder of gyrus on this machine).", valueName: "folder"))
    var programs: String?

    @Option(help: ArgumentHelp("Folder of raw datasets on the nodes.", valueName: "folder"))
    var data: String?

    @Option(help: ArgumentHelp("Folder for logs on the nodes.", valueName: "folder"))
    var logs = "."

    /// The command of each kind of worker and the services that it calls.
    private static let kinds: [String: (command: [String], asks: [ServiceName])] = [
        "trainer-worker": (["trainer", "work"], [.trainer, .registry]),
        "evaluator-worker": (["evaluator", "work"], [.evaluator, .registry]),
        "designer-worker": (["designer", "work"], [.designer, .registry]),
    ]

    func validate() throws {
        guard Self.kinds[worker] != nil else {
            throw ValidationError(
                "--worker must be one of \(Self.kinds.keys.sorted().joined(separator: ", ")), not '\(worker)'.")
        }
        for (name, value, range) in [
            ("workers", workers, 1...10_000), ("gpus", gpus, 0...1), ("cpus", cpus, 1...256),
            ("at-once", atOnce ?? 1, 1...10_000),
        ] where !range.contains(value) {
            throw ValidationError("--\(name) must be from \(range.lowerBound) to \(range.upperBound), not \(value).")
        }
    }

    func run() async throws {
        let services = try Services(gyrus.project)
        emit(try script(environment(services)))
    }

    /// The services' endpoints and keys for the nodes.
    private func environment(_ services: Services) throws -> [(String, String)] {
        let own = ProcessInfo.processInfo.environment
        var variables: [(String, String)] = []
        for service in Self.kinds[worker]?.asks ?? [] {
            let variable = ServiceDirectory.variable(of: service)
            let endpoint = try services.endpoint(of: service)
            if endpoint.transport != .tcp {
                say(
                    "gyrus: the \(service) is at \(endpoint), which only this machine can reach; set \(variable) to its"
                        + " tcp:// endpoint for workers on other nodes")
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
            // Signal half a minute before the time limit, so that a checkpoint can be saved.
            "signal=TERM@30", "output=\(logs)/gyrus-\(worker)-%A-%a.log",
        ]
        for (name, value) in [("account", account), ("partition", partition), ("qos", qos)] {
            if let value { options.append("\(name)=\(value)") }
        }
        if gpus > 0 { options.append("gpus-per-task=\(gpus)") }
        var exports = environment.map { "export \($0.0)=\(Self.quoted($0.1))" }
        if worker == "trainer-worker" {
            // The address at which workers that train one network together reach each other.
            exports.append("export GYRUS_ADDRESS=$(hostname -I | cut -d ' ' -f 1)")
        }
        let command = Self.kinds[worker]?.command ?? []
        var words = [
            "\(programs ?? Programs.beside.folder)/\(command[0])", command[1], "--name",
            "slurm-${SLURM_ARRAY_JOB_ID}-${SLURM_ARRAY_TASK_ID}",
        ]
        if worker != "designer-worker" {
            words += [
                "--leave-when-idle", "\(Int((idle?.duration ?? .seconds(600)) / .seconds(1)))s", "--threads",
                "${SLURM_CPUS_PER_TASK:-1}",
            ]
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
                "# Slurm signals only the steps of a job, not this script, before it ends; so the worker runs as a step.",
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
