import Foundation
import Glibc
import HelperProcesses
import Model

/// Starting a supervisor in the background and reaching the one that runs.
public struct Detachment: Sendable {
    private let directory: ProjectDirectory
    private let environment: [String: String]

    /// For the supervisor of a project.
    public init(of directory: ProjectDirectory, environment: [String: String]) {
        self.directory = directory
        self.environment = environment
    }

    /// Whether processes of the project run although their supervisor is gone.
    public var hasOrphans: Bool { !Keeper.living(in: directory).isEmpty }

    /// What is known of processes whose supervisor is gone.
    public var orphans: [ReplicaStatus] {
        Keeper.living(in: directory).map { living in
            ReplicaStatus(
                service: living.keeper.id.service, index: living.keeper.id.index, command: living.definition.command,
                state: .running, health: .none, process: living.record.process, outcome: nil,
                started: living.record.started, ended: nil, restarts: 0, waitsFor: [])
        }
    }

    /// Starts `gyrus supervise` in the background and returns when it listens.
    ///
    /// Where another process starts one at the same moment, that one serves as well.
    public func startSupervisor() throws {
        try directory.create()
        let (reading, end) = try Descriptor.pipe()
        // Only the supervisor may keep the writing end: its death must show as the end of the stream.
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

    /// The supervisor writes a line for each start and end; of what earlier ones wrote one file is kept.
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
            let reason = text.isEmpty ? "it ended at once; see \(directory.supervisorLog.path)" : text
            throw Failure(.unavailable, "the supervisor did not start: \(reason.trimmingCharacters(in: .newlines))")
        }
    }
}
