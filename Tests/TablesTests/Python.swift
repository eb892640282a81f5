import Foundation
import Model
import TestSupport

/// Python as machines have it, without packages.
enum Python {
    /// The interpreter; nil where there is none.
    static let path = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    static let isHere = path != nil

    /// Runs a program in a folder.
    static func run(_ program: String, in folder: URL, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: path ?? "/usr/bin/python3")
        process.arguments = ["-c", program] + arguments
        process.currentDirectoryURL = folder
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(.internal, "python3 ended with an error") }
    }
}
