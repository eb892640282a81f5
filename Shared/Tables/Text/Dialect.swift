/// The format of a text table.
struct Dialect: Hashable {
    /// The separator between columns.
    var separator: UInt8
    /// Whether quotes enclose fields; otherwise they are part of the text.
    var hasQuotes: Bool

    private static let candidates: [UInt8] = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }

    /// Detects the format from the beginning of a table.
    /// - Parameter separator: The separator, if known.
    static func found(in sample: [UInt8], isWhole: Bool, separator: UInt8?) -> Dialect {
        let dialects = (separator.map { [$0] } ?? candidates).flatMap {
            [Dialect(separator: $0, hasQuotes: true), Dialect(separator: $0, hasQuotes: false)]
        }
        let scored = dialects.map { ($0, $0.score(sample, isWhole: isWhole)) }
        var best = scored[0]
        for other in scored where other.1 > best.1 { best = other }
        let blank = Dialect(separator: UInt8(ascii: " "), hasQuotes: true)
        return best.1 < 2 && separator == nil && blank.isTableOfNumbers(sample) ? blank : best.0
    }

    /// Whether spaces separate the same number of fields in every row, most of them numbers; prose has spaces, too.
    private func isTableOfNumbers(_ sample: [UInt8]) -> Bool {
        let reader = DelimitedReader(MemoryStream(sample), dialect: self, path: "sample")
        let row = RawRow()
        var (rows, fields, numbers, width) = (0, 0, 0, 0)
        while rows < 500, (try? reader.next(row)) == true {
            if rows == 0 { width = row.count }
            guard row.count == width else { return false }
            rows += 1
            fields += row.count
            numbers += (0..<row.count).count { if case .number = NumberText.read(row.text($0)) { true } else { false } }
        }
        return rows > 1 && width > 1 && numbers * 2 > fields
    }

    /// How well a sample fits: the share of rows with the most frequent number of fields; more fields are better.
    private func score(_ sample: [UInt8], isWhole: Bool) -> Double {
        let reader = DelimitedReader(MemoryStream(sample), dialect: self, path: "sample")
        let row = RawRow()
        var counts: [Int: Int] = [:]
        var rows = 0
        var (torn, enclosed) = (0, 0)
        while rows < 20_000, (try? reader.next(row)) == true {
            counts[row.count, default: 0] += 1
            rows += 1
            torn += reader.tornFields
            enclosed += reader.quotedFields
        }
        guard let (fields, most) = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }), rows > 0 else {
            return 0
        }
        let agreement = Double(most) / Double(rows)
        // A quote that is not closed, or that is in the middle of a field, is an ordinary character.
        let lost = reader.isUnclosed && isWhole ? 0.5 : 0
        let tearing = enclosed > 0 ? 0.4 * Double(torn) / Double(enclosed) : 0
        return (fields > 1 ? 1 : 0) + agreement - lost - tearing + min(0.02, Double(fields) * 1e-4)
            + (hasQuotes ? 0.05 : 0)
    }
}
