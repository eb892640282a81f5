import Dispatch
import Foundation
import Glibc
import HelperProcesses
import Model

/// The keeper of one replica's process: a small program that outlives the supervisor.
struct Keeper: Sendable {
    let id: ReplicaID
    let process: pid_t

    /// Requests an orderly end.
    func stop() { kill(process, SIGTERM) }

    /// Kills everything immediately.
    func killNow() { kill(process, SIGQUIT) }

    // MARK: - Starting

    /// Starts a replica; the keeper inherits the record's lock and holds it exactly as long as it lives.
    static func start(
        _ id: ReplicaID, _ definition: ServiceDefinition, in directory: ProjectDirectory, programs: Programs,
        environment: [String: String], leash: Descriptor?
    ) throws -> Keeper {
        let record = try Descriptor.open(directory.record(of: id).path, O_RDWR | O_CREAT)
        guard record.tryLock() else {
            throw Failure(.conflict, "\(id) is already running under another supervisor; stop it with: gyrus down")
        }
        ftruncate(record.number, 0)
        try JSONEncoder().encode(definition).write(to: directory.definition(of: id), options: .atomic)
        let log = try? Descriptor.open(directory.supervisorLog.path, O_WRONLY | O_APPEND | O_CREAT)
        let arguments =
            [
                directory.log(of: id).path, "\(definition.logLimits.bytes)", "\(definition.logLimits.files)",
                "\(definition.stopGracePeriod.milliseconds)", "\(definition.stopSignal)", leash == nil ? "-1" : "4",
                definition.directory ?? "", programs.path(of: definition.command[0]),
            ] + definition.command.dropFirst()
        do {
            let process = try RunningProgram.start(
                programs.keeper, arguments,
                environment: environment.merging(definition.environment) { $1 },
                descriptors: [nil, log, log, record] + (leash.map { [$0] } ?? []))
            return Keeper(id: id, process: process)
        } catch {
            throw Failure(
                .internal,
                "cannot start '\(programs.keeper)' (\(errorText(error.number))); it must be next to gyrus: build it with "
                    + "'swift build'")
        }
    }

    // MARK: - Finding

    /// A running replica whose keeper was started by an earlier supervisor.
    struct Living {
        let keeper: Keeper
        let definition: ServiceDefinition
        let record: Record
    }

    /// Every replica of the project that has a living keeper.
    static func living(in directory: ProjectDirectory) -> [Living] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory.replicas.path)) ?? []
        return files.filter { $0.hasSuffix(".record") }.sorted().compactMap { file in
            guard let id = ReplicaID(name: String(file.dropLast(".record".count))) else { return nil }
            return living(id, in: directory)
        }
    }

    private static func living(_ id: ReplicaID, in directory: ProjectDirectory) -> Living? {
        guard let file = try? Descriptor.open(directory.record(of: id).path, O_RDWR) else { return nil }
        // A keeper that has just started writes its record within moments.
        for _ in 0..<500 {
            if file.tryLock() { return nil }
            if let record = Record(at: directory.record(of: id)), let keeper = record.keeper,
                let data = try? Data(contentsOf: directory.definition(of: id)),
                let definition = try? JSONDecoder().decode(ServiceDefinition.self, from: data)
            {
                return Living(
                    keeper: Keeper(id: id, process: keeper), definition: definition, record: record)
            }
            usleep(2000)
        }
        return nil
    }

    /// Removes the files of a gone replica except its log.
    static func forget(_ id: ReplicaID, in directory: ProjectDirectory) {
        unlink(directory.record(of: id).path)
        unlink(directory.definition(of: id).path)
    }
}

/// A keeper's record of its process.
struct Record: Hashable, Sendable {
    var keeper: pid_t?
    var process: pid_t?
    var started: Date?
    var ended: Date?
    var outcome: Outcome?

    init?(at url: URL) {
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
        self.init(text)
    }

    /// Nil if the text is incomplete.
    init?(_ text: String) {
        let lines = text.split(separator: "\n")
        guard lines.last == "complete" else { return nil }
        for line in lines {
            let words = line.split(separator: " ")
            guard words.count == 2, let number = Int64(words[1]) else { continue }
            let value = Int32(truncatingIfNeeded: number)
            switch words[0] {
            case "keeper": keeper = value
            case "process": process = value
            case "started": started = Date(timeIntervalSince1970: Double(number) / 1e6)
            case "ended": ended = Date(timeIntervalSince1970: Double(number) / 1e6)
            case "exit": outcome = .exit(value)
            case "signal": outcome = .signal(value)
            case "failed": outcome = .failed(value)
            default: break
            }
        }
    }
}

/// Finds programs: next to `gyrus` first, so that a build needs no installation.
public struct Programs: Hashable, Sendable {
    /// Folder of the executables.
    public let folder: String

    /// Programs in the folder of the running executable.
    public static var beside: Programs {
        Programs(folder: URL(filePath: running).deletingLastPathComponent().path)
    }

    /// Path of the running executable.
    static var running: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    /// Programs in a folder.
    public init(folder: String) {
        self.folder = folder
    }

    /// Identifies the build of a program next to `gyrus` and of the programs that it runs, such as `trainer` and
    /// `trainer-worker`. Empty for programs in other places.
    public func build(of name: String) -> String {
        guard path(of: name) != name, let files = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            return ""
        }
        let programs = files.filter { $0 == name || ($0.hasPrefix("\(name)-") && !$0.contains(".")) }.sorted()
        return programs.map { program in
            var status = stat()
            guard stat("\(folder)/\(program)", &status) == 0 else { return program }
            return "\(program) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
        }.joined(separator: ", ")
    }

    var keeper: String { "\(folder)/gyrus-keeper" }

    /// The path of a program next to `gyrus`; otherwise its name, to be found as a shell does.
    public func path(of name: String) -> String {
        let candidate = "\(folder)/\(name)"
        return !name.contains("/") && access(candidate, X_OK) == 0 ? candidate : name
    }
}

extension Duration {
    /// Whole milliseconds.
    public var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }

    /// Seconds with their fraction.
    public var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
