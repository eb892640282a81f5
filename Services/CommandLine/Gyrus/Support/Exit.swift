import ArgumentParser
import Foundation
import Glibc
import Launcher
import Model
import ServiceClient

/// The exit statuses that are the command line's own; those of failures come with `Failure.exitStatus`.
enum ExitStatus {
    static let usage: Int32 = 2
    static let configuration: Int32 = 78

    /// The status that tells scripts what kind of failure it was.
    static func of(_ failure: Failure) -> Int32 {
        failure.code == .configuration ? configuration : failure.exitStatus
    }
}

extension Gyrus {
    /// Writes what went wrong to stderr and ends the process.
    static func leave(_ error: any Error) -> Never {
        if let failure = error as? Failure {
            say("gyrus: \(failure.message)")
            Glibc.exit(ExitStatus.of(failure))
        }
        if error is CancellationError { Glibc.exit(130) }
        let code = exitCode(for: error)
        let text = fullMessage(for: error)
        if code.isSuccess {
            if !text.isEmpty { emit(text) }
            Glibc.exit(0)
        }
        if !text.isEmpty { say(text) }
        Glibc.exit(code == .validationFailure ? ExitStatus.usage : code.rawValue)
    }
}

/// Writes a line to stderr: everything that is not the result.
func say(_ text: String) {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
}

/// Writes a line of the result to stdout, at once: a pipe shall not hold it back.
func emit(_ text: String) {
    FileHandle.standardOutput.write(Data("\(text)\n".utf8))
}

/// Whether a person looks at the output.
enum Terminal {
    static let hasOutput = isatty(STDOUT_FILENO) == 1
    static let hasTalk = isatty(STDERR_FILENO) == 1
    static let isColored = hasOutput && ProcessInfo.processInfo.environment["NO_COLOR"] == nil

    /// Columns of the terminal that stderr goes to.
    static var width: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}
