import Foundation
import Model
import TestSupport
import Testing

@testable import Tables

/// Parquet files as pyarrow writes them.
struct ParquetTests {
    private static let program = """
        import datetime, decimal, json, random, sys
        import pyarrow as pa, pyarrow.parquet as pq
        random.seed(3)
        rows = 3000
        def some(value): return None if random.random() < .15 else value
        columns = {
            'whole': pa.array([some(random.randrange(-9, 9)) for _ in range(rows)], pa.int64()),
            'small': pa.array([some(random.randrange(0, 200)) for _ in range(rows)], pa.uint8()),
            'real': pa.array([some(random.uniform(-1e6, 1e6)) for _ in range(rows)], pa.float64()),
            'single': pa.array([some(random.randrange(100) / 8) for _ in range(rows)], pa.float32()),
            'half': pa.array([__import__('numpy').float16(index % 64 / 8) for index in range(rows)], pa.float16()),
            'text': pa.array([some(random.choice(['a', 'bb', 'ç', '字', 'long ' * 9])) for _ in range(rows)]),
            'each': pa.array([f'row {index}' for index in range(rows)]),
            'flag': pa.array([some(random.random() < .5) for _ in range(rows)]),
            'money': pa.array([some(decimal.Decimal(random.randrange(-999, 999)) / 4) for _ in range(rows)], pa.decimal128(9, 2)),
            'day': pa.array([some(datetime.date(2020, 1, 1) + datetime.timedelta(days=index)) for index in range(rows)]),
            'list': pa.array([some([some(random.randrange(5)) for _ in range(random.randrange(4))]) for _ in range(rows)], pa.list_(pa.int32())),
            'nested': pa.array([some([some([some(random.randrange(9) / 2) for _ in range(random.randrange(3))])
                                      for _ in range(random.randrange(3))]) for _ in range(rows)], pa.list_(pa.list_(pa.float64()))),
            'group': pa.array([some({'left': some(random.randrange(3)), 'right': some('x')}) for _ in range(rows)]),
            'none': pa.array([None] * rows, pa.float64()),
        }
        table = pa.table(columns)
        def plain(value):
            if isinstance(value, decimal.Decimal): return float(value)
            if isinstance(value, bool): return 'true' if value else 'false'
            if isinstance(value, datetime.date): return value.isoformat()
            if value is not None and type(value).__name__ == 'float16': return float(value)
            return value
        expected = []
        for row in table.to_pylist():
            group = row.pop('group') or {'left': None, 'right': None}
            row = {name: plain(value) for name, value in row.items()}
            row['group.left'], row['group.right'] = group['left'], group['right']
            expected.append(row)
        json.dump(expected, open('expected.json', 'w'))
        for codec in ['none', 'snappy', 'gzip', 'zstd']:
            for version in ['1.0', '2.0']:
                for dictionary in [True, False]:
                    pq.write_table(table, f'{codec}-{version}-{dictionary}.parquet', compression=codec,
                                   data_page_version=version, use_dictionary=dictionary,
                                   row_group_size=1100, data_page_size=2000)
        flat = table.drop(['list', 'nested', 'group', 'none', 'half'])
        pq.write_table(flat, 'delta.parquet', use_dictionary=False, column_encoding={
            'whole': 'DELTA_BINARY_PACKED', 'text': 'DELTA_LENGTH_BYTE_ARRAY', 'each': 'DELTA_BYTE_ARRAY',
            'real': 'BYTE_STREAM_SPLIT', 'flag': 'RLE'}, data_page_size=2000)
        """

    @Test func `files of every compression, page version and encoding are read like pyarrow reads them`() throws {
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment(with: "pyarrow")
        } catch {
            try Test.cancel("needs a Python with pyarrow: \(error)")
        }
        let folder = try TemporaryDirectory()
        _ = try python.run("import os\nos.chdir(\(quoted(folder.url.path)))\n" + Self.program)
        let expected = try JSONText.rows(try Data(contentsOf: folder.file("expected.json")))
        #expect(expected.count == 3_000)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter {
            $0.hasSuffix(".parquet")
        }
        #expect(files.count == 17)
        for file in files.sorted() {
            let source = try ParquetSource(folder.path(file))
            var row = 0
            try source.forEachRow { read in
                for (name, cell) in zip(source.names, read.cells) {
                    let wanted = expected[row][name] ?? .missing
                    if cell != wanted {
                        Issue.record("\(file), row \(row + 1), '\(name)': \(cell), and pyarrow has \(wanted)")
                        throw Failure(.corrupt, "one difference is enough")
                    }
                }
                row += 1
            }
            #expect(row == 3_000, "\(file)")
        }
    }

    @Test func `a truncated file is reported as such`() throws {
        let folder = try TemporaryDirectory()
        let path = try folder.write(Array("PAR1 and something else".utf8), as: "cut.parquet")
        let failure = #expect(throws: Failure.self) { try SampleTable(settings: DataSettings(source: path)) }
        #expect(failure?.message.contains("truncated") == true)
    }

    @Test func `bytes that are not pages cause a failure, not a crash`() throws {
        try #require(OwnData.isHere, OwnData.reason)
        let bytes = [UInt8](try Data(contentsOf: OwnData.folder.appending(path: "vowels/utterances.parquet")))
        let folder = try TemporaryDirectory()
        var generator = SplitMix64(seed: 9)
        for number in 0..<400 {
            var damaged = bytes
            // Descriptions are at the end, and at the beginning of pages.
            let places = [4..<200, 401_800..<402_100, (bytes.count - 1_800)..<(bytes.count - 8), 4..<(bytes.count - 8)]
            let range = places[number % places.count]
            for _ in 0..<(1 + number % 5) {
                damaged[range.lowerBound + generator.index(below: range.count)] = UInt8(generator.index(below: 256))
            }
            let path = try folder.write(damaged, as: "damaged.parquet")
            _ = try? ParquetSource(path).forEachRow { _ in }
        }
    }

    private func quoted(_ text: String) -> String { "'\(text)'" }
}

extension JSONText {
    /// Rows of a list of objects, by the names of fields.
    static func rows(_ data: Data) throws -> [[String: Cell]] {
        let lines = JSONLines(MemoryStream([UInt8](data)), isList: true, path: "expected.json")
        var rows: [[String: Cell]] = []
        while let fields = try lines.next({ try JSONText.fields($0) }) {
            rows.append(Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.cell) }))
        }
        return rows
    }
}
