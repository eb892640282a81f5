import Foundation
import Glibc
import Model

/// A program of Gyrus beside the running one that answers lines with lines: what it links, such as libtorch, and what may
/// crash it stays out of this process. It ends with this process, or when nothing refers to it any more.
///
/// ```swift
/// let helper = try HelperProcess("gyrus-detector", ["network.pt"])
/// helper.say("frame.bmp")
/// while let line = helper.line(), !line.isEmpty { … }
/// ```
public final class HelperProcess {
    private let process = Process()
    private let questions = Pipe()
    private let answers = Pipe()
    private var unread = Data()

    /// Starts a program.
    /// - Throws: `Failure` with code `unavailable` where it cannot be started.
    public init(_ name: String, _ arguments: [String] = []) throws {
        // A process that ends while it is asked must not end this one by a signal.
        signal(SIGPIPE, SIG_IGN)
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let program = own.deletingLastPathComponent().appending(path: name)
        process.executableURL = program
        process.arguments = arguments
        process.standardInput = questions
        process.standardOutput = answers
        do {
            try process.run()
        } catch {
            throw Failure(
                .unavailable,
                "The program \(program.path) cannot be started: \(error.localizedDescription) It belongs beside"
                    + " \(own.lastPathComponent); install or build both.", isRetriable: false)
        }
    }

    deinit {
        try? questions.fileHandleForWriting.close()
        if process.isRunning { process.terminate() }
    }

    /// Writes a line. A process that has ended has said why, and is past being asked.
    public func say(_ line: String) {
        try? questions.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
    }

    /// The next line of what the process says; nil at its end.
    public func line() -> String? {
        var searched = unread.startIndex
        while true {
            if let end = unread[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread = Data(unread[unread.index(after: end)...]) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            searched = unread.endIndex
            let more = available()
            guard !more.isEmpty else { return nil }
            unread += more
        }
    }

    /// What is there, as soon as something is: to wait for more would be to wait for ever. Empty at the end.
    private func available() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            var length: Int
            // Foundation's `availableData` ends the process where a signal interrupts it.
            repeat {
                length = read(answers.fileHandleForReading.fileDescriptor, buffer.baseAddress, buffer.count)
            } while length < 0 && errno == EINTR
            count = max(0, length)
        }
    }
}
