import ArgumentParser
import Foundation
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
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let path = own.deletingLastPathComponent().appending(path: name).path
        let words = ([path] + arguments).map { strdup($0) } + [nil]
        execv(path, words)
        let failure = Failure(
            .unavailable,
            "The program \(path) cannot be run: \(String(cString: strerror(errno))). It belongs beside"
                + " \(own.lastPathComponent); install or build both.")
        FileHandle.standardError.write(Data("Error: \(failure.message)\n".utf8))
        throw ExitCode(failure.exitStatus)
    }
}
