import Foundation
import Glibc
import Model
import TestSupport

/// A controller and a node of Slurm that run on this machine as this user, without a daemon for authentication.
///
/// Everything runs under `timeout`, so that nothing survives a test that is killed.
struct SlurmCluster {
    /// Maximum lifetime of the daemons.
    private static let longestLife = 300
    /// How long a command may take, and how long to wait for anything.
    private static let patience = 60

    static var isInstalled: Bool {
        ["slurmctld", "slurmd", "sbatch", "scancel", "timeout"].allSatisfy { Tool($0) != nil }
    }

    let folder: URL
    private let environment: [String: String]

    /// Writes the configuration and starts both daemons.
    init(_ fixture: ProcessFixture) throws {
        folder = fixture.directory.appending(path: "slurm")
        for name in ["state", "spool"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        let file = folder.appending(path: "slurm.conf")
        try Data(Self.configuration(in: folder).utf8).write(to: file)
        environment = fixture.environment.merging(["SLURM_CONF": file.path]) { $1 }
        for (name, arguments) in [("slurmctld", ["-D", "-c"]), ("slurmd", ["-D"])] {
            let log = folder.appending(path: "\(name).log")
            try Data().write(to: log)
            let process = try Tool.spawn(
                Tool.required("timeout"),
                ["--kill-after=5", "\(Self.longestLife)", Tool.required(name)] + arguments, environment: environment,
                output: log)
            fixture.atEnd { Self.end(process) }
        }
        let (folder, environment) = (folder, environment)
        // Jobs are not children of the daemons, so they must end first.
        fixture.atEnd { Self.cancelAll(in: folder, environment) }
    }

    private static func configuration(in folder: URL) throws -> String {
        var name = utsname()
        uname(&name)
        // A node looks for itself in the file by this name.
        let host = withUnsafeBytes(of: &name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            .prefix { $0 != "." }
        let port = Int.random(in: 20_000..<30_000)
        return """
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
    }

    /// Runs one of Slurm's commands.
    func run(_ name: String, _ arguments: String...) async throws -> GyrusProgram.Output {
        try await Tool.run(
            Tool.required("timeout"), ["\(Self.patience)", Tool.required(name)] + arguments, environment: environment,
            in: folder)
    }

    /// Repeats a query until the answer meets a condition.
    /// - Throws: `Failure` with the last lines of both daemons if that takes too long.
    func wait(for what: String, until isTrue: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(Self.patience)
        while try await !isTrue() {
            guard ContinuousClock.now < deadline else {
                let logs = ["slurmctld", "slurmd"].map { name in
                    let text = try? String(contentsOf: folder.appending(path: "\(name).log"), encoding: .utf8)
                    return (text ?? "").split(separator: "\n").suffix(5).joined(separator: "\n")
                }
                throw Failure(
                    .deadlineExceeded, "Slurm: no \(what) within \(Self.patience) s.\n\(logs.joined(separator: "\n"))")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private static func cancelAll(in folder: URL, _ environment: [String: String]) {
        let script = """
            scancel --signal=KILL --user="$(id -un)"
            until [ -z "$(squeue -h)" ]; do sleep 0.1; done
            """
        guard
            let process = try? Tool.spawn(
                Tool.required("timeout"), ["20", "/bin/sh", "-c", script], environment: environment,
                output: folder.appending(path: "slurmd.log"))
        else { return }
        var status: Int32 = 0
        while waitpid(process, &status, 0) == -1, errno == EINTR {}
    }

    private static func end(_ process: pid_t) {
        kill(process, SIGTERM)
        var status: Int32 = 0
        while waitpid(process, &status, 0) == -1, errno == EINTR {}
    }
}
