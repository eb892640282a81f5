public import Foundation
import HelperProcesses
import Model

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
        // A process that ends before it has read its request must not end this one by a signal.
        signal(SIGPIPE, SIG_IGN)
        let file = request.file
        let (process, input, output) = try start()
        let expiry = Task {
            try await Task.sleep(for: longest)
            process.signal(SIGKILL)
        }
        defer { expiry.cancel() }
        return try await withTaskCancellationHandler {
            let request = try JSONEncoder().encode(request)
            let answer = await Self.answer(of: output, to: request, at: input)
            let status = await process.end()
            guard status < 128, let reply = try? JSONDecoder().decode(InspectionReply.self, from: answer) else {
                throw crashed(status, file)
            }
            switch reply {
            case .sound(let inspection): return inspection
            case .refused(let failure): throw failure
            }
        } onCancel: {
            process.signal(SIGKILL)
        }
    }

    /// Starts the program.
    /// - Returns: The process, its stdin and its stdout. Their other ends are held only by the process, so that they
    ///   close with it.
    private func start() throws -> (RunningProgram, input: Descriptor, output: Descriptor) {
        let (input, output) = (try Descriptor.pipe(), try Descriptor.pipe())
        do {
            let process = try RunningProgram(
                program.path, [], descriptors: [input.read, output.write, Descriptor(copying: STDERR_FILENO)])
            return (process, input.write, output.read)
        } catch {
            throw Failure(
                .unavailable,
                "Cannot start '\(program.path)', which inspects files: \(error). It belongs next to gyrus: build it with"
                    + " swift build.")
        }
    }

    /// The whole answer to a request, read on a separate thread because reading blocks.
    @concurrent private static func answer(of output: Descriptor, to request: Data, at input: Descriptor) async -> Data
    {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                try? input.write(Array(request) + [UInt8(ascii: "\n")])
                // The program ends when its stdin closes.
                withExtendedLifetime(input) {
                    continuation.resume(returning: Data((try? output.readToEnd()) ?? []))
                }
            }
        }
    }

    private func crashed(_ status: Int32, _ file: URL) -> Failure {
        let how = status >= 128 ? "ended by signal \(status - 128)" : "ended with status \(status)"
        return Failure(
            .corrupt,
            "'\(file.path)' cannot be imported: the process that read it \(how). The limits are \(longest) and"
                + " \(InspectionLimits.memory >> 30) GiB of memory.")
    }
}
