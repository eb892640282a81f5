import Foundation
import Model
import TestSupport

/// The system's Python, without packages.
enum Python {
    /// The interpreter; nil if there is none.
    static let path = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    static let isHere = path != nil

    /// Runs a program in a folder.
    static func run(_ program: String, in folder: URL, _ arguments: String...) throws {
        let output = try ChildProcess.output(
            of: path ?? "/usr/bin/python3", ["-c", program] + arguments, in: folder)
        guard output.status == 0 else { throw Failure(.internal, "python3 ended with an error: \(output.err)") }
    }
}
