/// The part of a file that a client requests in its `Range` field.
enum ByteRange: Equatable {
    /// All of it: there is no field, or it may be ignored.
    case whole
    /// These bytes.
    case part(Range<UInt64>)
    /// Bytes beyond the end of the file.
    case unsatisfiable

    /// Parses the field for a file of some size; requests for several ranges get the whole file.
    init(_ field: String?, size: UInt64) {
        guard let field, field.hasPrefix("bytes="), !field.contains(",") else {
            self = .whole
            return
        }
        let ends = field.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }) else {
            self = .whole
            return
        }
        switch (UInt64(ends[0]), UInt64(ends[1])) {
        case (nil, nil): self = ends[0].isEmpty && ends[1].isEmpty ? .whole : .unsatisfiable
        case (nil, let count?): self = count == 0 || size == 0 ? .unsatisfiable : .part(size - min(count, size)..<size)
        case (let first?, nil): self = first < size ? .part(first..<size) : .unsatisfiable
        case (let first?, let last?):
            if last < first {
                self = .whole
            } else {
                self = first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
            }
        }
    }
}
