public import Foundation
import Model

/// A directory for the files of one task, locked as long as its process lives.
public struct ScratchDirectory: Sendable {
    private static let prefix = "gyrus-task-"
    /// How old a directory is at least whose process may be taken for dead: one that was just made has no lock yet.
    private static let leastAge: TimeInterval = 60

    /// Where it is.
    public let url: URL
    private let lock: DirectoryLock

    /// Makes a directory of its own among the temporary ones.
    /// - Throws: `Failure` with code `unavailable`.
    public init(in folder: URL = FileManager.default.temporaryDirectory) throws {
        url = folder.appending(path: "\(Self.prefix)\(UUID().uuidString)")
        do {
            lock = try DirectoryLock(url)
        } catch {
            throw Failure(.unavailable, Failure(error).message)
        }
    }

    /// The place of a file in it.
    public func file(_ name: String) -> URL { url.appending(path: name) }

    /// What is left behind costs only space in a temporary directory, so failing is no failure of the task.
    public func remove() { try? FileManager.default.removeItem(at: url) }

    /// Removes what this user's processes that were killed have left behind.
    public static func removeAbandoned(in folder: URL = FileManager.default.temporaryDirectory, now: Date = Date()) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let url = folder.appending(path: name)
            guard isOwn(url, before: now.addingTimeInterval(-leastAge)), let lock = try? DirectoryLock(url) else {
                continue
            }
            try? FileManager.default.removeItem(at: url)
            withExtendedLifetime(lock) {}
        }
    }

    /// Whether it is really a directory, of this user, and not younger: anyone may put anything beside it.
    private static func isOwn(_ url: URL, before latest: Date) -> Bool {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
            attributes[.type] as? FileAttributeType == .typeDirectory,
            (attributes[.ownerAccountID] as? NSNumber)?.uint32Value == getuid(),
            let changed = attributes[.modificationDate] as? Date
        else { return false }
        return changed <= latest
    }
}
