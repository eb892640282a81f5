import Foundation
import Glibc
import HelperProcesses
import Model

/// Starts a supervisor in the background, or finds the running one.
public struct Detachment: Sendable {
    private let directory: ProjectDirectory
    private let environment: [String: String]

    /// For the supervisor of a project.
    public init(of directory: ProjectDirectory, environment: [String: String]) {
        self.directory = directory
        self.environment = environment
    }

    /// Whether processes of the project still run without a supervisor.
    public var hasOrphans: Bool { !Keeper.living(in: directory).isEmpty }

    /// The status of processes without a supervisor.
    public var orphans: [ReplicaStatus] {
        Keeper.living(in: directory).map { living in
            ReplicaStatus(
                service: living.keeper.id.service, index: living.keeper.id.index, command: living.definition.command,
                state: .running, health: .none, process: living.record.process, outcome: nil,
                started: living.record.started, ended: nil, restarts: 0, waitsFor: [])
        }
    }

    /// Starts `gyrus supervise` in the background and returns once it listens.
    ///
    /// If another process starts one at the same time, that one is used instead.
    public func startSupervisor() throws {
        try directory.create()
        let (reading, end) = try Descriptor.pipe()
        // Only the supervisor may hold the write end, so that its death shows as end of file.
        var writing: Descriptor? = end
        boundLog()
        let log = try Descriptor.open(directory.supervisorLog.path, O_WRONLY | O_APPEND | O_CREAT)
        do {
            _ = try RunningProgram.start(
                Programs.running,
                [
                    "--project-name", directory.name, "--project-directory", directory.root.path, "supervise",
                    "--ready-descriptor", "3",
                ],
                environment: environment, descriptors: [nil, log, log, writing])
        } catch {
            throw Failure(.internal, "cannot start the supervisor: \(errorText(error.number))")
        }
        writing = nil
        try awaitReady(reading)
    }

    /// The supervisor logs a line for each start and end; one older log file is kept.
    private func boundLog() {
        let path = directory.supervisorLog.path
        var status = stat()
        if stat(path, &status) == 0 && status.st_size > 4 << 20 { rename(path, "\(path).1") }
    }

    private func awaitReady(_ end: Descriptor) throws {
        var bytes = [UInt8](repeating: 0, count: 4096)
        var text = ""
        while case let count = read(end.number, &bytes, bytes.count), count > 0 {
            text += String(decoding: bytes[..<count], as: UTF8.self)
            if text.hasSuffix("\n") { break }
        }
        guard text == "ready\n" else {
            let reason = text.isEmpty ? "it exited at once; see \(directory.supervisorLog.path)" : text
            throw Failure(.unavailable, "the supervisor did not start: \(reason.trimmingCharacters(in: .newlines))")
        }
    }
}
