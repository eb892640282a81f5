import Foundation
import Inspection
import Model

/// Looks into one file: reads a request from its input, and writes a reply to its output.
///
/// Not for people; `gyrus models import` starts it.
@main
struct InspectorCommand {
    static func main() throws {
        guard CommandLine.arguments.count == 1, isatty(FileHandle.standardInput.fileDescriptor) == 0 else {
            let usage = "gyrus-inspector is started by gyrus; see gyrus help models import\n"
            try FileHandle.standardError.write(contentsOf: Data(usage.utf8))
            exit(2)
        }
        let request = try JSONDecoder().decode(
            InspectionRequest.self, from: FileHandle.standardInput.readDataToEndOfFile())
        let reply: InspectionReply
        do {
            try InspectionLimits.apply(writes: request.companion != nil)
            reply = .sound(try Inspector(request).inspect())
        } catch {
            reply = .refused(Failure(error))
        }
        FileHandle.standardOutput.write(try JSONEncoder().encode(reply))
    }
}
