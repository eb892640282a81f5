import Foundation
import Model
import TestSupport
import Testing

@testable import Tables

/// Tables as spreadsheets and people write them.
struct EverydayTests {
    private let data: MadeData

    init() throws { data = try MadeData() }

    private func numbers(_ table: SampleTable, _ name: String) throws -> [Double?] {
        let column = try #require(table.columns.firstIndex { $0.name == name })
        var numbers: [Double?] = []
        try table.forEachRow { numbers.append($0.number(column)) }
        return numbers
    }

    private func table(_ rows: [String]) throws -> SampleTable {
        try data.write(rows.joined(separator: "\n"), as: "t.csv").table("t.csv")
    }

    @Test(arguments: [
        ("1.234,50", nil, 1_234.5), ("1,234.50", 1_234.5, nil), ("20.824", 20.824, 20_824), ("0,983", nil, 0.983),
        ("-0,3", nil, -0.3), ("€ 5", 5, 5), ("5 €", 5, 5), ("$1,234", 1_234, 1.234), ("12.5 %", 12.5, nil),
        ("12%", 12, 12),
        ("(3.00)", -3, nil), ("1'234.5", 1_234.5, nil), ("1 234,5", nil, 1_234.5), ("1\u{202F}234", 1_234, 1_234),
        ("\u{2212}7", -7, -7), ("-$2", -2, -2), ("1.2.2023", nil, nil), ("12,34,56", nil, nil), ("007", nil, nil),
        ("12 kg", nil, nil), ("1e3", 1_000, nil), ("192.168.0.1", nil, nil), ("€", nil, nil), ("()", nil, nil),
    ])
    func `numbers are read as people write them`(text: String, point: Double?, comma: Double?) {
        var copy = text
        copy.withUTF8 {
            #expect(NumberText.number($0, .point) == point)
            #expect(NumberText.number($0, .comma) == comma)
        }
    }

    @Test func `thousands, currencies and percentages are numbers, and empty cells are missing`() throws {
        var rows = ["amount,share,size,label"]
        for row in 0..<40 {
            let size =
                ["-", "n.a.", "#DIV/0!"].indices.contains(row % 10) ? ["-", "n.a.", "#DIV/0!"][row % 10] : "\(row).5"
            rows.append("\"$\(row + 1),250.75\",\(row).5%,\(size),\(row % 2 == 0 ? "a" : "b")")
        }
        let table = try table(rows)
        #expect(table.columns.prefix(3).map(\.kind) == [.number, .number, .number])
        #expect(try numbers(table, "amount")[2] == 3_250.75)
        #expect(try numbers(table, "share")[2] == 2.5)
        #expect(try numbers(table, "size").prefix(4) == [nil, nil, nil, 3.5])
    }

    @Test func `a German table is read as intended, also for predictions`() throws {
        var rows = ["Umsatz;Quote;Datum;Gekündigt"]
        for row in 0..<60 {
            rows.append(
                "\(row + 1).\(250 + row),75;0,\(100 + row);\(row % 28 + 1).\(row % 12 + 1).2023;\(row % 2 == 0 ? "ja" : "nein")"
            )
        }
        let table = try table(rows)
        #expect(table.columns.map(\.kind) == [.number, .number, .date, .category])
        #expect(table.group == nil)
        #expect(try numbers(table, "Umsatz")[1] == 2_251.75)
        #expect(try numbers(table, "Quote")[1] == 0.101)
        let reader = try RowReader(
            settings: data.settings("t.csv"),
            columns: [[.init("Umsatz", isNumber: true), .init("Quote", isNumber: true)]])
        var read: [[Cell]] = []
        try reader.forEachRow { read.append(try $1.get()[0]) }
        #expect(read[1] == [.number(2_251.75), .number(0.101)])
    }

    @Test func `the meaning of a comma before three digits is reported`() throws {
        let table = try table(["a,label"] + (1..<30).map { "\"\($0),\(200 + $0)\",\($0 % 2)" })
        #expect(try numbers(table, "a").first == 1_201)
        #expect(table.notes.contains { $0.contains("a thousands separator") })
    }

    @Test(arguments: [
        ("2024-05-01", true, 20_240_501_000_000.0), ("1.5.2024", true, 20_240_501_000_000),
        ("5/1/2024 12:30", false, 20_240_501_123_000), ("13/5/24", false, 20_240_513_000_000),
        ("1 May 2024", true, 20_240_501_000_000), ("May 1, 2024", true, 20_240_501_000_000),
        ("01-May-1999", true, 19_990_501_000_000), ("2024-13-01", true, nil), ("1.2.3", true, nil),
        ("12345678", true, nil),
    ])
    func `dates are read in common formats`(text: String, isDayFirst: Bool, moment: Double?) {
        var copy = text
        #expect(copy.withUTF8 { DateText($0)?.moment(isDayFirst: isDayFirst) } == moment)
    }

    @Test func `samples are split by dates with the day first`() throws {
        let rows = (0..<40).map { "\($0 % 28 + 1)/\($0 / 28 + 1)/2024,\($0 * 7 % 11),\($0 % 2)" }
        let data = try MadeData().write((["when,a,label"] + rows).joined(separator: "\n"), as: "t.csv")
        var settings = data.settings("t.csv", target: "label")
        settings.split.time = "when"
        var parts: [SamplePart] = []
        try SampleTable(settings: settings).forEachRow { parts.append($0.part) }
        #expect(parts == parts.sorted { $0.rawValue < $1.rawValue })
        let open = (0..<40).map { "\($0 % 12 + 1)/\($0 % 12 + 1)/20\($0 + 10),\($0 * 7 % 11),\($0 % 2)" }
        let unclear = try MadeData().write((["when,a,label"] + open).joined(separator: "\n"), as: "t.csv")
        let message = unclear.failure("t.csv", target: "label") { $0.split.time = "when" }
        #expect(message.contains("day or the month"))
    }

    @Test(arguments: [
        "action;drama", "['action', 'drama']", "\"action, drama\"", "\"[\"\"action\"\", \"\"drama\"\"]\"",
    ])
    func `several labels are found in any common notation`(both: String) throws {
        let single = both.hasPrefix("\"[") ? "\"[\"\"drama\"\"]\"" : both.hasPrefix("[") ? "['drama']" : "drama"
        let swapped = both.replacing("action", with: "?").replacing("drama", with: "action").replacing(
            "?", with: "drama")
        let third = single.replacing("drama", with: "action")
        let rows = (0..<60).map { "a film with number \($0) in it,\([both, single, swapped, third][$0 % 4])" }
        let text = (["plot,genres"] + rows).joined(separator: "\n")
        let isQuoted = both.hasPrefix("[")
        let data = try MadeData().write(
            isQuoted ? text.replacing(",[", with: ",\"[").replacing("]", with: "]\"") : text, as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.target.target.kind == .multiLabel)
        #expect(table.target.target.names == ["action", "drama"])
        #expect(table.target.counts == [45, 45])
    }

    @Test func `a place with its country is one class`() throws {
        let places = ["Paris, France", "Lyon, France", "Rome, Italy", "Milan, Italy"]
        let table = try table(["size,label"] + (0..<40).map { "\($0),\"\(places[$0 % 4])\"" })
        #expect(table.target.target.kind == .classification && table.target.target.names.count == 4)
    }

    @Test func `titles above the header are skipped and reported`() throws {
        let rows =
            ["Report by ACME,,", "Date: 2024-01-01,,", ",,", "size,weight,label"]
            + (0..<40).map { "\($0),\($0 * 3 % 7),\($0 % 2 == 0 ? "a" : "b")" }
        let table = try table(rows)
        #expect(table.columns.map(\.name) == ["size", "weight", "label"])
        #expect(table.rowCount == 40)
        #expect(table.notes.contains { $0.contains("3 lines of 't.csv' precede") })
    }

    @Test(arguments: ["", "size weight price\n"])
    func `numbers aligned by spaces are a table, but prose is not`(header: String) throws {
        let rows = (0..<40).map {
            "  \($0)   \($0 * 7 % 11)\($0 % 3 == 0 ? "  " : " ") \(Double($0) / 3) \($0 % 2 == 0 ? " " : "")"
        }
        let table = try data.write(header + rows.joined(separator: "\n"), as: "t.txt").table("t.txt")
        #expect(table.form == "table (spaces)" && table.columns.count == 3 && table.rowCount == 40)
        #expect(try numbers(table, table.columns[2].name).first == 0)
        let prose = try MadeData().write((0..<40).map { "a line of \($0) words\n" }.joined(), as: "t.txt")
        #expect(prose.failure("t.txt") != "no failure")
    }

    @Test func `a report contains what is too long for a line`() throws {
        let names = (0..<6).map { "column number \($0)" }
        let rows = (0..<40).map { row in
            names.indices.map { "\(row * ($0 + 3) % 17)" }.joined(separator: ",") + ",\(row % 2)"
        }
        let report = try table([(names + ["label"]).joined(separator: ",")] + rows).report()
        let lines = report.text().split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 80 || $0.contains("/") } && !report.text().contains("left o…"))
    }

    @Test(arguments: ["device", "thing"])
    func `steps of one object stay in one split, or the report says how to do that`(name: String) throws {
        let rows = (0..<400).map {
            "\(name)\($0 / 20),\($0 % 20),\(Double($0 * 7 % 13) / 4),\($0 / 20 % 2 == 0 ? "ok" : "bad")"
        }
        let table = try table(["\(name),time,heat,state"] + rows)
        if name == "device" {
            #expect(table.suggestedGroup == "device")
        } else {
            #expect(table.notes.contains { $0.contains("--group thing") })
        }
    }

    @Test(arguments: [1.0, 1e12])
    func `a number that differs from otherwise equal ones is reported`(odd: Double) throws {
        let table = try table(["a,price"] + (0..<60).map { "\($0),\($0 == 17 ? odd : Double($0 * 13 % 29) / 3)" })
        #expect(table.notes.contains { $0.contains("far from all others") } == (odd > 1))
    }

    @Test func `duplicate column names are distinguished and reported`() throws {
        let table = try table(["a,a,label"] + (0..<30).map { "\($0),\($0 * 7 % 5),\($0 % 2 == 0 ? "x" : "y")" })
        #expect(table.columns.map(\.name) == ["a", "a (2)", "label"])
        #expect(table.notes.contains { $0.contains("'a (2)'") })
    }

    @Test func `a label with a single value is reported, and no other column is learned instead`() throws {
        let message = try MadeData().write(
            (["a,label"] + (0..<30).map { "\($0),p" }).joined(separator: "\n"), as: "t.csv"
        ).failure("t.csv")
        #expect(message.contains("'label' has only one value (p)"))
    }

    @Test func `classes that differ only in case are reported`() throws {
        let table = try table(["a,label"] + (0..<40).map { "\($0),\(["Yes", "no", "yes", "No"][$0 % 4])" })
        #expect(table.notes.contains { $0.contains("4 classes of 'label' differ only in capitalization") })
    }

    @Test func `many classes with two samples each are in every split`() throws {
        let table = try table(
            ["text,label"] + (0..<400).map { "about the thing \($0 / 2) and \($0),thing\($0 / 2)x" })
        #expect(table.counts.validation > 0 && table.counts.test > 0 && table.counts.training >= 200)
    }

    @Test(arguments: [
        #"{"version": 1, "data": [ROWS]}"#, #"{"columns": ["a", "label"], "index": [0], "data": [LISTS]}"#,
        #"{"a": {GROUPA}, "label": {GROUPB}}"#, #"{"a": [LISTA], "label": [LISTB]}"#,
    ])
    func `a single JSON object contains rows or columns`(form: String) throws {
        let all = 0..<30
        func list(_ item: (Int) -> String) -> String { all.map(item).joined(separator: ", ") }
        let text = form.replacing("ROWS", with: list { "{\"a\": \($0), \"label\": \($0 % 2)}" })
            .replacing("LISTS", with: list { "[\($0), \($0 % 2)]" })
            .replacing("GROUPA", with: list { "\"\($0)\": \($0)" })
            .replacing("GROUPB", with: list { "\"\($0)\": \($0 % 2)" })
            .replacing("LISTA", with: list { "\($0)" }).replacing("LISTB", with: list { "\($0 % 2)" })
        let table = try MadeData().write(text, as: "t.json").table("t.json")
        #expect(table.rowCount == 30 && table.columns.map(\.name) == ["a", "label"])
        #expect(table.target.target.names == ["0", "1"])
    }

    @Test(arguments: [
        ("t.xlsx", "a spreadsheet"), ("t.zip", "unpack it"), ("t.db", "a database"), ("t.h5", "numpy.savez"),
        ("t.pkl", "never run"), ("t.arff", "save it as CSV"), ("t.feather", "Parquet"), ("t.mp4", "a video"),
        ("t.jpg", "is one picture"),
    ])
    func `an unsupported form is named, with advice`(name: String, words: String) throws {
        let data = try MadeData().write([0, 1, 2, 3], as: name)
        #expect(data.failure(name).contains(words))
        if name != "t.jpg" { #expect(data.failure().contains(words)) }
    }
}

/// Folders as people collect them.
struct EverydayFolderTests {
    private let picture: [UInt8] = [0xFF, 0xD8, 0xFF]

    private func pictures(_ names: [String]) throws -> MadeData {
        let data = try MadeData()
        for (index, name) in names.enumerated() { try data.write(picture + [UInt8(index % 256)], as: name) }
        return data
    }

    @Test(arguments: ["im3", "im3.jpg", "C:\\old\\im3.jpg"])
    func `a table may name pictures without folder or extension`(form: String) throws {
        let data = try pictures((0..<20).map { "photos/large/im\($0).jpg" })
        let rows = (0..<20).map { "\(form.replacing("3", with: "\($0)")),\($0 % 2 == 0 ? "x" : "y")" }
        try data.write((["id,label"] + rows).joined(separator: "\n"), as: "labels.csv")
        let table = try data.table()
        #expect(table.kinds == ["picture": .image])
        #expect(try table.report().unreadable == 0)
    }

    @Test func `a name that two pictures share is not resolved`() throws {
        let data = try pictures((0..<10).flatMap { ["a/im\($0).jpg", "b/im\($0).jpg"] })
        let finder = FileFinder(data.folder.url.path)
        guard case .nothing(let reason) = finder.find("im1.jpg") else {
            Issue.record("one of two was taken")
            return
        }
        #expect(reason.contains("several files"))
    }

    @Test func `split folders may be called Training and eval, and others are reported`() throws {
        var names: [String] = []
        for (part, count) in [("Training", 10), ("validation", 4), ("eval", 4), ("extra", 3)] {
            for name in ["a", "b"] { names += (0..<count).map { "\(part)/\(name)/\($0).jpg" } }
        }
        let table = try pictures(names).table()
        #expect(table.counts == DatasetRecipe.Counts(training: 20, validation: 8, test: 8))
        #expect(table.notes.contains { $0.contains("'extra' is left out") })
    }

    @Test func `unlabeled samples are not a class`() throws {
        let data = try MadeData()
        for name in ["pos", "neg", "unsup"] {
            for index in 0..<6 { try data.write("film \(index)", as: "train/\(name)/\(index).txt") }
            for index in 0..<3 where name != "unsup" {
                try data.write("film \(index)", as: "test/\(name)/\(index).txt")
            }
        }
        let table = try data.table()
        #expect(table.target.target.names == ["neg", "pos"])
        #expect(table.notes.contains { $0.contains("'train/unsup'") })
    }

    @Test func `folders of network drives are not classes, and other files are counted by extension`() throws {
        let data = try pictures((0..<6).flatMap { ["a/\($0).jpg", "b/\($0).jfif"] })
        try data.write([1], as: "@eaDir/x/SYNO.jpg").write([1], as: "a/9.heic").write([1], as: "b/9.heic")
        let table = try data.table()
        #expect(table.target.target.names == ["a", "b"] && table.sampleCount == 12)
        #expect(table.notes.contains { $0.contains("2 .heic") })
    }

    @Test func `a link to a parent folder adds no file twice`() throws {
        let data = try pictures((0..<6).flatMap { ["a/\($0).jpg", "b/\($0).jpg"] })
        try FileManager.default.createSymbolicLink(
            atPath: data.folder.path("a/loop"), withDestinationPath: "..")
        #expect(try data.table().sampleCount == 12)
    }

    @Test func `an unreadable file is named`() throws {
        let data = try pictures((0..<6).flatMap { ["a/\($0).jpg", "b/\($0).jpg"] }).write([], as: "b/empty.jpg")
        #expect(try data.table().report().unreadableFiles.first?.place == "b/empty.jpg")
    }

    @Test(arguments: [
        (["images/1.jpg", "labels/1.txt"], "YOLO"), (["train/1.jpg", "annotations/instances.json"], "COCO"),
        (["JPEGImages/1.jpg", "Annotations/1.xml"], "Pascal VOC"), (["images/1.jpg", "masks/1.png"], "masks"),
    ])
    func `annotations of objects in pictures are refused by name`(names: [String], form: String) throws {
        #expect(try pictures(names).failure().contains(form))
    }

    @Test func `an archive of class folders is distinguished from shards`() throws {
        try #require(Python.isHere, "needs python3")
        let data = try MadeData()
        try Python.run(
            """
            import io, tarfile
            with tarfile.open('t.tar.gz', 'w:gz') as tar:
                for name in ['photos/cat/1.png', 'photos/cat/2.png', 'photos/dog/1.png']:
                    info = tarfile.TarInfo(name)
                    info.size = 3
                    tar.addfile(info, io.BytesIO(b'abc'))
            """, in: data.folder.url)
        #expect(data.failure("t.tar.gz").contains("unpack it"))
    }

    @Test func `NumPy labels may be one-hot or multi-hot`() throws {
        let python: PythonEnvironment
        do { python = try PythonEnvironment() } catch { try Test.cancel("needs a Python with numpy: \(error)") }
        let folder = try TemporaryDirectory()
        _ = try python.run(
            """
            import numpy as np
            x = np.random.rand(40, 6).astype('f4')
            np.savez('\(folder.url.path)/one.npz', x=x, labels=np.eye(4)[np.arange(40) % 4])
            np.savez('\(folder.url.path)/some.npz', x=x, labels=np.stack([np.arange(40) % 2, np.arange(40) % 3 == 0], 1))
            """)
        let one = try SampleTable(settings: DataSettings(source: folder.path("one.npz"))).target
        #expect(one.target.kind == .classification && one.counts == [10, 10, 10, 10])
        let some = try SampleTable(settings: DataSettings(source: folder.path("some.npz"))).target
        #expect(some.target.kind == .multiLabel && some.counts == [20, 14])
    }
}
