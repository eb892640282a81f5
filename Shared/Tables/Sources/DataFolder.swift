import Foundation
import Glibc
import Model

/// A user's folder, without files that operating systems leave there.
struct DataFolder {
    private static let leftovers: Set<String> = [
        "thumbs.db", "desktop.ini", "ehthumbs.db", "__macosx", "lost+found", "@eadir", "#recycle",
        "$recycle.bin", "system volume information", "__pycache__",
    ]

    /// Path of the folder, with links resolved.
    let path: String

    /// Takes a folder.
    init(_ path: String) { self.path = Self.real(path) ?? path }

    /// The path with links resolved; nil if nothing is there.
    static func real(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }

    /// Whether a path is a folder.
    static func isFolder(_ path: String) -> Bool {
        var details = stat()
        return stat(path, &details) == 0 && details.st_mode & S_IFMT == S_IFDIR
    }

    /// The size of the file at a path; nil if it is not a file.
    static func size(of path: String) -> Int? {
        var details = stat()
        return stat(path, &details) == 0 && details.st_mode & S_IFMT == S_IFREG ? Int(details.st_size) : nil
    }

    /// Names of the folders and files in a subfolder, in byte order.
    func entries(_ below: String = "") throws -> (folders: [String], files: [String]) {
        let place = below.isEmpty ? path : "\(path)/\(below)"
        guard let directory = opendir(place) else {
            throw Failure(
                .invalidArgument, "Cannot read the folder '\(place)': \(String(cString: strerror(errno))).")
        }
        defer { closedir(directory) }
        var (folders, files): ([String], [String]) = ([], [])
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") || Self.leftovers.contains(name.lowercased()) { continue }
            var type = Int(entry.pointee.d_type)
            if type == Int(DT_LNK) || type == Int(DT_UNKNOWN) {
                type = Self.isFolder("\(place)/\(name)") ? Int(DT_DIR) : Int(DT_REG)
            }
            if type == Int(DT_DIR) { folders.append(name) } else { files.append(name) }
        }
        return (folders.sorted(by: Self.precedes), files.sorted(by: Self.precedes))
    }

    /// Paths of all files below a folder, relative to this one. A linked folder is entered at most once.
    /// - Parameter most: Any files beyond this number are left out.
    func files(below folder: String, atMost most: Int = .max) throws -> [String] {
        var visited: Set<String> = []
        var files: [String] = []
        try gather(folder, most, &visited, &files)
        return files
    }

    private func gather(_ folder: String, _ most: Int, _ visited: inout Set<String>, _ files: inout [String]) throws {
        let path = folder.isEmpty ? path : "\(path)/\(folder)"
        let place = Self.real(path) ?? path
        // A link back to where it came from would put the files of one class into another.
        guard files.count < most, place == path || !"\(path)/".hasPrefix("\(place)/"), visited.insert(place).inserted
        else { return }
        let entries = try entries(folder)
        let prefix = folder.isEmpty ? "" : "\(folder)/"
        files += entries.files.map { prefix + $0 }
        for name in entries.folders { try gather(prefix + name, most, &visited, &files) }
    }

    /// Whether a path is inside the folder once all links are resolved.
    func holds(_ file: String) -> Bool {
        guard let real = Self.real(file) else { return false }
        return real == path || real.hasPrefix(path == "/" ? "/" : path + "/")
    }

    private static func precedes(_ first: String, _ second: String) -> Bool {
        first.utf8.lexicographicallyPrecedes(second.utf8)
    }
}
