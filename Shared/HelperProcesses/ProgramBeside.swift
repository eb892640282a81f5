import Foundation
public import Model

/// A Gyrus executable in the same folder as the running one.
public struct ProgramBeside {
    /// Absolute path, whether or not the file exists.
    public let path: String
    private let own: String

    /// Takes its name.
    public init(_ name: String) {
        let running = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        path = running.deletingLastPathComponent().appending(path: name).path
        own = running.lastPathComponent
    }

    /// The failure if it cannot be used.
    /// - Parameter reason: A sentence about it, such as `cannot be run: it is missing.`
    public func failure(_ reason: String) -> Failure {
        Failure(
            .unavailable, "The program \(path) \(reason) It belongs in the folder of \(own); install or build both.",
            isRetriable: false)
    }
}
