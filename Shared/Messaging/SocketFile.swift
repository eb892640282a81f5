import Foundation
import Glibc
import Model

/// Prepares the file of an `ipc://` endpoint before a server listens there.
enum SocketFile {
    /// Creates the directory, and removes the file of a dead server; throws if a live server listens there.
    static func prepare(_ path: String) throws(Failure) {
        let directory = URL(filePath: path).deletingLastPathComponent()
        if path.hasPrefix("\(PrivateFolder.common.path)/") {
            // Anyone may create folders there; ours must be accessible only to us.
            try PrivateFolder.make(at: directory)
        } else {
            do {
                try FileManager.default.createDirectory(
                    at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw Failure(
                    .permissionDenied,
                    "Cannot create the directory '\(directory.path(percentEncoded: false))' for the socket: "
                        + error.systemReason)
            }
        }
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw Failure(.conflict, "Cannot listen at 'ipc://\(path)': a file with that name is not a socket.")
        }
        guard !isAlive(path) else {
            throw Failure(
                .conflict,
                "Another process is already listening at 'ipc://\(path)'; stop it first, see `gyrus ps`.")
        }
        unlink(path)
    }

    static func remove(_ path: String) { unlink(path) }

    /// Whether a process accepts connections there.
    private static func isAlive(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
