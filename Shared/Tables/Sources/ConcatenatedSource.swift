import Model

/// Several sources as one: splits or shards of the same data.
final class ConcatenatedSource: RowSource {
    var separator: UInt8? { sources.first?.separator }
    let names: [String]
    let files: [String]
    private let sources: [any RowSource]
    private var ownNotes: [String] = []

    var notes: [String] { ownNotes + sources.flatMap(\.notes) }

    /// Concatenates sources. A field that a source lacks is missing in its rows.
    init(_ sources: [any RowSource]) {
        self.sources = sources
        var names: [String] = []
        for name in sources.flatMap(\.names) where !names.contains(name) { names.append(name) }
        self.names = names
        files = sources.flatMap(\.files)
        for source in sources {
            let lacking = names.filter { !source.names.contains($0) }
            if !lacking.isEmpty {
                ownNotes.append(
                    "'\(source.files.first ?? "")' has no column \(ShortList.text(lacking.map { "'\($0)'" })).")
            }
        }
    }

    func forEachRow(_ body: (RawRow) throws -> Void) throws {
        var file = 0
        let row = RawRow()
        for source in sources {
            let places = names.map { source.names.firstIndex(of: $0) }
            let isSame = source.names == names
            try source.forEachRow { inner in
                inner.file += file
                if isSame {
                    try body(inner)
                } else {
                    row.bytes = inner.bytes
                    row.isText = inner.isText
                    row.file = inner.file
                    row.number = inner.number
                    row.part = inner.part
                    if inner.isText {
                        row.spans = ContiguousArray(
                            places.map { $0.map { inner.spans[$0] } ?? RawRow.Span(start: 0, end: 0) })
                    } else {
                        row.cells = places.map { $0.map { inner.cells[$0] } ?? .missing }
                    }
                    try body(row)
                }
                inner.file -= file
            }
            file += source.files.count
        }
    }
}
