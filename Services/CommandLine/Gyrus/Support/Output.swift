import Foundation
import Glibc
import Presentation

/// The output streams of a command: results go to `result`, everything else to `talk`.
enum OutputStream: Int32, Sendable {
    case result = 1
    case talk = 2

    /// Whether the stream is a terminal.
    var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Width of the terminal in columns; nil if the stream is not a terminal.
    var width: Int? {
        var size = winsize()
        guard isTerminal, ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Writes text unchanged. The command exits if a result cannot be written; errors on `talk` are ignored.
    func write(_ text: String) {
        var text = text
        let error = text.withUTF8 { bytes -> Int32 in
            var rest = UnsafeRawBufferPointer(bytes)[...]
            while !rest.isEmpty {
                let count = Glibc.write(rawValue, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return count < 0 ? errno : EIO }
                rest = rest.dropFirst(count)
            }
            return 0
        }
        guard error != 0, self == .result else { return }
        // The exit status of SIGPIPE, which ends other programs when nobody reads their output.
        if error == EPIPE { exit(128 + SIGPIPE) }
        let reason = error == EBADF ? "it is closed" : String(cString: strerror(error))
        OutputStream.talk.write("gyrus: the result cannot be written to stdout: \(reason)\n")
        exit(1)
    }

    /// Occupies the descriptors of closed standard streams, so that no file or socket gets one and is written to.
    static func secure() {
        for (number, flags) in [(Int32(0), O_RDONLY), (1, O_RDONLY), (2, O_WRONLY)]
        where fcntl(number, F_GETFD) == -1 {
            // open() takes the lowest free descriptor, which is this one. Writing to a read-only file fails as if it were closed.
            _ = open("/dev/null", flags)
        }
    }
}

/// Writes a line to stderr, for everything that is not a result.
func say(_ text: String) { OutputStream.talk.write("\(VisibleText.lines(text))\n") }

/// Writes a line of the result to stdout immediately, without buffering, so that pipes get it at once.
func emit(_ text: String) { OutputStream.result.write("\(VisibleText.lines(text))\n") }

/// Whether a person reads the output.
enum Terminal {
    static let hasTalk = OutputStream.talk.isTerminal
    static let isColored: Bool = {
        let environment = ProcessInfo.processInfo.environment
        return OutputStream.result.isTerminal && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
    }()
}

/// A file name component made from a user-given name: without path separators, not hidden, and within the length limit
/// of file systems.
func fileName(_ text: String) -> String {
    let longest = 120
    var name = ""
    for character in text {
        let isAllowed = character.isLetter || character.isNumber || "-_. ()+,=".contains(character)
        let next = isAllowed ? String(character) : "-"
        guard name.utf8.count + next.utf8.count <= longest else { break }
        name += next
    }
    name = String(name.drop { ".- ".contains($0) })
    return name.isEmpty ? "unnamed" : name
}
