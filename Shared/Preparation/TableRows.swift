import Crypto
import Foundation
public import Model
public import Tables

/// The samples of a user's table, in the form that the preparation reads.
public struct TableRows: SampleRows {
    /// The modalities of the table.
    public let modalities: [RawModality]
    /// Finds the files that the table names.
    public var files: FileFinder { table.files }
    /// Number of samples in each split.
    public var counts: DatasetRecipe.Counts { table.counts }

    private let table: SampleTable
    private let group: Int?

    /// Takes an opened table.
    public init(_ table: SampleTable) throws {
        self.table = table
        group = table.group
        modalities = table.modalities.map { modality in
            RawModality(
                name: modality.name, kind: modality.kind,
                columns: modality.columns.flatMap { column in
                    table.fieldNames(of: column).map {
                        let kind = table.columns[column].kind
                        return RawModality.Column(name: $0, isCategory: kind == .category, isFile: kind.isFile)
                    }
                }, settings: modality.settings)
        }
    }

    /// Passes all samples in the order of the source.
    public func forEachSample(_ body: (RawSample) throws -> Void) throws {
        var (groups, count): ([String: Int], Int) = ([:], 0)
        try table.forEachRow { row in
            let number = group.map { column -> Int in
                let cell = row.cell(column)
                if cell != .missing, let known = groups[cell.description] { return known }
                // A row without a value is its own group.
                defer { count += 1 }
                if cell != .missing { groups[cell.description] = count }
                return count
            }
            try body(
                RawSample(
                    place: row.place, part: row.part, cells: table.modalities.map { $0.columns.map(row.cell) },
                    answer: row.answer, group: number))
        }
    }

    /// Digest of everything that is read: every cell, every answer, and the contents of the files that cells name.
    /// - Throws: Errors from reading the table; unreadable files count as missing.
    public func digest() throws -> String {
        var digest = BufferedDigest()
        let areFiles = modalities.map { $0.columns.contains(where: \.isFile) }
        try forEachSample { sample in
            digest.add("\(sample.part.rawValue) \(sample.answer?.text ?? "")\n")
            for (isFile, cells) in zip(areFiles, sample.cells) {
                for cell in cells { add(cell, isFile: isFile, to: &digest) }
            }
        }
        return digest.hexadecimal()
    }

    private func add(_ cell: Cell, isFile: Bool, to digest: inout BufferedDigest) {
        switch cell {
        case .bytes(let bytes): bytes.withUnsafeBytes { digest.add($0) }
        case .array(let array): array.values.withUnsafeBytes { digest.add($0) }
        case .missing, .number, .list: digest.add("\(cell.description)\n")
        case .text(let text):
            digest.add("\(text)\n")
            if isFile, case .file(let path) = files.find(text), let content = FileManager.default.contents(atPath: path)
            {
                content.withUnsafeBytes { digest.add($0) }
            }
        }
    }
}

extension SampleAnswer {
    /// The answer for a digest; interpolating it would take longer than reading the row.
    fileprivate var text: String {
        switch self {
        case .class(let number): "class(\(number))"
        case .labels(let labels): "labels(\(labels))"
        case .numbers(let numbers): "numbers(\(numbers))"
        }
    }
}

/// A digest that takes many small pieces.
private struct BufferedDigest {
    private var hash = SHA256()
    private var buffer: [UInt8] = []

    private static let most = 1 << 16

    mutating func add(_ text: String) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= Self.most { flush() }
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        flush()
        hash.update(bufferPointer: bytes)
    }

    mutating func hexadecimal() -> String {
        flush()
        return hash.finalize().map { String(format: "%02x", $0) }.joined()
    }

    private mutating func flush() {
        buffer.withUnsafeBytes { hash.update(bufferPointer: $0) }
        buffer.removeAll(keepingCapacity: true)
    }
}
