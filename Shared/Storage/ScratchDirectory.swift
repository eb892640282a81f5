public import Foundation
import Model

/// A directory for the files of one task, locked as long as its process lives.
public struct ScratchDirectory: Sendable {
    private static let prefix = "gyrus-task-"
    /// Minimum age of a directory whose process may be considered dead: a directory that was just created has no lock
    /// yet.
    private static let leastAge: TimeInterval = 60

    /// Its location.
    public let url: URL
    private let lock: DirectoryLock

    /// Creates a new directory among the temporary ones.
    /// - Throws: `Failure` with code `unavailable`.
    public init(in folder: URL = FileManager.default.temporaryDirectory) throws {
        url = folder.appending(path: "\(Self.prefix)\(UUID().uuidString)")
        do {
            lock = try DirectoryLock(url)
        } catch {
            throw Failure(.unavailable, Failure(error).message)
        }
    }

    /// The location of a file in it.
    public func file(_ name: String) -> URL { url.appending(path: name) }

    /// Leftovers cost only space in a temporary directory, so an error here does not fail the task.
    public func remove() { try? FileManager.default.removeItem(at: url) }

    /// Removes what killed processes of this user left behind.
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

    /// Whether it is a directory, belongs to this user, and is old enough: anyone may put anything next to it.
    private static func isOwn(_ url: URL, before latest: Date) -> Bool {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
            attributes[.type] as? FileAttributeType == .typeDirectory,
            (attributes[.ownerAccountID] as? NSNumber)?.uint32Value == getuid(),
            let changed = attributes[.modificationDate] as? Date
        else { return false }
        return changed <= latest
    }
}
