import Foundation
import HelperProcesses
import Inspection
import Model

/// Inspects one file: reads a request from stdin and writes a reply to stdout.
///
/// Not for direct use; `gyrus models import` starts it.
@main
struct InspectorCommand {
    static func main() throws {
        guard CommandLine.arguments.count == 1, isatty(FileHandle.standardInput.fileDescriptor) == 0 else {
            let usage = "gyrus-inspector is started by gyrus models import; see gyrus help models import\n"
            try FileHandle.standardError.write(contentsOf: Data(usage.utf8))
            exit(2)
        }
        let request = try JSONDecoder().decode(InspectionRequest.self, from: Data((readLine() ?? "").utf8))
        // A copy, because stdin is about to be replaced for the reply.
        endWithCaller(at: dup(STDIN_FILENO))
        // A network's own output must not be mistaken for the reply.
        let output = try replyOutput()
        let reply: InspectionReply
        do {
            try InspectionLimits.apply(writes: request.companion != nil)
            let partners = Inspection.Format.allCases.compactMap { $0.partner(of: request.file) }
            try InspectionSandbox.enter(
                reading: [request.file, Inspector.configuration(beside: request.file)] + partners,
                writingInto: request.companion?.deletingLastPathComponent())
            reply = .sound(try Inspector(request).inspect())
        } catch {
            reply = .refused(Failure(error))
        }
        try output.write(contentsOf: JSONEncoder().encode(reply))
    }

    /// Keeps stdout under the descriptor of stdin, and discards everything else that is printed: a network could flood
    /// or garble the user's terminal.
    private static func replyOutput() throws -> FileHandle {
        let nowhere = open("/dev/null", O_WRONLY)
        guard nowhere >= 0, dup2(STDOUT_FILENO, STDIN_FILENO) >= 0, dup2(nowhere, STDOUT_FILENO) >= 0,
            dup2(nowhere, STDERR_FILENO) >= 0
        else {
            throw Failure(.internal, "cannot redirect the output: \(String(cString: strerror(errno)))")
        }
        return FileHandle(fileDescriptor: STDIN_FILENO)
    }
}
