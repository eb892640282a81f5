import CProcess
import Glibc
import Model

/// A file descriptor that is closed with its last owner and is not inherited by other programs.
package final class Descriptor: Sendable {
    package let number: Int32

    package init(_ number: Int32) { self.number = number }

    /// Duplicates a descriptor that is owned elsewhere, with at least the given number; nil if that fails.
    package init?(copying other: Int32, from lowest: Int32 = 3) {
        number = fcntl(other, F_DUPFD_CLOEXEC, lowest)
        if number < 0 { return nil }
    }

    deinit { close(number) }

    /// Opens a file.
    package static func open(_ path: String, _ flags: Int32, mode: UInt32 = 0o600) throws -> Descriptor {
        let number = Glibc.open(path, flags | O_CLOEXEC, mode)
        guard number >= 0 else {
            throw Failure(.internal, "cannot open '\(path)': \(errorText(errno))")
        }
        return Descriptor(number)
    }

    /// Both ends of a pipe.
    package static func pipe() throws -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [0, 0]
        guard gyrus_pipe(&ends) == 0 else {
            throw Failure(.internal, "cannot make a pipe: \(errorText(errno))")
        }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    /// Takes part in the file's lock, which several processes can share, as long as this descriptor is open.
    package func shareLock() { flock(number, LOCK_SH) }

    /// Takes the file's lock; false where another process has it.
    package func tryLock() -> Bool { flock(number, LOCK_EX | LOCK_NB) == 0 }

    /// Writes all bytes.
    package func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure(.unavailable, "cannot write: \(errorText(errno))") }
            rest = rest.dropFirst(count)
        }
    }

    /// All that comes until the other side ends.
    package func readToEnd() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(number, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure(.unavailable, "cannot read: \(errorText(errno))") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}

/// What an error number means.
package func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }
