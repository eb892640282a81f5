import CProcess
import Glibc
import Model

/// A file descriptor that is closed when nothing references it any longer.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    /// A duplicate with a number high enough for `spawn` to move it into place without overwriting another.
    func highCopy() -> Descriptor? {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 16)
        return copy < 0 ? nil : Descriptor(copy)
    }

    /// Opens a file.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws -> Descriptor {
        let number = Glibc.open(path, flags | O_CLOEXEC, mode)
        guard number >= 0 else {
            throw Failure(.internal, "cannot open '\(path)': \(errorText(errno))")
        }
        return Descriptor(number)
    }

    /// Both ends of a pipe.
    static func pipe() throws -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [0, 0]
        guard gyrus_pipe(&ends) == 0 else {
            throw Failure(.internal, "cannot create a pipe: \(errorText(errno))")
        }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    /// Takes the file's lock; false if another process holds it.
    func tryLock() -> Bool { flock(number, LOCK_EX | LOCK_NB) == 0 }
}

/// The message for an error number.
func errorText(_ number: Int32) -> String { String(cString: strerror(number)) }
