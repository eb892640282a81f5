import Foundation
import Glibc
import Model

/// Care for the file of an `ipc://` endpoint before a server listens there.
enum SocketFile {
    /// Makes the directory, and removes the file of a server that is dead; throws if one is alive there.
    static func prepare(_ path: String) throws(Failure) {
        let directory = URL(filePath: path).deletingLastPathComponent()
        if path.hasPrefix("/tmp/gyrus-\(getuid())/") {
            // Everybody may make folders there; ours must be ours alone.
            try PrivateFolder.make(at: directory)
        } else {
            do {
                try FileManager.default.createDirectory(
                    at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw Failure(
                    .permissionDenied,
                    "Cannot make the directory '\(directory.path(percentEncoded: false))' for the socket: "
                        + error.localizedDescription)
            }
        }
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw Failure(.conflict, "Cannot listen at 'ipc://\(path)': a file that is no socket has that name.")
        }
        guard !isAlive(path) else {
            throw Failure(
                .conflict,
                "Another process listens at 'ipc://\(path)' already; stop it first, see `gyrus ps`.")
        }
        unlink(path)
    }

    static func remove(_ path: String) { unlink(path) }

    /// Whether somebody accepts connections.
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
