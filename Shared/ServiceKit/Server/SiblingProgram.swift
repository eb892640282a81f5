import ArgumentParser
import Foundation
import HelperProcesses
import Model
import ServiceClient

/// Another executable of Gyrus, in the same folder as this one.
///
/// Programs that compute load libtorch, which alone takes longer than a service may need to be up. So each service is an
/// executable without it, and its `work` verb becomes the worker's executable.
public enum SiblingProgram {
    /// Becomes the program: same process, same environment, same open files.
    /// - Throws: `ExitCode`, after a line on standard error, where the program is not beside this one.
    public static func become(_ name: String, arguments: [String]) throws -> Never {
        let program = ProgramBeside(name)
        let words = ([program.path] + arguments).map { strdup($0) } + [nil]
        execv(program.path, words)
        let failure = program.failure("cannot be run: \(String(cString: strerror(errno))).")
        FileHandle.standardError.write(Data("Error: \(failure.message)\n".utf8))
        throw ExitCode(failure.exitStatus)
    }
}
