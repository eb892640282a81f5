/// A row as its source gives it, in memory that the next row reuses.
final class RawRow {
    /// Where the text of a field lies.
    struct Span {
        var start: Int
        var end: Int
    }

    /// Texts of a table: bytes, and where each field lies in them.
    var bytes: UnsafePointer<UInt8>?
    var spans: ContiguousArray<Span> = []
    /// Values of any other source.
    var cells: [Cell] = []
    /// Whether the fields are `spans`.
    var isText = false
    /// Index of the file in the source's list.
    var file = 0
    /// Number of the row in its file, from 1.
    var number = 0
    /// The part that its file or folder stands for.
    var part: SamplePart?

    /// How many fields there are.
    var count: Int { isText ? spans.count : cells.count }

    /// The text of a field without blanks around it, where fields are texts.
    func text(_ field: Int) -> UnsafeBufferPointer<UInt8> {
        guard field < spans.count else { return UnsafeBufferPointer(start: nil, count: 0) }
        let span = spans[field]
        return NumberText.trimmed(
            UnsafeBufferPointer(start: bytes.map { $0 + span.start }, count: span.end - span.start))
    }

    /// The text of a field as it is written.
    func exactText(_ field: Int) -> String {
        let span = spans[field]
        let buffer = UnsafeBufferPointer(start: bytes.map { $0 + span.start }, count: span.end - span.start)
        return String(decoding: buffer, as: UTF8.self)
    }
}
