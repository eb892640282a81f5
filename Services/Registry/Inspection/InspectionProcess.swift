public import Foundation
import Model
import Synchronization

/// Inspects files in a separate process, because reading untrusted files may crash, hang or exhaust memory.
public struct InspectionProcess: Sendable {
    private let program: URL
    private let longest: Duration

    /// Takes the path of `gyrus-inspector`.
    /// - Parameter longest: Maximum time per file.
    public init(program: URL, longest: Duration = .seconds(120)) {
        self.program = program
        self.longest = longest
    }

    /// Inspects a file.
    /// - Throws: `Failure` that names the file and what is wrong with it.
    public func inspect(_ request: InspectionRequest) async throws -> Inspection {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = program
        process.standardInput = input
        process.standardOutput = output
        let status = Mutex<Int32?>(nil)
        try start(process)
        let expiry = Task {
            try await Task.sleep(for: longest)
            status.withLock { if $0 == nil { kill(process.processIdentifier, SIGKILL) } }
        }
        defer { expiry.cancel() }
        try? input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(request))
        try? input.fileHandleForWriting.close()
        let answer = await Self.content(of: output)
        process.waitUntilExit()
        status.withLock { $0 = process.terminationStatus }
        guard process.terminationReason == .exit,
            let reply = try? JSONDecoder().decode(InspectionReply.self, from: answer)
        else { throw crashed(process, request.file) }
        switch reply {
        case .sound(let inspection): return inspection
        case .refused(let failure): throw failure
        }
    }

    private func start(_ process: Process) throws {
        do {
            try process.run()
        } catch {
            throw Failure(
                .unavailable,
                "Cannot start '\(program.path)', which inspects files: \(error.localizedDescription). It belongs"
                    + " beside gyrus: build it with swift build.")
        }
    }

    /// Reads until the other side closes, on a separate thread because reading blocks.
    @concurrent private static func content(of pipe: Pipe) async -> Data {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: pipe.fileHandleForReading.readDataToEndOfFile())
            }
        }
    }

    private func crashed(_ process: Process, _ file: URL) -> Failure {
        let how =
            process.terminationReason == .uncaughtSignal
            ? "ended by signal \(process.terminationStatus)" : "ended with status \(process.terminationStatus)"
        return Failure(
            .corrupt,
            "'\(file.path)' cannot be imported: the process that read it \(how). The limits are \(longest) and"
                + " \(InspectionLimits.memory >> 30) GiB of memory.")
    }
}
