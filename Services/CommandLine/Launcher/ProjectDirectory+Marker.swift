import Foundation
import Glibc
import Model

/// A folder is a project's by the file `.gyrus-project`, which says whose: without it nothing in there is used or removed.
extension ProjectDirectory {
    private var marker: URL { root.appending(path: ".gyrus-project") }

    /// Names of all that a project has in its folder.
    private static let own = [
        "state", "logs", "replicas", "run", "supervisor.lock", "supervisor.log", "supervisor.log.1", "keys",
        "network.json",
    ]

    /// The project that the folder belongs to; nil where it belongs to none.
    private var owner: String? {
        (try? String(contentsOf: marker, encoding: .utf8)).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    }

    private func exists(_ name: String) -> Bool {
        var status = stat()
        return lstat(root.appending(path: name).path, &status) == 0
    }

    /// A folder of a version that wrote no marker has the lock and the replicas of a supervisor.
    private var isUnmarkedProject: Bool { owner == nil && exists("supervisor.lock") && exists("replicas") }

    /// Refuses a folder of another project, and sockets where others could have put theirs.
    func checkOwner() throws {
        if isRunCommon {
            for folder in [Self.commonRun, run] where FileManager.default.fileExists(atPath: folder.path) {
                try PrivateFolder.check(folder)
            }
        }
        guard let owner, owner != name else { return }
        throw Failure(
            .conflict,
            "the folder '\(root.path)' belongs to the project '\(owner)' and not to '\(name)'; name that project with "
                + "--project-name, or another folder with --project-directory")
    }

    /// Makes the folders and marks the project's as its own; only the user may look into them.
    public func create() throws {
        try checkOwner()
        // In this order: who makes a project at the same time marks the folder before anything else is in it.
        if let taken = Self.own.first(where: exists), owner == nil && !isUnmarkedProject {
            throw Failure(
                .conflict,
                "the folder '\(root.path)' has a '\(taken)' that no project made; choose another folder with "
                    + "--project-directory")
        }
        try makeFolder(root)
        if owner == nil { try mark() }
        for folder in [state, logs, replicas] { try makeFolder(folder) }
        if isRunCommon { try PrivateFolder.make(at: Self.commonRun) }
        try PrivateFolder.make(at: run)
    }

    private func makeFolder(_ folder: URL) throws {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw refusal("cannot make the folder '\(folder.path)'", error)
        }
    }

    /// Of two projects that begin in a folder at once only one gets it.
    private func mark() throws {
        let draft = root.appending(path: ".gyrus-project.\(UUID().uuidString)")
        defer { unlink(draft.path) }
        do {
            try Data("\(name)\n".utf8).write(to: draft)
        } catch {
            throw refusal("cannot write '\(draft.path)'", error)
        }
        // A link appears with all that it says, and never in place of another.
        if link(draft.path, marker.path) == 0 { return }
        guard errno == EEXIST else {
            throw refusal("cannot write '\(marker.path)'", POSIXError(.init(rawValue: errno) ?? .EIO))
        }
        try checkOwner()
    }

    private func refusal(_ what: String, _ error: any Error) -> Failure {
        Failure(
            .permissionDenied,
            "\(what) (\(error.localizedDescription)); choose another folder with --project-directory")
    }

    /// Removes what the project has made, the services' data included, and its folder where nothing else is in it.
    /// - Returns: What is left, a sentence each.
    /// - Throws: `Failure` with code `conflict` where the folder is no project's or another's.
    @discardableResult
    public func remove() throws -> [String] {
        guard exists(".") else { return [] }
        try checkOwner()
        guard owner != nil || isUnmarkedProject else {
            throw Failure(
                .conflict,
                "'\(root.path)' is no folder of a project of Gyrus (it has no '\(marker.lastPathComponent)'): nothing was "
                    + "removed")
        }
        var left: [String] = []
        for entry in Self.own.filter(exists).map({ root.appending(path: $0) }) + [run, marker] {
            // Of a folder that the user put elsewhere only the link is ours.
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: entry.path) {
                left.append("'\(target)', to which '\(entry.path)' pointed, was left as it is")
            }
            try removeEntry(entry)
        }
        if isRunCommon { rmdir(Self.commonRun.path) }
        if rmdir(root.path) != 0 {
            left.append("'\(root.path)' itself is left: it \(isLink ? "is a link" : "has other files")")
        }
        return left
    }

    private var isRunCommon: Bool { run.path.hasPrefix("\(Self.commonRun.path)/") }

    private var isLink: Bool { (try? FileManager.default.destinationOfSymbolicLink(atPath: root.path)) != nil }

    private func removeEntry(_ entry: URL) throws {
        do {
            try FileManager.default.removeItem(at: entry)
        } catch let error as CocoaError where error.code == .fileNoSuchFile {
            return
        } catch {
            throw Failure(.permissionDenied, "cannot remove '\(entry.path)': \(error.localizedDescription)")
        }
    }
}
