public import Foundation

/// The user's folder for files that can be made again.
public enum CacheFolder {
    /// `$XDG_CACHE_HOME/gyrus`, or `~/.cache/gyrus`; nil if neither variable is set.
    ///
    /// Relative paths in `$XDG_CACHE_HOME` are ignored (XDG Base Directory Specification 0.8).
    /// - Parameter environment: Environment variables.
    public static func url(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> URL? {
        let given = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let home = environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.cache" }
        return (given ?? home).map { URL(filePath: $0, directoryHint: .isDirectory).appending(path: "gyrus") }
    }

    /// The folder for one kind of files, which need not exist. Without a cache folder it is in a folder of `/tmp` that no
    /// other user can enter or has prepared.
    /// - Throws: `Failure` with code `permission-denied` if another user can.
    public static func place(
        _ kind: String, _ environment: [String: String] = ProcessInfo.processInfo.environment,
        common: URL = PrivateFolder.common
    ) throws(Failure) -> URL {
        if let url = url(environment) { return url.appending(path: kind, directoryHint: .isDirectory) }
        try PrivateFolder.make(at: common)
        return common.appending(path: "cache/\(kind)", directoryHint: .isDirectory)
    }
}
