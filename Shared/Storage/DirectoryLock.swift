public import Foundation
import Model

/// Keeps a second process out of a service's folder for as long as it lives.
///
/// The kernel releases the lock when the process ends, however it ends, so a crash leaves nothing to clean up.
public final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock of a folder, which is created if it is missing.
    /// - Throws: `Failure` with code `conflict` if another process has the lock.
    public init(_ directory: URL) throws {
        let path = directory.appending(path: "lock").path
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        } catch {
            throw Failure(
                .permissionDenied, "Cannot create the folder \(directory.path): \(error.systemReason).")
        }
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure(.permissionDenied, "Cannot open the file \(path): \(String(cString: strerror(errno))).")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Failure(
                .conflict,
                "The folder \(directory.path) is in use by another process. Stop that process, or name another folder"
                    + " with --data-directory.")
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
