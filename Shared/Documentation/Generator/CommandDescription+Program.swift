import Foundation
import HelperProcesses
import Manual
import Model

extension CommandDescription {
    /// Gets the description from an executable next to the running one.
    init(of program: String) throws {
        let beside = ProgramBeside(program)
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: beside.path)
        process.arguments = ["--experimental-dump-help"]
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw beside.failure("cannot be run: \(error.systemReason)")
        }
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw beside.failure("does not describe its commands.") }
        try self.init(dump: text)
    }
}
