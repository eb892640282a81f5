import Foundation
import Messaging
import Model
import ServiceClient

/// A built service with its own folder.
final class ServiceProcess {
    let endpoint: Endpoint
    private let process = Process()

    init(_ service: ServiceName, _ arguments: [String] = [], directory: URL) throws {
        endpoint = try Endpoint("ipc://\(directory.path)/s")
        let folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        process.executableURL = folder.appending(path: service.rawValue)
        process.arguments = arguments + ["--data-directory", directory.path]
        process.environment = ProcessInfo.processInfo.environment.merging([
            ServiceDirectory.variable(of: service): endpoint.description
        ]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
    }

    deinit { if process.isRunning { process.terminate() } }

    /// Starts it and returns the time until its first answer.
    func start(until answer: () async throws -> Void) async throws -> Duration {
        let begin = ContinuousClock.now
        try process.run()
        try await answer()
        return ContinuousClock.now - begin
    }

    /// Its peak resident memory so far, in bytes.
    func memory() throws -> UInt64 {
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (line.split(whereSeparator: { !$0.isNumber }).first.flatMap { UInt64($0) } ?? 0) * 1024
    }

    /// Processor time of each of its threads so far, in seconds.
    func processorTimes() throws -> [String: Double] {
        let folder = "/proc/\(process.processIdentifier)/task"
        var times: [String: Double] = [:]
        for thread in try FileManager.default.contentsOfDirectory(atPath: folder) {
            // A thread may end between the two.
            guard let line = try? String(contentsOfFile: "\(folder)/\(thread)/stat", encoding: .utf8),
                let end = line.lastIndex(of: ")")
            else { continue }
            let fields = line[end...].split(separator: " ")
            times[thread] = (Double(fields[12]) ?? 0) / 100 + (Double(fields[13]) ?? 0) / 100
        }
        return times
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
