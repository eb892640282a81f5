import Foundation
import Model
import TestSupport
import Testing

@testable import Tables

/// Rows of text tables.
struct DelimitedTests {
    static func rows(
        _ text: String, separator: Character = ",", hasQuotes: Bool = true
    ) throws -> [[String]] {
        try rows(Array(text.utf8), separator: separator, hasQuotes: hasQuotes)
    }

    static func rows(_ bytes: [UInt8], separator: Character = ",", hasQuotes: Bool = true) throws -> [[String]] {
        let dialect = Dialect(separator: separator.asciiValue ?? 44, hasQuotes: hasQuotes)
        let reader = DelimitedReader(MemoryStream(bytes), dialect: dialect, path: "table.csv")
        let row = RawRow()
        var rows: [[String]] = []
        while try reader.next(row) { rows.append((0..<row.count).map { row.exactText($0) }) }
        return rows
    }

    @Test func `quotes, doubled quotes and line breaks inside quotes are read`() throws {
        let rows = try Self.rows("a,b\r\n\"x\"\"y\",\"1\n2\"\r\n\"\",\n,last")
        #expect(rows == [["a", "b"], ["x\"y", "1\n2"], ["", ""], ["", "last"]])
    }

    @Test func `an unclosed quote is reported with its row`() throws {
        let failure = #expect(throws: Failure.self) { try Self.rows("a,b\n1,\"x\n2,y\n") }
        #expect(failure?.message.contains("row 2") == true)
    }

    @Test(.enabled(if: Python.isHere, "needs python3"))
    func `a thousand tables are read like Python's csv reads them`() throws {
        let folder = try TemporaryDirectory()
        let program = """
            import csv, json, random
            letters = ['a', 'b', '"', ',', ';', '\\t', '\\n', '\\r', '\\r\\n', ' ', 'é', '字', '""', "'", '7', '|', '']
            for number in range(1000):
                random.seed(number)
                delimiter = random.choice(',;\\t|')
                if number % 2:
                    rows = [[''.join(random.choice(letters) for _ in range(random.randrange(8)))
                             for _ in range(random.randrange(1, 6))] for _ in range(random.randrange(1, 12))]
                    with open(f'{number}.csv', 'w', newline='', encoding='utf-8') as file:
                        quoting = random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
                        end = random.choice(['\\n', '\\r\\n', '\\r'])
                        csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
                else:
                    # Anything at all, also what no writer would write.
                    text = ''.join(random.choice(letters + [delimiter, delimiter, '\\n']) for _ in range(random.randrange(60)))
                    with open(f'{number}.csv', 'w', newline='', encoding='utf-8') as file: file.write(text)
                with open(f'{number}.csv', newline='', encoding='utf-8') as file:
                    try:
                        read = [row for row in csv.reader(file, delimiter=delimiter, strict=False) if row]
                        # Whether the last mark is never closed: a strict reader says so.
                        closed = True
                        with open(f'{number}.csv', newline='', encoding='utf-8') as again:
                            try: list(csv.reader(again, delimiter=delimiter, strict=True))
                            except csv.Error as error: closed = 'unexpected end' not in str(error)
                    except csv.Error as error: read, closed = None, True
                json.dump({'delimiter': delimiter, 'rows': read, 'closed': closed}, open(f'{number}.json', 'w'))
            """
        try Python.run(program, in: folder.url)
        struct Expected: Decodable {
            let delimiter: String
            let rows: [[String]]?
            let closed: Bool
        }
        var (compared, refused) = (0, 0)
        for number in 0..<1_000 {
            let bytes = [UInt8](try Data(contentsOf: folder.file("\(number).csv")))
            let expected = try JSONDecoder().decode(
                Expected.self, from: try Data(contentsOf: folder.file("\(number).json")))
            guard let rows = expected.rows else { continue }
            let separator = Character(expected.delimiter)
            if let read = try? Self.rows(bytes, separator: separator) {
                #expect(read == rows, "table \(number)")
                compared += 1
            } else {
                // Only an unclosed quote is refused, where Python reads the rest of the file as one field.
                let isUnclosed = Self.isUnclosed(bytes, separator)
                #expect(isUnclosed && !rows.isEmpty, "table \(number)")
                refused += 1
            }
        }
        #expect(compared > 800 && compared + refused > 950)
    }

    private static func isUnclosed(_ bytes: [UInt8], _ separator: Character) -> Bool {
        // With a closing quote it can be read, or with two if the last one is half of a doubled one.
        (try? rows(bytes + [34], separator: separator)) != nil
            || (try? rows(bytes + [34, 34], separator: separator)) != nil
    }
}
