import Foundation

/// A file in its own temporary folder, which is removed with this object.
final class TemporaryFile: Sendable {
    let url: URL
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString)")
        url = folder.appending(path: "file")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
