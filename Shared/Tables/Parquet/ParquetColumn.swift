import Model

/// Reads the cells of one column of a row group, with one page in memory.
final class ParquetColumn {
    /// Maximum number of values in a valid page.
    static let mostValues = 1 << 26

    private let leaf: ParquetLeaf
    private let stream: FileStream
    private let codec: Int
    private var rest: Int
    private var unread: [UInt8] = []
    private var dictionary: [Cell] = []
    private var values: [Cell] = []
    private var (definitions, repetitions): ([UInt8], [UInt8]) = ([], [])
    private var (entry, value) = (0, 0)

    /// Starts a column chunk.
    init(_ leaf: ParquetLeaf, chunk: ThriftValue, path: String) throws {
        guard let meta = chunk[3], let data = meta[9]?.integer, let size = meta[7]?.integer, chunk[1] == nil,
            size >= 0, data >= 0
        else {
            throw ThriftReader.Problem()
        }
        self.leaf = leaf
        codec = meta[4]?.integer ?? 0
        let start = meta[11]?.integer.map { $0 > 0 ? min($0, data) : data } ?? data
        stream = try FileStream(path, from: start, length: size)
        rest = size
    }

    /// The cell of the next row.
    func next() throws -> Cell {
        try load()
        if leaf.repetitions.isEmpty {
            defer { entry += 1 }
            return definitions[entry] == leaf.definition ? take() : .missing
        }
        // A row continues, even across pages, until a value starts another row.
        var entries: [(repetition: Int, definition: Int, cell: Cell)] = []
        repeat {
            let definition = Int(definitions[entry])
            entries.append((Int(repetitions[entry]), definition, definition == leaf.definition ? take() : .missing))
            entry += 1
        } while try hasMore() && repetitions[entry] > 0
        return assemble(entries[...], depth: 0)
    }

    private func take() -> Cell {
        defer { value += 1 }
        return value < values.count ? values[value] : .missing
    }

    private func hasMore() throws -> Bool {
        if entry < definitions.count { return true }
        guard rest > 0 || !unread.isEmpty else { return false }
        return try readPage()
    }

    private func load() throws {
        guard try hasMore() else { throw ParquetValues.Problem(message: "it ends before its last row") }
    }

    private func assemble(
        _ entries: ArraySlice<(repetition: Int, definition: Int, cell: Cell)>, depth: Int
    ) -> Cell {
        guard let first = entries.first else { return .missing }
        if depth == leaf.repetitions.count { return first.cell }
        let needed = leaf.repetitions[depth]
        guard first.definition >= needed else { return first.definition == needed - 1 ? .list([]) : .missing }
        var cells: [Cell] = []
        var start = entries.startIndex
        for index in entries.indices.dropFirst() where entries[index].repetition <= depth + 1 {
            cells.append(assemble(entries[start..<index], depth: depth + 1))
            start = index
        }
        cells.append(assemble(entries[start...], depth: depth + 1))
        return .list(cells)
    }

    // MARK: - Pages

    private func fill(_ count: Int) throws {
        guard unread.count < count, rest > 0 else { return }
        let more = try stream.bytes(min(rest, max(count - unread.count, 1 << 16)))
        rest = more.isEmpty ? 0 : rest - more.count
        unread += more
    }

    /// Reads the next page that has values; false at the end.
    private func readPage() throws -> Bool {
        while rest > 0 || !unread.isEmpty {
            try fill(1 << 16)
            var length = 0
            let header = try unread.withUnsafeBytes { bytes in
                var reader = ThriftReader(bytes)
                let header = try reader.fields()
                length = reader.index
                return header
            }
            guard let packed = header[3]?.integer, let size = header[2]?.integer, packed >= 0, size >= 0 else {
                throw ThriftReader.Problem()
            }
            try fill(length + packed)
            guard unread.count >= length + packed else {
                throw ParquetValues.Problem(message: "a page is truncated")
            }
            let body = Array(unread[length..<length + packed])
            unread.removeFirst(length + packed)
            if try take(header, body, size: size) { return true }
        }
        return false
    }

    private func take(_ header: ThriftValue, _ body: [UInt8], size: Int) throws -> Bool {
        switch header[1]?.integer {
        case 0:
            guard let data = header[5], let count = Self.count(data[1]) else { throw ThriftReader.Problem() }
            let page = try ParquetCompression.bytes(body, codec: codec, size: size)
            try page.withUnsafeBytes { bytes in
                var offset = 0
                repetitions = try levels(bytes, &offset, greatest: leaf.repetitions.count, count: count)
                definitions = try levels(bytes, &offset, greatest: leaf.definition, count: count)
                try decode(bytes, from: offset, data[2]?.integer ?? 0)
            }
        case 3:
            guard let data = header[8], let count = Self.count(data[1]), let inner = data[5]?.integer,
                let outer = data[6]?.integer, inner >= 0, outer >= 0, inner + outer <= body.count
            else { throw ThriftReader.Problem() }
            // Levels are never compressed here.
            let isPacked = data[7]?.integer != 0
            let page = try ParquetCompression.bytes(
                Array(body[(inner + outer)...]), codec: isPacked ? codec : 0, size: size - inner - outer)
            body.withUnsafeBytes { bytes in
                repetitions = runs(bytes, 0..<outer, greatest: leaf.repetitions.count, count: count)
                definitions = runs(bytes, outer..<outer + inner, greatest: leaf.definition, count: count)
            }
            try page.withUnsafeBytes { try decode($0, from: 0, data[4]?.integer ?? 0) }
        case 2:
            guard let count = Self.count(header[7]?[1]) else { throw ThriftReader.Problem() }
            let page = try ParquetCompression.bytes(body, codec: codec, size: size)
            dictionary = try page.withUnsafeBytes {
                try ParquetValues(leaf: leaf).decode($0, encoding: 0, count: count, dictionary: [])
            }
            return false
        default: return false
        }
        guard definitions.count == repetitions.count else { throw ThriftReader.Problem() }
        (entry, value) = (0, 0)
        return !definitions.isEmpty
    }

    /// Checks the number of values in a page.
    private static func count(_ value: ThriftValue?) -> Int? {
        value?.integer.flatMap { (0...mostValues).contains($0) ? $0 : nil }
    }

    private func decode(_ bytes: UnsafeRawBufferPointer, from offset: Int, _ encoding: Int) throws {
        let count = definitions.count { $0 == leaf.definition }
        guard offset <= bytes.count else { throw ThriftReader.Problem() }
        values = try ParquetValues(leaf: leaf).decode(
            UnsafeRawBufferPointer(rebasing: bytes[offset...]), encoding: encoding, count: count, dictionary: dictionary
        )
    }

    /// Levels at the beginning of a page, preceded by their length.
    private func levels(
        _ bytes: UnsafeRawBufferPointer, _ offset: inout Int, greatest: Int, count: Int
    ) throws -> [UInt8] {
        guard greatest > 0 else { return Array(repeating: 0, count: count) }
        guard offset + 4 <= bytes.count else { throw ThriftReader.Problem() }
        let length = Int(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        offset += 4
        guard length <= bytes.count - offset else { throw ThriftReader.Problem() }
        defer { offset += length }
        return runs(bytes, offset..<offset + length, greatest: greatest, count: count)
    }

    private func runs(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, greatest: Int, count: Int
    ) -> [UInt8] {
        guard greatest > 0 else { return Array(repeating: 0, count: count) }
        let width = Int.bitWidth - greatest.leadingZeroBitCount
        var reader = RunReader(UnsafeRawBufferPointer(rebasing: bytes[range]), width: width)
        var levels: [UInt8] = []
        levels.reserveCapacity(count)
        while levels.count < count, let level = reader.next() { levels.append(UInt8(clamping: level)) }
        return levels
    }
}
