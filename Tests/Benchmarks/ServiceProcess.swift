import Foundation
import Messaging
import Model
import RegistryClient

/// The built registry in a folder.
final class RegistryProcess {
    let endpoint: Endpoint
    private let process = Process()

    init(directory: URL) throws {
        endpoint = try Endpoint("ipc://\(directory.path)/s")
        let folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        process.executableURL = folder.appending(path: "registry")
        process.arguments = ["--data-directory", directory.path]
        process.environment = ProcessInfo.processInfo.environment.merging(["GYRUS_REGISTRY": endpoint.description]) {
            $1
        }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
    }

    /// Starts it and returns how long it took until its first answer.
    func start(_ client: RegistryClient) async throws -> Duration {
        let begin = ContinuousClock.now
        try process.run()
        _ = try await client.terms(of: .areas)
        return ContinuousClock.now - begin
    }

    /// Its largest resident memory so far, in bytes.
    func memory() throws -> UInt64 {
        let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (line.split(whereSeparator: { !$0.isNumber }).first.flatMap { UInt64($0) } ?? 0) * 1024
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
