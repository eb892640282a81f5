public import Foundation
import Model
import Synchronization

/// Looks into files in a process of its own, because reading what others made may crash, hang or eat all memory.
public struct InspectionProcess: Sendable {
    private let program: URL
    private let longest: Duration

    /// Takes the program that inspects, `gyrus-inspector`.
    /// - Parameter longest: Longest time that a file may take.
    public init(program: URL, longest: Duration = .seconds(120)) {
        self.program = program
        self.longest = longest
    }

    /// Looks into a file.
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
                "'\(program.path)', which looks into files, cannot be started: \(error.localizedDescription); it belongs"
                    + " beside gyrus: build it with swift build.")
        }
    }

    /// All that is written until the other side ends; on a thread of its own, because reading blocks.
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
            "'\(file.path)' cannot be imported: the process that read it \(how). It may take at most \(longest) and"
                + " \(InspectionLimits.memory >> 30) GiB of memory.")
    }
}
