import Foundation
import Glibc

/// Where a command writes: what it was asked for goes to `result`, everything else to `talk`.
enum OutputStream: Int32, Sendable {
    case result = 1
    case talk = 2

    /// Whether a person looks at it.
    var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Columns of its terminal; nil where it is none.
    var width: Int? {
        var size = winsize()
        guard isTerminal, ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Writes text as it is. A result that nobody can take ends the command; talk is only talk.
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
        // As the signal does that other programs end by when nobody reads what they write.
        if error == EPIPE { exit(128 + SIGPIPE) }
        let reason = error == EBADF ? "it is closed" : String(cString: strerror(error))
        OutputStream.talk.write("gyrus: the result cannot be written to stdout: \(reason)\n")
        exit(1)
    }

    /// Takes the numbers of streams that are closed, so that no file or socket gets one and is written into.
    static func secure() {
        for (number, flags) in [(Int32(0), O_RDONLY), (1, O_RDONLY), (2, O_WRONLY)]
        where fcntl(number, F_GETFD) == -1 {
            // The lowest free number is this one. Writing to what is open for reading only fails as it does when closed.
            _ = open("/dev/null", flags)
        }
    }
}

/// Writes a line to stderr: everything that is not the result.
func say(_ text: String) { OutputStream.talk.write("\(printable(text))\n") }

/// Writes a line of the result to stdout, at once: a pipe shall not hold it back.
func emit(_ text: String) { OutputStream.result.write("\(printable(text))\n") }

/// The text with signs in place of whatever would command a terminal; ends of lines and tabs stay.
func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isCommand) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if isCommand(scalar) { result += escape(scalar) } else { result.unicodeScalars.append(scalar) }
    }
    return result
}

/// The same on one line: ends of lines and tabs are signs, too.
func printableLine(_ text: String) -> String {
    printable(text).replacing("\n", with: "\\n").replacing("\t", with: " ")
}

private func isCommand(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control: !["\n", "\t"].contains(scalar)
    case .lineSeparator, .paragraphSeparator: true
    // They turn the direction of what follows, so that a line reads as another one.
    case .format: ("\u{202A}"..."\u{202E}").contains(scalar) || ("\u{2066}"..."\u{2069}").contains(scalar)
    default: false
    }
}

/// As JSON writes them, so that a document stays one.
private func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

/// Whether a person looks at the output.
enum Terminal {
    static let hasTalk = OutputStream.talk.isTerminal
    static let isColored: Bool = {
        let environment = ProcessInfo.processInfo.environment
        return OutputStream.result.isTerminal && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
    }()
}

/// The part of a file's name that stands for what somebody called something: no part of a path, nothing hidden, and not
/// longer than file systems take.
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
