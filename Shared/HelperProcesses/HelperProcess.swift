import Foundation
import Glibc
import Model

/// Another Gyrus program that answers lines with lines. Libraries that it links, such as libtorch, and its crashes stay
/// out of this process. It ends when nothing refers to it anymore, and when this process ends.
///
/// ```swift
/// let helper = try HelperProcess("gyrus-detector", ["network.pt"])
/// helper.say("frame.bmp")
/// while let line = try helper.line(), !line.isEmpty { … }
/// ```
public final class HelperProcess {
    private let name: String
    private let process: RunningProgram
    private let questions: Descriptor
    private let answers: Descriptor
    private let longest: Duration
    private var unread = Data()

    /// Starts a program.
    /// - Parameter longest: Maximum silence before a line of its answer.
    /// - Throws: `Failure` with code `unavailable` if it cannot be started.
    public init(_ name: String, _ arguments: [String] = [], longest: Duration = .seconds(600)) throws {
        // A process that ends during a request must not end this one by a signal.
        signal(SIGPIPE, SIG_IGN)
        self.name = name
        self.longest = longest
        let program = ProgramBeside(name)
        let (input, output) = (try Descriptor.pipe(), try Descriptor.pipe())
        (questions, answers) = (input.write, output.read)
        do {
            process = try RunningProgram(
                program.path, arguments,
                descriptors: [input.read, output.write, Descriptor(copying: STDERR_FILENO)])
        } catch {
            throw program.failure("cannot be started: \(error).")
        }
    }

    deinit {
        // SIGKILL, because the process has nothing to save and could block other signals.
        process.signal(SIGKILL)
    }

    /// Writes a line; ignores errors, because a process that has ended has already said why.
    public func say(_ line: String) { try? questions.write(Array("\(line)\n".utf8)) }

    /// Writes bytes.
    /// - Throws: If the process has ended.
    public func say(bytes: [UInt8]) throws { try questions.write(bytes) }

    /// The next bytes of the process's output; nil if it ends before that many.
    /// - Throws: `Failure` with code `deadline-exceeded` if it is silent for too long; then it is no longer usable.
    public func bytes(_ count: Int) throws -> [UInt8]? {
        while unread.count < count {
            let more = try available()
            guard !more.isEmpty else { return nil }
            unread += more
        }
        defer { unread = Data(unread.dropFirst(count)) }
        return [UInt8](unread.prefix(count))
    }

    /// The next line of the process's output; nil at its end.
    /// - Throws: `Failure` with code `deadline-exceeded` if it is silent for too long; then it is no longer usable.
    public func line() throws -> String? {
        var searched = unread.startIndex
        while true {
            if let end = unread[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread = Data(unread[unread.index(after: end)...]) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            searched = unread.endIndex
            let more = try available()
            guard !more.isEmpty else { return nil }
            unread += more
        }
    }

    /// Available output, as soon as there is any, because waiting for more could take forever. Empty at the end.
    private func available() throws -> [UInt8] {
        let deadline = ContinuousClock.now + longest
        var request = pollfd(fd: answers.number, events: Int16(POLLIN), revents: 0)
        // Not Foundation's `availableData`, which ends the process if a signal interrupts it.
        while true {
            let rest = max(.zero, deadline - .now)
            let ready = poll(&request, 1, Int32(clamping: rest.components.seconds * 1_000 + 1))
            if ready < 0 && errno == EINTR { continue }
            guard ready != 0 else {
                if rest > .zero { continue }
                throw Failure(.deadlineExceeded, "\(name) wrote nothing for \(longest).", isRetriable: false)
            }
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let length = read(request.fd, &buffer, buffer.count)
            if length < 0 && errno == EINTR { continue }
            return Array(buffer.prefix(max(0, length)))
        }
    }
}
