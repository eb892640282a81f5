public import Foundation
import Glibc
import Model

/// The key in a web server's address.
public enum ServedKey {
    /// Name of the parameter that has the key in the address.
    public static let parameter = "key"

    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")

    /// The key in a file. If the file is missing, creates it so that only its owner can read it.
    /// - Throws: `Failure` if the file cannot be read, or if others can read it.
    public static func key(in file: URL) throws -> String {
        let fresh = String((0..<32).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try handle.write(contentsOf: Data("\(fresh)\n".utf8))
            return fresh
        }
        guard errno == EEXIST else {
            throw Failure(.permissionDenied, "Cannot write '\(file.path)': \(String(cString: strerror(errno))).")
        }
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        guard let mode, mode & 0o077 == 0 else {
            throw Failure(
                .permissionDenied, "Others can read the key in '\(file.path)'; run 'chmod 600 \(file.path)'.")
        }
        let text = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.utf8.count >= 16, text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
            throw Failure(
                .invalidArgument,
                "The key in '\(file.path)' must be at least 16 letters or digits; remove the file for a new one.")
        }
        return text
    }
}
