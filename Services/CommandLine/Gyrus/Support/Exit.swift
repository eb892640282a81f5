import ArgumentParser
import Foundation
import Glibc
import Launcher
import Model
import ServiceClient

/// Exit statuses of the command line itself; those of failures come from `Failure.exitStatus`.
enum ExitStatus {
    static let usage: Int32 = 2
    static let configuration: Int32 = 78

    /// The status that tells scripts the kind of failure.
    static func of(_ failure: Failure) -> Int32 {
        failure.code == .configuration ? configuration : failure.exitStatus
    }
}

extension Gyrus {
    /// Writes the error to stderr and exits the process.
    /// - Parameter command: The command that ran; nil if the arguments could not be parsed.
    static func leave(_ error: any Error, from command: (any ParsableCommand.Type)?) -> Never {
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
        if let command, error is ValidationError {
            // The error was thrown while the command ran, so the parser does not know whose usage to show.
            say("Error: \(message(for: error))\nUsage: \(usageString(for: command))")
        } else if !text.isEmpty {
            say(text)
        }
        Glibc.exit(code == .validationFailure ? ExitStatus.usage : code.rawValue)
    }
}
