import Glibc

/// A file with contents, unlike pipes, sockets and devices, whose readers may wait forever.
public enum RegularFile {
    /// Refuses a path of something else. A path of nothing passes: whoever opens it knows the reason.
    public static func check(_ path: String) throws(Failure) {
        var details = stat()
        if stat(path, &details) == 0 { try check(details, path) }
    }

    /// Refuses an open descriptor of something else. A pipe can be opened for this without waiting for a writer:
    /// `O_NONBLOCK`.
    public static func check(_ descriptor: Int32, at path: String) throws(Failure) {
        var details = stat()
        fstat(descriptor, &details)
        try check(details, path)
    }

    private static func check(_ details: stat, _ path: String) throws(Failure) {
        guard details.st_mode & S_IFMT != S_IFREG else { return }
        let what =
            switch details.st_mode & S_IFMT {
            case S_IFDIR: "a folder"
            case S_IFIFO: "a pipe"
            case S_IFSOCK: "a socket"
            default: "a device"
            }
        throw Failure(.invalidArgument, "'\(path)' is \(what), not a file; save the data as a file first")
    }
}
