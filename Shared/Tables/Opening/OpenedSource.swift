import Foundation
import Model

/// A source whose form is known.
struct OpenedSource {
    /// A description of its form: `class folders of pictures`, `table (CSV)`.
    var form: String
    /// Reads the rows of the source.
    var rows: any RowSource
    /// The folder to which paths are relative.
    var folder: String
    /// Columns whose kinds follow from its form.
    var kinds: [String: ColumnKind] = [:]
    /// The columns that are the answer according to its form.
    var target: [String]?
    /// The table of samples among several, if it was inferred.
    var table: String?
    /// The tables joined with it and their keys, if they were inferred.
    var join: [String: String] = [:]
    /// A group column that follows from its form.
    var group: String?
    /// Columns that are used for a join and are not inputs.
    var keys: [String] = []
    /// Notes for the user.
    var notes: [String] = []
}

/// Detects the form of a source and opens it.
struct SourceOpener {
    let settings: DataSettings

    private static let tables = ["csv", "tsv", "tab", "txt", "jsonl", "ndjson", "json", "parquet", "pq", "data"]

    /// Opens the source that settings name.
    /// - Throws: `Failure` that says what was found and what would be accepted.
    func open() throws -> OpenedSource {
        guard FileManager.default.fileExists(atPath: settings.source) else {
            let folder = URL(filePath: settings.source).deletingLastPathComponent()
            let near = (try? DataFolder(folder.path).entries()).map { $0.folders + $0.files } ?? []
            throw Failure(
                .notFound,
                "There is no '\(settings.source)'."
                    + NearestName.question(URL(filePath: settings.source).lastPathComponent, among: near))
        }
        if DataFolder.isFolder(settings.source) { return try folder(DataFolder(settings.source)) }
        let path = DataFolder.real(settings.source) ?? settings.source
        return try file(path)
    }

    private func file(_ path: String) throws -> OpenedSource {
        try RegularFile.check(path)
        guard DataFolder.size(of: path) != 0 else { throw Failure(.invalidArgument, "'\(path)' has 0 bytes.") }
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let name = URL(filePath: path).lastPathComponent
        if let failure = ForeignForm.failure(path) { throw failure }
        if let arrays = try arrays([name], in: folder) { return arrays }
        if let join = settings.join {
            return try Joining.open(path, join: join, folder: folder, opener: self)
        }
        return try withSteps(name, in: folder) ?? table(path, folder: folder)
    }

    /// Opens a small table of labels together with the neighboring table that has the steps of its series, or the steps
    /// together with their labels, because either alone says little.
    private func withSteps(_ name: String, in folder: String) throws -> OpenedSource? {
        guard Self.isTable(name), settings.target == nil || settings.modalities == nil else { return nil }
        let tables = try DataFolder(folder).entries().files.filter(Self.isTable)
        guard (2...4).contains(tables.count), tables.allSatisfy({ SamplePart(fileName: $0) == nil }) else { return nil }
        // Neighboring files that cannot be read are not part of the data.
        guard let opened = try? tables.map({ try rows("\(folder)/\($0)").0 }),
            opened.contains(where: { $0.names.count <= 3 }),
            opened.contains(where: { $0.names.contains { JoinedSource.timeNames.contains($0.lowercased()) } }),
            let joined = try? Joining.found(tables, opened, folder: folder, opener: self),
            joined.rows is JoinedSource
        else { return nil }
        return joined
    }

    /// Opens one table as a dataset.
    func table(_ path: String, folder: String) throws -> OpenedSource {
        let (rows, form) = try rows(path)
        return OpenedSource(form: form, rows: rows, folder: folder)
    }

    /// Opens one table according to its content.
    func rows(_ path: String, part: SamplePart? = nil) throws -> (any RowSource, String) {
        let name = URL(filePath: path).lastPathComponent.lowercased()
        let bare = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
        let packed = bare == name ? "" : ", gzip"
        if bare.hasSuffix(".jsonl") || bare.hasSuffix(".ndjson") || bare.hasSuffix(".json") {
            return (try JSONLinesSource(path, settings: settings, part: part), "table (JSON Lines\(packed))")
        }
        if try FileStream(path).bytes(4).elementsEqual("PAR1".utf8) {
            return (try ParquetSource(path, part: part), "table (Parquet)")
        }
        let source = try DelimitedSource(path, settings: settings, part: part)
        let kind =
            switch source.separator {
            case UInt8(ascii: "\t"): "tabs"
            case UInt8(ascii: ","): "CSV"
            case UInt8(ascii: " "): "spaces"
            default: "columns separated by '\(source.separator.map { String(UnicodeScalar($0)) } ?? "")'"
            }
        return (source, "table (\(kind)\(packed))")
    }

    /// Opens arrays or shards, if the files are such.
    private func arrays(_ files: [String], in folder: String) throws -> OpenedSource? {
        func paths(_ endings: String...) -> [String] {
            files.filter { name in endings.contains { name.lowercased().hasSuffix($0) } }.map { "\(folder)/\($0)" }
        }
        let shards = paths(".tar", ".tar.gz", ".tgz")
        if !shards.isEmpty {
            return OpenedSource(
                form: "\(shards.count) tar shards", rows: try TarSource(shards), folder: folder,
                kinds: ["key": .identifier])
        }
        let packed = paths(".npz", ".npy")
        if let first = packed.first {
            guard packed.count == 1 else {
                throw Failure(
                    .invalidArgument,
                    "'\(folder)' has \(packed.count) NumPy files; put samples and labels into one .npz with "
                        + "numpy.savez, or name one of the files.")
            }
            return OpenedSource(form: "arrays (NumPy)", rows: try ArraySource.numPy(first), folder: folder)
        }
        let idx = files.filter(ArraySource.isIDX)
        guard !idx.isEmpty else { return nil }
        return OpenedSource(form: "arrays (IDX)", rows: try ArraySource.idx(idx, in: folder), folder: folder)
    }

    private func folder(_ folder: DataFolder) throws -> OpenedSource {
        let (folders, files) = try folder.entries()
        let tables = files.filter(Self.isTable)
        if let metadata = tables.first(where: { $0.lowercased().hasPrefix("metadata.") }) {
            return try file("\(folder.path)/\(metadata)")
        }
        let parts = Dictionary(
            uniqueKeysWithValues: folders.compactMap { name in SamplePart(word: name).map { (name, $0) } })
        if let opened = try metadataOfParts(folder, parts) { return opened }
        if tables.count == 1, try !hasClasses(folder, folders) { return try file("\(folder.path)/\(tables[0])") }
        if tables.count > 1 { return try several(tables, in: folder) }
        if folders.count == 1, files.isEmpty, parts.isEmpty {
            let inner = DataFolder("\(folder.path)/\(folders[0])")
            let below = try inner.entries()
            // A single folder that wraps the data, as archives leave it. If it directly contains media, it is a class.
            if !below.folders.isEmpty || below.files.contains(where: Self.isTable) {
                var opened = try self.folder(inner)
                opened.notes.append("The data is in the folder '\(folders[0])'.")
                return opened
            }
        }
        if let arrays = try arrays(files, in: folder.path) { return arrays }
        guard !folders.isEmpty else { throw nothing(in: folder, files) }
        try AnnotatedFolder.check(folder)
        let source = try ClassFolderSource(folder, parts: parts.count == folders.count || parts.count > 1 ? parts : [:])
        let kind: ColumnKind = source.type == .image ? .image : source.type == .audio ? .audio : .textFile
        let plural = ["image": "pictures", "audio": "sounds", "text": "texts"][source.type.rawValue] ?? ""
        return OpenedSource(
            form: "class folders of \(plural)", rows: source, folder: folder.path,
            kinds: [
                ClassFolderSource.file: kind, ClassFolderSource.folder: .category,
                ClassFolderSource.prefix: .identifier,
            ],
            target: [ClassFolderSource.folder], group: source.hasGroups ? ClassFolderSource.prefix : nil)
    }

    private func nothing(in folder: DataFolder, _ files: [String]) -> Failure {
        let media = files.filter { MediaType(fileName: $0) != nil }
        if media.isEmpty, let foreign = files.first(where: { ForeignForm.advice(on: $0) != nil }) {
            return ForeignForm.failure("\(folder.path)/\(foreign)") ?? Failure(.internal, "no form is known")
        }
        let what =
            files.isEmpty
            ? "is empty"
            : media.isEmpty
                ? "has no table and no folders, but \(files.count) files such as '\(files[0])'"
                : "has \(media.count) files such as '\(media[0])', and nothing says what to learn from them"
        return Failure(
            .invalidArgument,
            "The folder '\(folder.path)' \(what). Provide one folder per class, or a table: metadata.csv with a column "
                + "file_name, another CSV, JSON Lines or Parquet.")
    }

    /// Metadata tables in the folders of splits.
    private func metadataOfParts(_ folder: DataFolder, _ parts: [String: SamplePart]) throws -> OpenedSource? {
        var sources: [any RowSource] = []
        var form = ""
        for (name, part) in parts.sorted(by: { $0.key < $1.key }) {
            let inner = try folder.entries(name).files.filter(Self.isTable)
            guard let table = inner.first(where: { $0.lowercased().hasPrefix("metadata.") }) else { continue }
            let (rows, kind) = try rows("\(folder.path)/\(name)/\(table)", part: part)
            form = kind
            sources.append(PrefixedSource(rows, folder: name))
        }
        guard !sources.isEmpty else { return nil }
        return OpenedSource(form: "\(form) for each split", rows: ConcatenatedSource(sources), folder: folder.path)
    }

    /// Whether folders of media are classes, so that a table next to them is only a note.
    private func hasClasses(_ folder: DataFolder, _ folders: [String]) throws -> Bool {
        guard folders.count > 1 else { return false }
        return try folders.allSatisfy { name in
            let inner = try folder.entries(name)
            return inner.files.contains { MediaType(fileName: $0) != nil }
        }
            && !folders.contains {
                ["images", "pictures", "audio", "clips", "spoken", "sounds", "texts", "files"]
                    .contains($0.lowercased())
            }
    }

    private func several(_ tables: [String], in folder: DataFolder) throws -> OpenedSource {
        let parts = tables.map { SamplePart(fileName: $0) }
        if settings.join == nil, parts.contains(where: { $0 != nil }) {
            let used = zip(tables, parts).filter { $1 != nil }
            let opened = try used.map { try rows("\(folder.path)/\($0)", part: $1) }
            var notes: [String] = []
            let others = zip(tables, parts).filter { $1 == nil }.map(\.0)
            if !others.isEmpty {
                notes.append("Left out, because their names indicate no split: \(others.joined(separator: ", ")).")
            }
            return OpenedSource(
                form: "\(used.count) files, \(opened[0].1)", rows: ConcatenatedSource(opened.map(\.0)),
                folder: folder.path, notes: notes)
        }
        let opened = try tables.map { try rows("\(folder.path)/\($0)") }
        if let first = opened.first, opened.allSatisfy({ $0.0.names == first.0.names }) {
            return OpenedSource(
                form: "\(tables.count) files, \(first.1)", rows: ConcatenatedSource(opened.map(\.0)),
                folder: folder.path)
        }
        if let joined = try Joining.found(tables, opened.map(\.0), folder: folder.path, opener: self) { return joined }
        throw Failure(
            .invalidArgument,
            "The folder '\(folder.path)' has \(tables.count) tables without a common column: "
                + "\(tables.joined(separator: ", ")). Name one of them, or join them with 'data: {source: labels.csv, "
                + "join: {readings.csv: key}}'.")
    }

    private static func isTable(_ name: String) -> Bool {
        var parts = name.lowercased().split(separator: ".").map(String.init)
        if parts.last == "gz" { parts.removeLast() }
        guard parts.count > 1, let ending = parts.last, tables.contains(ending) else { return false }
        // Notes that accompany data.
        let isProse = ["readme", "license", "licence", "licences", "notes", "classes", "labels_map"].contains(parts[0])
        return !(ending == "txt") && !(isProse && ending != "csv")
    }
}

/// Rows of a table in a subfolder, whose files are named relative to it.
final class PrefixedSource: RowSource {
    private let source: any RowSource
    private let folder: String

    var names: [String] { source.names }
    var files: [String] { source.files }
    var notes: [String] { source.notes }

    init(_ source: any RowSource, folder: String) {
        self.source = source
        self.folder = folder
    }

    func forEachRow(_ body: (RawRow) throws -> Void) throws {
        let columns = names.indices.filter { names[$0] == "file_name" || names[$0].hasSuffix("_file_name") }
        let row = RawRow()
        try source.forEachRow { inner in
            row.file = inner.file
            row.number = inner.number
            row.part = inner.part
            row.cells = (0..<inner.count).map { column in
                let cell = inner.cell(column)
                guard columns.contains(column), case .text(let name) = cell else { return cell }
                return .text("\(folder)/\(name)")
            }
            try body(row)
        }
    }
}
