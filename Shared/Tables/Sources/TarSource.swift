import Foundation
import Model

/// Shards in the style of WebDataset, in which files with the same basename form a sample: `0001.jpg`, `0001.cls`,
/// `0001.json`.
final class TarSource: RowSource {
    let names: [String]
    let files: [String]
    private let parts: [SamplePart?]

    /// Finds the columns of shards: the extensions of their files, and the fields of JSON files.
    init(_ paths: [String]) throws {
        files = paths
        let parts = paths.map { SamplePart(fileName: URL(filePath: $0).lastPathComponent) }
        self.parts = parts
        var names = ["key"]
        var known: Set<String> = ["key"]
        var folders: Set<String> = []
        for path in paths {
            try Self.samples(path, wantsMedia: false) { key, cells in
                folders.insert(key.split(separator: "/").dropLast().joined(separator: "/"))
                for (name, _) in cells where known.insert(name).inserted { names.append(name) }
            }
        }
        self.names = names
        guard names.count > 1 else { throw Failure(.invalidArgument, "'\(paths[0])' has no files.") }
        guard folders.count < 2 || !names.dropFirst().allSatisfy({ MediaType(fileName: ".\($0)") != nil }) else {
            throw Failure(
                .invalidArgument,
                "'\(paths[0])' is an archive that contains only files in \(folders.count) folders, not a shard with "
                    + "an answer next to each sample; unpack it and use the folder.")
        }
    }

    func forEachRow(_ body: (RawRow) throws -> Void) throws {
        let row = RawRow()
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        for (file, path) in files.enumerated() {
            row.file = file
            row.number = 0
            row.part = parts[file]
            try Self.samples(path, wantsMedia: true) { key, cells in
                row.number += 1
                row.cells = Array(repeating: .missing, count: names.count)
                row.cells[0] = .text(key)
                for (name, cell) in cells { if let place = places[name] { row.cells[place] = cell } }
                try body(row)
            }
        }
    }

    /// Passes samples: consecutive files with the same basename.
    private static func samples(
        _ path: String, wantsMedia: Bool, _ body: (String, [(name: String, cell: Cell)]) throws -> Void
    ) throws {
        let tar = try TarReader(path)
        var (key, cells): (String?, [(name: String, cell: Cell)]) = (nil, [])
        while let member = try tar.next() {
            let name = member.name.split(separator: "/").last.map(String.init) ?? member.name
            guard !name.hasPrefix("."), let point = name.firstIndex(of: ".") else { continue }
            let folder = member.name.dropLast(name.count)
            let own = String(folder + name[..<point])
            let ending = name[name.index(after: point)...].lowercased()
            if own != key {
                if let key { try body(key, cells) }
                (key, cells) = (own, [])
            }
            let isMedia = MediaType(fileName: name).map { $0 != .text } ?? false
            cells += isMedia && !wantsMedia ? [(ending, .bytes([]))] : try values(of: tar, ending: ending, path: path)
        }
        if let key { try body(key, cells) }
    }

    private static func values(
        of tar: TarReader, ending: String, path: String
    ) throws -> [(name: String, cell: Cell)] {
        let bytes = try tar.content()
        switch ending {
        case "json":
            do {
                return try bytes.withUnsafeBufferPointer { try JSONText.fields($0) }
            } catch let problem as JSONText.Problem {
                throw Failure(.invalidArgument, "'\(path)', '\(tar.name)' is not valid JSON: \(problem.message).")
            }
        case "npy":
            let array = try NumPyArray(MemoryStream(bytes), name: "\(path):\(tar.name)")
            var steps: [Cell] = []
            for _ in 0..<array.shape[0] { steps.append(try array.next()) }
            return [(ending, Cell.list(steps).numbers.map(Cell.array) ?? .list(steps))]
        case "cls", "cls2", "txt", "text", "label", "transcript", "caption", "index", "id":
            let text = String(decoding: bytes, as: UTF8.self).trimmed
            var plain = text
            let reading = plain.withUTF8 { NumberText.read($0) }
            if text.isEmpty { return [(ending, .missing)] }
            if case .number(let number, _) = reading { return [(ending, .number(number))] }
            return [(ending, .text(text))]
        default: return [(ending, .bytes(bytes))]
        }
    }
}

/// Reads the files of a tar archive one after another. Source: POSIX.1-2001, pax.
final class TarReader {
    /// Maximum number of bytes in a file.
    private static let largest = 1 << 30

    private let stream: any ByteStream
    private let path: String
    private var rest = 0
    private var padding = 0
    private(set) var name = ""

    init(_ path: String) throws {
        self.path = path
        let isGzip = try FileStream(path).bytes(2).elementsEqual([0x1F, 0x8B])
        stream = isGzip ? try InflatedStream(try FileStream(path), path: path) : try FileStream(path)
    }

    /// The next file; nil at the end.
    func next() throws -> (name: String, size: Int)? {
        var longName: String?
        while true {
            try skip()
            let head = try stream.bytes(512)
            if head.isEmpty || head.allSatisfy({ $0 == 0 }) { return nil }
            guard head.count == 512, head[257...].starts(with: Array("ustar".utf8)) || Self.isPlain(head) else {
                throw NumPyArray.failure(path, "it is not a tar archive, or it is truncated")
            }
            rest = Self.size(head[124..<136])
            guard rest <= Self.largest else {
                throw NumPyArray.failure(path, "'\(Self.text(head[0..<100]))' is larger than 1 GiB")
            }
            padding = (512 - rest % 512) % 512
            switch head[156] {
            case UInt8(ascii: "L"):
                longName = Self.text(try content()[...])
            case UInt8(ascii: "x"):
                longName = Self.paxPath(try content()) ?? longName
            case UInt8(ascii: "0"), 0:
                let prefix = Self.text(head[345..<500])
                let short = Self.text(head[0..<100])
                name =
                    longName
                    ?? (prefix.isEmpty || !head[257...].starts(with: Array("ustar\0".utf8))
                        ? short : "\(prefix)/\(short)")
                return (name, rest)
            default: longName = nil
            }
        }
    }

    /// The content of the current file.
    func content() throws -> [UInt8] {
        let bytes = try stream.bytes(rest)
        guard bytes.count == rest else { throw NumPyArray.failure(path, "it is truncated in '\(name)'") }
        rest = 0
        return bytes
    }

    private func skip() throws {
        while rest > 0 {
            let count = try stream.bytes(min(rest, 1 << 20)).count
            guard count > 0 else { throw NumPyArray.failure(path, "it is truncated in '\(name)'") }
            rest -= count
        }
        _ = try stream.bytes(padding)
        padding = 0
    }

    private static func isPlain(_ head: [UInt8]) -> Bool {
        let sum = head.enumerated().reduce(0) { $0 + (148..<156 ~= $1.offset ? 32 : Int($1.element)) }
        return sum == size(head[148..<156])
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func size(_ bytes: ArraySlice<UInt8>) -> Int {
        if let first = bytes.first, first & 0x80 != 0 {
            return bytes.dropFirst().suffix(7).reduce(0) { $0 << 8 | Int($1) }
        }
        return bytes.reduce(0) { 48...55 ~= $1 ? $0 << 3 | Int($1 - 48) : $0 }
    }

    private static func paxPath(_ bytes: [UInt8]) -> String? {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").lazy
            .compactMap { line in line.range(of: " path=").map { String(line[$0.upperBound...]) } }.first
    }
}
