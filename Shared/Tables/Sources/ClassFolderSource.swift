import Model

/// A folder with one folder per class, or with splits that contain these.
final class ClassFolderSource: RowSource {
    /// Maximum number of folders that count as classes.
    static let mostClasses = DataLimits.outputs

    private struct Entry {
        let file: String
        let name: Int
        let prefix: Int
        let part: SamplePart?
    }

    /// The column of files.
    static let file = "file"
    /// The column of the folders' names.
    static let folder = "class"
    /// The column of the prefixes of file names.
    static let prefix = "prefix"

    let names: [String]
    let files: [String]
    private(set) var notes: [String] = []
    /// The type of the files.
    let type: MediaType
    /// Names of the classes.
    let classes: [String]
    private let entries: [Entry]
    private let prefixes: [String]

    /// Lists a folder.
    /// - Parameter parts: Subfolders that are splits.
    /// - Throws: `Failure` if there are fewer than two classes or too many.
    init(_ folder: DataFolder, parts: [String: SamplePart]) throws {
        files = [folder.path]
        let roots: [(path: String, part: SamplePart?)] =
            parts.isEmpty ? [("", nil)] : parts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        var found: [(path: String, name: String, part: SamplePart?)] = []
        var empty: [String] = []
        var loose: [String] = []
        var aside: [String] = []
        for root in roots {
            let inner = try folder.entries(root.path)
            if inner.folders.isEmpty && !parts.isEmpty { loose.append(root.path) }
            for name in inner.folders {
                if Self.unlabelled.contains(name.lowercased()) {
                    aside.append(root.path.isEmpty ? name : "\(root.path)/\(name)")
                    continue
                }
                let below = root.path.isEmpty ? name : "\(root.path)/\(name)"
                let files = try folder.files(below: below)
                if files.isEmpty { empty.append(below) }
                found += files.map { ($0, name, root.part) }
            }
        }
        let types = Self.types(of: found.map(\.path), in: folder)
        let counts = Dictionary(types.compactMap { $0 }.map { ($0, 1) }, uniquingKeysWith: +)
        guard let type = counts.max(by: { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) })?.key else {
            throw Self.failure(folder.path, "has no pictures, sounds or texts in subfolders")
        }
        self.type = type
        let used = zip(found, types).filter { $1 == type }.map(\.0)
        classes = Set(used.map(\.name)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let named = classes.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
        guard classes.count > 1 else {
            throw Self.failure(
                folder.path,
                "has files of only one class (\(named))"
                    + (empty.isEmpty ? "" : ", and these folders are empty: \(empty.joined(separator: ", "))"))
        }
        guard classes.count <= Self.mostClasses else {
            throw Self.failure(
                folder.path,
                "has \(classes.count) folders with files, but at most \(Self.mostClasses) classes are possible")
        }
        let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
        let beginnings = used.map { Self.beginning(of: $0.path) }
        prefixes = Set(beginnings).sorted()
        let places = Dictionary(uniqueKeysWithValues: prefixes.enumerated().map { ($1, $0) })
        entries = zip(used, beginnings).map { file, beginning in
            Entry(file: file.path, name: numbers[file.name] ?? 0, prefix: places[beginning] ?? 0, part: file.part)
        }
        names = [Self.file, Self.folder, Self.prefix]
        for folder in empty { notes.append("The folder '\(folder)' has no samples and is not a class.") }
        for folder in aside {
            notes.append("The folder '\(folder)' is left out, because its name says that its samples have no class.")
        }
        for name in parts.isEmpty ? [] : try folder.entries().folders where parts[name] == nil {
            notes.append(
                "The folder '\(name)' is left out, because its name is not that of a split; rename it to train, validation or "
                    + "test to use it.")
        }
        for folder in loose { notes.append("The folder '\(folder)' has no class folders and is left out.") }
        if used.count < found.count {
            let others = zip(found, types).filter { $1 != type }.map(\.0.path)
            notes.append(
                "\(others.count) files do not have names of readable \(type.rawValue) files "
                    + "(\(Self.endings(of: others))) and are left out, starting with '\(others[0])'.")
        }
    }

    /// Names of folders of samples without a class.
    private static let unlabelled: Set<String> = ["unsup", "unsupervised", "unlabeled", "unlabelled"]

    /// File name extensions with counts: `4 .m4a, 1 .heic`.
    private static func endings(of files: [String]) -> String {
        let endings = files.map { file in
            let name = file.split(separator: "/").last ?? ""
            return name.contains(".") ? "." + (name.split(separator: ".").last ?? "").lowercased() : "none"
        }
        return Dictionary(endings.map { ($0, 1) }, uniquingKeysWith: +)
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(6).map { "\($0.value) \($0.key)" }
            .joined(separator: ", ")
    }

    /// The type of files according to their names; if no name tells, they are texts if they look like it.
    private static func types(of files: [String], in folder: DataFolder) -> [MediaType?] {
        let named = files.map { MediaType(fileName: $0) }
        guard named.allSatisfy({ $0 == nil }) else { return named }
        let looked = stride(from: 0, to: files.count, by: max(1, files.count / 5)).map { files[$0] }
        let areTexts = looked.allSatisfy { name in
            guard let start = try? FileStream("\(folder.path)/\(name)").bytes(4_096) else { return false }
            return !start.contains(0) && TextStream.form(of: start) == nil
        }
        let isTable = { (name: String) in name.hasSuffix(".csv") || name.hasSuffix(".tsv") || name.hasSuffix(".json") }
        return areTexts && !files.contains(where: isTable) ? files.map { _ in .text } : named
    }

    /// Whether name prefixes look like speakers or patients: several files each, in several classes.
    var hasGroups: Bool {
        let pairs = Set(entries.map { [$0.prefix, $0.name] }).count
        // Numbers that restart in every folder are not names.
        let triples = Set(entries.map { [$0.prefix, $0.name, Int($0.part?.rawValue ?? 9)] }).count
        let areNumbers = prefixes.allSatisfy { $0.allSatisfy(\.isNumber) }
        if areNumbers && triples == entries.count { return false }
        return prefixes.count >= 3 && prefixes.count * 2 <= entries.count && pairs * 2 >= prefixes.count * 3
    }

    private static func failure(_ path: String, _ what: String) -> Failure {
        Failure(
            .invalidArgument,
            "The folder '\(path)' \(what). Provide one folder per class (optionally within train, validation, test), "
                + "or a table that names the files, such as metadata.csv with a column file_name.")
    }

    /// The prefix of a file's name up to the first character that is neither a letter nor a digit; the whole path if
    /// there is none before the extension.
    private static func beginning(of path: String) -> String {
        let name = path.utf8.split(separator: UInt8(ascii: "/")).last ?? path.utf8[...]
        let beginning = name.prefix { ![45, 95, 46, 32].contains($0) }
        let isPart = beginning.endIndex < name.endIndex && name[beginning.endIndex] != UInt8(ascii: ".")
        return isPart ? String(decoding: beginning, as: UTF8.self) : path
    }

    func place(_ file: String, _ number: Int) -> String { entries[number - 1].file }

    func forEachRow(_ body: (RawRow) throws -> Void) throws {
        let row = RawRow()
        for (index, entry) in entries.enumerated() {
            row.number = index + 1
            row.part = entry.part
            row.cells = [.text(entry.file), .text(classes[entry.name]), .text(prefixes[entry.prefix])]
            try body(row)
        }
    }
}
