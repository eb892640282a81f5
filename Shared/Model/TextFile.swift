import Foundation

/// A text file that a user names on the command line.
public enum TextFile {
    /// Maximum size in bytes that is read: far more than any text of a person, far less than a machine's memory.
    public static let largest = 64 << 20

    /// The text of a file. It can also be a pipe, such as that of the shell's `<(…)`.
    /// - Parameters:
    ///   - path: Path of the file; `-` for stdin.
    ///   - what: What it should be, such as `scenario`.
    ///   - hint: Text that follows the reason why it cannot be read.
    public static func read(_ path: String, as what: String, hint: String = "") throws(Failure) -> String {
        guard path == "-" || FileManager.default.fileExists(atPath: path) else {
            throw Failure(.invalidArgument, "cannot read the \(what): there is no file '\(path)'\(hint)")
        }
        let data: Data
        do {
            let file = try path == "-" ? .standardInput : FileHandle(forReadingFrom: URL(filePath: path))
            data = try file.read(upToCount: largest + 1) ?? Data()
        } catch {
            throw Failure(.invalidArgument, "cannot read the \(what) '\(path)': \(error.systemReason)\(hint)")
        }
        guard data.count <= largest else {
            throw Failure(.invalidArgument, "'\(path)' has more than \(largest >> 20) MiB, so it is not a \(what)")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw Failure(.invalidArgument, "'\(path)' is not UTF-8 text, so it is not a \(what)")
        }
        return text
    }
}

extension Error {
    /// Why a file could not be used, in the words of the system, such as `Is a directory`. Foundation's own description
    /// often says only that an operation could not be completed.
    public var systemReason: String {
        // Foundation gives no underlying error for this one.
        if let error = self as? CocoaError, error.code == .fileWriteOutOfSpace {
            return String(cString: strerror(ENOSPC))
        }
        let outer = self as NSError
        let error = outer.userInfo[NSUnderlyingErrorKey] as? NSError ?? outer
        return error.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(error.code))) : localizedDescription
    }
}
