import Foundation
import Model

/// Parallel arrays of samples: the entries of `.npz`, a single `.npy`, or IDX files like those of MNIST.
final class ArraySource: RowSource {
    /// One array: how to open it, its name as a column, and the split that its name indicates.
    struct Member {
        var column: String
        var part: SamplePart?
        var count: Int
        var open: () throws -> (() throws -> Cell)
    }

    let names: [String]
    let files: [String]
    private(set) var notes: [String] = []
    private let blocks: [(part: SamplePart?, members: [Member])]

    /// Combines arrays of the same split and length.
    init(_ members: [Member], path: String) throws {
        files = [path]
        var blocks: [(part: SamplePart?, members: [Member])] = []
        for part in [SamplePart.training, .validation, .test, nil] {
            let own = members.filter { $0.part == part }
            guard let longest = own.map(\.count).max() else { continue }
            let other = own.filter { $0.count != longest }
            if !other.isEmpty {
                notes.append(
                    "Left out, because their length is not \(longest): "
                        + other.map { "'\($0.column)' (\($0.count))" }.joined(separator: ", ") + ".")
            }
            blocks.append((part, own.filter { $0.count == longest }))
        }
        // If there are splits, arrays that belong to none, such as names of classes, are left out.
        if blocks.count > 1, let whole = blocks.firstIndex(where: { $0.part == nil }) { blocks.remove(at: whole) }
        self.blocks = blocks
        var names: [String] = []
        for name in blocks.flatMap({ $0.members.map(\.column) }) where !names.contains(name) { names.append(name) }
        self.names = names
        guard !names.isEmpty else { throw Failure(.invalidArgument, "'\(path)' has no arrays.") }
    }

    func forEachRow(_ body: (RawRow) throws -> Void) throws {
        let row = RawRow()
        for block in blocks {
            let readers = try block.members.map { try $0.open() }
            let places = block.members.map { member in names.firstIndex(of: member.column) ?? 0 }
            row.part = block.part
            for _ in 0..<(block.members.first?.count ?? 0) {
                row.number += 1
                row.cells = Array(repeating: .missing, count: names.count)
                for (place, reader) in zip(places, readers) { row.cells[place] = try reader() }
                try body(row)
            }
        }
    }

    // MARK: - NumPy

    /// Opens `.npz` or `.npy`.
    static func numPy(_ path: String) throws -> ArraySource {
        let start = try FileStream(path).bytes(4)
        guard start.starts(with: [0x50, 0x4B]) else {
            let array = try NumPyArray(try FileStream(path), name: path)
            let member = Member(column: "values", part: nil, count: array.shape[0]) {
                try NumPyArray(try FileStream(path), name: path).next
            }
            return try ArraySource([member], path: path)
        }
        let zip = try ZipFile(path)
        let members = try zip.entries.compactMap { entry -> Member? in
            guard entry.name.hasSuffix(".npy") else { return nil }
            let name = String(entry.name.dropLast(4))
            let array = try NumPyArray(try zip.open(entry), name: "\(path):\(name)")
            let (column, part) = Self.column(name)
            let member = Member(column: column, part: part, count: array.shape[0]) {
                try NumPyArray(try zip.open(entry), name: "\(path):\(name)").next
            }
            return try plain(member, shape: array.shape)
        }
        return try ArraySource(members, path: path)
    }

    /// Turns one-hot answers into class numbers, and answers with several ones into lists of labels.
    private static func plain(_ member: Member, shape: [Int]) throws -> Member {
        guard shape.count == 2, shape[1] > 1 else { return member }
        var member = member
        let open = member.open
        guard AnswerNames.points(of: member.column) > 0, shape[1] <= DataLimits.outputs else { return member }
        let next = try open()
        var areClasses = true
        for _ in 0..<shape[0] {
            let values = try next().numbers?.values ?? []
            guard values.allSatisfy({ $0 == 0 || $0 == 1 }) else { return member }
            areClasses = areClasses && values.reduce(0, +) == 1
        }
        member.open = {
            let next = try open()
            return {
                let ones = (try next().numbers?.values ?? []).enumerated().filter { $0.element == 1 }.map(\.offset)
                return areClasses ? .number(Double(ones[0])) : .list(ones.map { .text(String($0)) })
            }
        }
        return member
    }

    /// The column and split that a name such as `train_images` or `y_test` indicates.
    static func column(_ name: String) -> (column: String, part: SamplePart?) {
        let words = name.split { $0 == "_" || $0 == "-" || $0 == "." }.map(String.init)
        guard words.count > 1, let place = words.firstIndex(where: { SamplePart(word: $0) != nil }) else {
            return (name, nil)
        }
        var rest = words
        let part = SamplePart(word: rest.remove(at: place))
        return (rest.joined(separator: "_"), part)
    }

    // MARK: - IDX

    /// Opens IDX files like those of MNIST: `train-images-idx3-ubyte` and similar names, also gzipped.
    static func idx(_ names: [String], in folder: String) throws -> ArraySource {
        let members = try names.map { name -> Member in
            let path = "\(folder)/\(name)"
            let stem = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
            let bare = stem.split { "-._".contains($0) }.map(String.init).filter {
                !$0.hasPrefix("idx") && $0 != "ubyte"
            }
            let (column, part) = Self.column(bare.joined(separator: "_"))
            let array = try IDXArray(path)
            return Member(column: column, part: part, count: array.shape[0]) { try IDXArray(path).next }
        }
        return try ArraySource(members, path: folder)
    }

    /// Whether a file's name is that of an IDX file.
    static func isIDX(_ name: String) -> Bool {
        let lower = name.lowercased()
        return lower.contains("-ubyte") || lower.contains(".ubyte") || lower.hasSuffix(".idx")
            || lower.hasSuffix(".idx.gz")
    }
}

/// An array in IDX format. Source: Y. LeCun, "The MNIST database".
final class IDXArray {
    /// Length of each axis.
    let shape: [Int]
    private let stream: any ByteStream
    private let type: UInt8
    private let path: String

    init(_ path: String) throws {
        self.path = path
        let isGzip = try FileStream(path).bytes(2).elementsEqual([0x1F, 0x8B])
        stream = isGzip ? try InflatedStream(try FileStream(path), path: path) : try FileStream(path)
        let head = try stream.bytes(4)
        guard head.count == 4, head[0] == 0, head[1] == 0, [8, 9, 11, 12, 13, 14].contains(head[2]),
            (1...4).contains(head[3])
        else { throw NumPyArray.failure(path, "it does not begin like an IDX file") }
        type = head[2]
        let lengths = try stream.bytes(4 * Int(head[3]))
        guard lengths.count == 4 * Int(head[3]) else { throw NumPyArray.failure(path, "it is truncated") }
        shape = (0..<Int(head[3])).map { axis in
            lengths[(4 * axis)..<(4 * axis + 4)].reduce(0) { $0 << 8 | Int($1) }
        }
        guard let each = NumPyArray.product(of: shape.dropFirst()), each > 0 else {
            throw NumPyArray.failure(path, "its shape \(shape) is not supported")
        }
    }

    /// The next sample.
    func next() throws -> Cell {
        let count = shape.dropFirst().reduce(1, *)
        let size = [8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8][type] ?? 1
        let bytes = try stream.bytes(count * size)
        guard bytes.count == count * size else { throw NumPyArray.failure(path, "it is truncated") }
        let values = (0..<count).map { index -> Double in
            let bits = bytes[(index * size)..<((index + 1) * size)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return switch type {
            case 8: Double(bits)
            case 9: Double(Int8(truncatingIfNeeded: bits))
            case 11: Double(Int16(truncatingIfNeeded: bits))
            case 12: Double(Int32(truncatingIfNeeded: bits))
            case 13: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
            default: Double(bitPattern: bits)
            }
        }
        if shape.count == 1 { return .number(values[0]) }
        return .array(
            NumericArray(shape: Array(shape.dropFirst()), values: values.map { Float($0) }, areBytes: type == 8))
    }
}
