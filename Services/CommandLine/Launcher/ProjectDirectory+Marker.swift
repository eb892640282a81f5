import Foundation
import Glibc
import Model

/// The file `.gyrus-project` marks a folder as a project's; nothing in a folder without it is used or removed.
extension ProjectDirectory {
    private var marker: URL { root.appending(path: ".gyrus-project") }

    /// Names of everything that a project has in its folder.
    private static let own = [
        "state", "logs", "replicas", "run", "supervisor.lock", "supervisor.log", "supervisor.log.1", "keys",
        "network.json",
    ]

    /// The project that the folder belongs to; nil if it belongs to none.
    private var owner: String? {
        (try? String(contentsOf: marker, encoding: .utf8)).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    }

    private func exists(_ name: String) -> Bool {
        var status = stat()
        return lstat(root.appending(path: name).path, &status) == 0
    }

    /// Older versions wrote no marker; their folders have a supervisor's lock and replicas.
    private var isUnmarkedProject: Bool { owner == nil && exists("supervisor.lock") && exists("replicas") }

    /// Refuses a folder of another project, and a socket folder where other users could have placed sockets.
    func checkOwner() throws {
        if isRunCommon {
            for folder in [PrivateFolder.common, run] where FileManager.default.fileExists(atPath: folder.path) {
                try PrivateFolder.check(folder)
            }
        }
        guard let owner, owner != name else { return }
        throw Failure(
            .conflict,
            "the folder '\(root.path)' belongs to project '\(owner)', not to '\(name)'; choose that project with "
                + "--project-name, or another folder with --project-directory")
    }

    /// Creates the folders, accessible only to the user, and marks the project's folder as its own.
    public func create() throws {
        try checkOwner()
        // The marker comes first, so that of two processes creating a project at once, one owns the folder from the start.
        if let taken = Self.own.first(where: exists), owner == nil && !isUnmarkedProject {
            throw Failure(
                .conflict,
                "the folder '\(root.path)' contains '\(taken)', which is not from a project; choose another folder with "
                    + "--project-directory")
        }
        try makeFolder(root)
        if owner == nil { try mark() }
        for folder in [state, logs, replicas] { try makeFolder(folder) }
        if isRunCommon { try PrivateFolder.make(at: PrivateFolder.common) }
        try PrivateFolder.make(at: run)
    }

    private func makeFolder(_ folder: URL) throws {
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw refusal("cannot create the folder '\(folder.path)'", error)
        }
    }

    /// Only one of two projects that start in a folder at once gets it.
    private func mark() throws {
        let draft = root.appending(path: ".gyrus-project.\(UUID().uuidString)")
        defer { unlink(draft.path) }
        do {
            try Data("\(name)\n".utf8).write(to: draft)
        } catch {
            throw refusal("cannot write '\(draft.path)'", error)
        }
        // A hard link appears with its full contents and never replaces an existing file.
        if link(draft.path, marker.path) == 0 { return }
        guard errno == EEXIST else {
            throw refusal("cannot write '\(marker.path)'", POSIXError(.init(rawValue: errno) ?? .EIO))
        }
        try checkOwner()
    }

    private func refusal(_ what: String, _ error: any Error) -> Failure {
        Failure(
            .permissionDenied,
            "\(what) (\(error.systemReason)); choose another folder with --project-directory")
    }

    /// Removes the project's files, including the services' data, and its folder if it is then empty.
    /// - Returns: A sentence about each thing that is left.
    /// - Throws: `Failure` with code `conflict` if the folder belongs to another project or to none.
    @discardableResult
    public func remove() throws -> [String] {
        guard exists(".") else { return [] }
        try checkOwner()
        guard owner != nil || isUnmarkedProject else {
            throw Failure(
                .conflict,
                "'\(root.path)' is not a Gyrus project folder (it has no '\(marker.lastPathComponent)'): nothing was "
                    + "removed")
        }
        var left: [String] = []
        for entry in Self.own.filter(exists).map({ root.appending(path: $0) }) + [run, marker] {
            // If the user moved a folder elsewhere, only the link belongs to the project.
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: entry.path) {
                left.append("'\(target)', the target of the link '\(entry.path)', was left unchanged")
            }
            try removeEntry(entry)
        }
        if isRunCommon { rmdir(PrivateFolder.common.path) }
        if rmdir(root.path) != 0 {
            left.append("'\(root.path)' itself remains: it \(isLink ? "is a link" : "has other files")")
        }
        return left
    }

    private var isRunCommon: Bool { run.path.hasPrefix("\(PrivateFolder.common.path)/") }

    private var isLink: Bool { (try? FileManager.default.destinationOfSymbolicLink(atPath: root.path)) != nil }

    private func removeEntry(_ entry: URL) throws {
        do {
            try FileManager.default.removeItem(at: entry)
        } catch let error as CocoaError where error.code == .fileNoSuchFile {
            return
        } catch {
            throw Failure(.permissionDenied, "cannot remove '\(entry.path)': \(error.systemReason)")
        }
    }
}
