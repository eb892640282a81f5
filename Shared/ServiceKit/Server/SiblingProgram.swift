import ArgumentParser
import Foundation
import HelperProcesses
import Model
import ServiceClient

/// Another executable of Gyrus in the same folder as this one.
///
/// Programs that compute load libtorch, which alone takes longer than a service may take to start. So each service is
/// an executable without libtorch, and its `work` verb executes the worker's program.
public enum SiblingProgram {
    /// Replaces this process by the program; keeps environment and open files.
    /// - Throws: `ExitCode`, after a line on standard error, if the program is not in this program's folder.
    public static func become(_ name: String, arguments: [String]) throws -> Never {
        let program = ProgramBeside(name)
        let words = ([program.path] + arguments).map { strdup($0) } + [nil]
        execv(program.path, words)
        let failure = program.failure("cannot be run: \(String(cString: strerror(errno))).")
        FileHandle.standardError.write(Data("Error: \(failure.message)\n".utf8))
        throw ExitCode(failure.exitStatus)
    }
}
