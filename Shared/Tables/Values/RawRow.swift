/// A row as its source provides it, in memory that the next row reuses.
final class RawRow {
    /// Location of the text of a field.
    struct Span {
        var start: Int
        var end: Int
    }

    /// For a text table: the bytes, and the location of each field in them.
    var bytes: UnsafePointer<UInt8>?
    var spans: ContiguousArray<Span> = []
    /// For any other source: the values.
    var cells: [Cell] = []
    /// Whether the fields are `spans`.
    var isText = false
    /// Index of the file in the source's list of files.
    var file = 0
    /// Number of the row in its file, from 1.
    var number = 0
    /// The split that its file or folder indicates.
    var part: SamplePart?

    /// Number of fields.
    var count: Int { isText ? spans.count : cells.count }

    /// The text of a field without surrounding blanks, if fields are texts.
    func text(_ field: Int) -> UnsafeBufferPointer<UInt8> {
        guard field < spans.count else { return UnsafeBufferPointer(start: nil, count: 0) }
        let span = spans[field]
        return NumberText.trimmed(
            UnsafeBufferPointer(start: bytes.map { $0 + span.start }, count: span.end - span.start))
    }

    /// The text of a field as written.
    func exactText(_ field: Int) -> String {
        let span = spans[field]
        let buffer = UnsafeBufferPointer(start: bytes.map { $0 + span.start }, count: span.end - span.start)
        return String(decoding: buffer, as: UTF8.self)
    }
}
