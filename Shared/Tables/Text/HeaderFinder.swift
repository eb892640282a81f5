/// Detects whether the first row of a table names its columns.
enum HeaderFinder {
    /// Names that are common for columns and hardly ever occur as values.
    static let usual: Set<String> = [
        "id", "file", "file_name", "filename", "path", "text", "label", "labels", "class", "target", "category", "y",
        "image", "picture", "audio", "name", "split", "date", "time", "value", "sentence", "index",
    ]

    /// Number of rows before the header that are titles and remarks, which fill only a few columns.
    static func titles(_ rows: [[String]]) -> Int {
        var counts: [Int: Int] = [:]
        for row in rows { counts[row.count, default: 0] += 1 }
        let width = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
        func filled(_ row: [String]) -> Int { row.count { !$0.isEmpty } }
        guard width > 1, let header = rows.prefix(mostTitles).firstIndex(where: { filled($0) * 10 >= width * 9 }),
            header > 0, rows[..<header].allSatisfy({ filled($0) * 2 <= width }), rows[header].count == width,
            isHeaderBeyondDoubt(Array(rows[header...]))
        else { return 0 }
        return header
    }

    private static let mostTitles = 20

    /// Whether the first of some rows is a header.
    static func hasHeader(_ rows: [[String]]) -> Bool {
        guard let first = rows.first else { return false }
        let body = rows.dropFirst()
        if isHeaderBeyondDoubt(rows) { return true }
        for (column, title) in first.enumerated() {
            let values = body.compactMap { column < $0.count ? $0[column] : nil }
            if isNumber(title) && (values.isEmpty || share(of: values) > 0.5) { return false }
        }
        // Values recur; titles do not.
        let comesBack = first.enumerated().contains { column, title in
            !title.isEmpty && body.contains { column < $0.count && $0[column] == title }
        }
        if comesBack { return false }
        let isDistinct = Set(first).count == first.count || body.isEmpty
        return isDistinct && first.allSatisfy { $0.utf8.count <= 64 }
    }

    /// Whether the first row has common titles, or has text above numbers more often than numbers above numbers.
    static func isHeaderBeyondDoubt(_ rows: [[String]]) -> Bool {
        guard let first = rows.first else { return false }
        let body = rows.dropFirst()
        var (texts, numbers) = (0, 0)
        for (column, title) in first.enumerated() where !title.isEmpty && !isMissing(title) {
            let values = body.compactMap { column < $0.count ? $0[column] : nil }
            guard share(of: values) > 0.9 else { continue }
            if isNumber(title) { numbers += 1 } else { texts += 1 }
        }
        if texts + numbers > 0 { return texts > numbers }
        return !first.contains(where: isNumber) && first.contains { usual.contains($0.lowercased()) }
            && !body.contains(first)
    }

    /// The share of numbers among the values present.
    private static func share(of values: [String]) -> Double {
        let present = values.filter { !isMissing($0) }
        guard !present.isEmpty else { return 0 }
        return Double(present.count(where: isNumber)) / Double(present.count)
    }

    private static func isMissing(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { NumberText.isMissing($0) }
    }

    private static func isNumber(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 {
            if case .number = NumberText.read($0) { return true }
            return NumberText.read($0) == .code || NumberText.written($0, .point) != nil
                || NumberText.written($0, .comma) != nil
        }
    }
}
