import Foundation
import Model
import Synchronization

/// Finds the files that a table names: relative to its folder, with either kind of slash, and by the end of a path that
/// was written on another machine.
public final class FileFinder: Sendable {
    /// The result of looking for a file.
    public enum Finding: Hashable, Sendable {
        /// The path of a file.
        case file(String)
        /// Why there is none.
        case nothing(String)
    }

    private let folder: DataFolder
    /// How many leading folders were removed from the last path that was found; the next is likely to need the same.
    private let dropped = Mutex(0)
    /// Pictures and sounds below the folder by their names without folders, with and without endings; looked up once.
    private let index = Mutex<[String: Place]?>(nil)

    private enum Place {
        case one(String)
        case several
    }

    /// Makes a finder for a folder.
    public init(_ folder: String) { self.folder = DataFolder(folder) }

    /// The folder to which paths are relative.
    public var path: String { folder.path }

    /// Finds a file. Links and `..` must not lead out of the folder, because otherwise a table from someone else could
    /// pull any file into a dataset.
    public func find(_ name: String) -> Finding {
        let slashes = name.contains("\\") ? name.replacing("\\", with: "/") : name
        if let found = existing("\(folder.path)/\(slashes)") ?? existing(slashes) { return found }
        // Handles everything except a literal backslash in a name on this machine.
        if slashes != name, let found = existing("\(folder.path)/\(name)") { return found }
        let parts = slashes.split(separator: "/")
        let last = dropped.withLock { $0 }
        for count in [last] + Array(0..<parts.count) where count < parts.count {
            if let found = existing("\(folder.path)/\(parts[count...].joined(separator: "/"))") {
                dropped.withLock { $0 = count }
                return found
            }
        }
        if let last = parts.last, let found = named(String(last)) { return found }
        return .nothing("there is no file '\(name)' below '\(folder.path)'")
    }

    /// The picture or sound that is called so, in whatever folder it lies, also without its ending.
    private func named(_ name: String) -> Finding? {
        let place = index.withLock { index in
            let known = index ?? Self.media(below: folder)
            index = known
            return known[name]
        }
        guard let place else { return nil }
        switch place {
        case .one(let path): return existing("\(folder.path)/\(path)")
        case .several: return .nothing("there are several files '\(name)' below '\(folder.path)'")
        }
    }

    private static func media(below folder: DataFolder) -> [String: Place] {
        var places: [String: Place] = [:]
        for path in (try? folder.files(below: "", atMost: mostFiles)) ?? [] {
            guard let type = MediaType(fileName: path), type != .text else { continue }
            let name = path.split(separator: "/").last.map(String.init) ?? path
            let bare = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
            for name in [name, bare] { places[name] = places[name] == nil ? .one(path) : .several }
        }
        return places
    }

    /// Number of files beyond which a folder contains more than the data.
    private static let mostFiles = 2_000_000

    private func existing(_ path: String) -> Finding? {
        guard path.hasPrefix("/"), let size = DataFolder.size(of: path) else { return nil }
        guard folder.holds(path) else {
            let real = DataFolder.real(path) ?? path
            // A path on this machine that is not below the folder is looked up by its end.
            guard path.hasPrefix(folder.path + "/") else { return nil }
            return .nothing(
                "'\(path)' leads out of '\(folder.path)' to '\(real)'; copy the file, or name a folder above both with "
                    + "'data: {files: …}'")
        }
        guard size > 0 else { return .nothing("'\(path)' has 0 bytes") }
        return .file(path)
    }
}
