public import Foundation
import Glibc

/// A folder that no other user can write to or replace, so that what is in it is ours.
public enum PrivateFolder {
    /// This user's folder in `/tmp`, for sockets and for files that have no other place. It must be made or checked before
    /// use, because any user can create folders there.
    public static let common = URL(filePath: "/tmp/gyrus-\(getuid())", directoryHint: .isDirectory)

    /// Makes a folder that only this user can access, or takes an existing one if it is that private.
    /// - Throws: `Failure` with code `permission-denied` that names the folder and the problem.
    public static func make(at folder: URL) throws(Failure) {
        let path = folder.path
        do {
            try FileManager.default.createDirectory(
                at: folder.deletingLastPathComponent(), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw refusal(path, "cannot be created: \(error.systemReason)")
        }
        // A single call creates the folder or reports that something is there, so nothing can come in between.
        if mkdir(path, 0o700) != 0 && errno != EEXIST { throw refusal(path, "cannot be created: \(text(errno))") }
        try check(folder)
    }

    /// Checks that a path is a folder that belongs to this user and lets nobody else in.
    /// - Throws: `Failure` with code `permission-denied` that names the folder and the problem.
    public static func check(_ folder: URL) throws(Failure) {
        let path = folder.path
        var status = stat()
        guard lstat(path, &status) == 0 else { throw refusal(path, "cannot be examined: \(text(errno))") }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw refusal(path, "is not a folder") }
        guard status.st_uid == geteuid() else {
            throw refusal(path, "belongs to user \(status.st_uid), not to user \(geteuid())")
        }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw refusal(path, "lets others in (mode \(mode)); if it is yours: chmod 700 \(path)")
        }
    }

    private static func refusal(_ path: String, _ what: String) -> Failure {
        Failure(.permissionDenied, "the private folder '\(path)' \(what)")
    }

    private static func text(_ number: Int32) -> String { String(cString: strerror(number)) }
}
