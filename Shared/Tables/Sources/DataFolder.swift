import Foundation
import Glibc
public import Model

/// The type of a file's content according to its name.
public enum MediaType: String, Hashable, Sendable, Codable, CaseIterable {
    /// A picture.
    case image
    /// A sound.
    case audio
    /// A text.
    case text

    private static let endings: [String: MediaType] = {
        let images = ["jpg", "jpeg", "png", "bmp", "tif", "tiff", "webp", "gif", "ppm", "pgm", "pnm"]
        let sounds = ["wav", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "au"]
        let pairs = images.map { ($0, image) } + sounds.map { ($0, audio) } + ["txt", "text"].map { ($0, text) }
        return Dictionary(uniqueKeysWithValues: pairs)
    }()

    /// The type that a file name extension indicates.
    public init?(fileName: String) {
        guard let point = fileName.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let ending = fileName[fileName.utf8.index(after: point)...]
        guard (1...5).contains(ending.utf8.count), let type = Self.endings[ending.lowercased()] else { return nil }
        self = type
    }

    /// The kind of modality that such files make.
    public var modality: ModalityKind {
        switch self {
        case .image: .image
        case .audio: .audio
        case .text: .text
        }
    }
}

/// A user's folder, without files that operating systems leave there.
struct DataFolder {
    private static let leftovers: Set<String> = ["thumbs.db", "desktop.ini", "ehthumbs.db", "__macosx", "lost+found"]

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
    func files(below folder: String) throws -> [String] {
        var visited: Set<String> = []
        return try files(below: folder, visited: &visited)
    }

    private func files(below folder: String, visited: inout Set<String>) throws -> [String] {
        guard visited.insert(Self.real("\(path)/\(folder)") ?? folder).inserted else { return [] }
        let entries = try entries(folder)
        var result = entries.files.map { "\(folder)/\($0)" }
        for name in entries.folders { result += try files(below: "\(folder)/\(name)", visited: &visited) }
        return result
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
