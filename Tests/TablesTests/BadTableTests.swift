import Foundation
import Model
import Tables
import Testing

/// Tables that are not as they should be: a clear failure, or counted rows with the first one named.
struct BadTableTests {
    @Test func `a missing target is answered with the existing columns, nearest first`() throws {
        let data = try MadeData().write(madeRows(30), as: "t.csv")
        let message = data.failure("t.csv", target: "lable")
        #expect(message.contains("Did you mean 'label'?"))
        #expect(message.contains("Columns: label, size, color"))
    }

    @Test func `rows without a target are left out and counted`() throws {
        let text = "size,label\n1,\n" + (0..<20).map { "\($0),\($0 % 2 == 0 ? "a" : "b")\n" }.joined() + "7,NA\n"
        let data = try MadeData().write(text, as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.rowsWithoutTarget == 2)
        #expect(table.notes.contains { $0.contains("2 of 22 rows") && $0.contains("t.csv, row 1") })
        var rows = 0
        try table.forEachRow { _ in rows += 1 }
        #expect(rows == 20)
    }

    @Test func `targets that are not finite numbers are left out`() throws {
        let text = "x,y\n" + (0..<40).map { "\($0),\(Double($0) / 3)\n" }.joined() + "1,inf\n2,NaN\n3,-inf\n"
        let data = try MadeData().write(text, as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.target.target.kind == .regression)
        #expect(table.rowsWithoutTarget == 3)
        #expect(table.notes.contains { $0.contains("3 of 43 rows") && $0.contains("t.csv, row 41") })
    }

    @Test(arguments: ["1e999", "Infinity", "NaN", "-Infinity"])
    func `targets in JSON Lines that are not finite are left out`(number: String) throws {
        let lines = (0..<40).map { #"{"x": \#($0), "y": \#($0 == 6 ? number : "\($0).25")}"# }
        let table = try MadeData().write(lines.joined(separator: "\n"), as: "t.jsonl").table("t.jsonl", target: "y")
        #expect(table.target.target.kind == .regression)
        #expect(table.rowsWithoutTarget == 1)
        #expect(table.notes.contains { $0.contains("1 of 40 rows") && $0.contains("t.jsonl, row 7") }, "\(table.notes)")
    }

    @Test func `a label with leading zeros stays text`() throws {
        let text = "x,label\n" + (0..<40).map { "\($0),\($0 % 2 == 0 ? "007" : "042")\n" }.joined()
        let data = try MadeData().write(text, as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.target.target.names == ["007", "042"])
    }

    @Test func `labels that are equal as numbers but written differently are different classes`() throws {
        let names = ["7", "007", "07"]
        let text = "x,label\n" + (0..<60).map { "\($0 % 11),\(names[$0 % 3])\n" }.joined()
        let data = try MadeData().write(text, as: "t.csv")
        let table = try data.table("t.csv")
        #expect(Set(table.target.target.names) == Set(names))
        #expect(table.target.counts == [20, 20, 20])
        // The report reads the file again.
        let report = try table.report().text()
        withExtendedLifetime(data) { #expect(!report.contains("7 to 7")) }
    }

    @Test func `texts in a target of numbers are left out, counted and named`() throws {
        let text =
            "x,price\n" + (0..<60).map { "\($0 % 11),\($0 == 41 || $0 == 50 ? "oops" : "\($0).5")\n" }.joined()
        let table = try MadeData().write(text, as: "t.csv").table("t.csv")
        #expect(table.target.target.kind == .regression)
        #expect(table.rowsWithoutTarget == 2)
        #expect(table.notes.contains { $0.contains("2 of 60 rows") && $0.contains("t.csv, row 42") })
        #expect(table.notes.contains { $0.contains("t.csv, row 42 has 'oops'") })
    }

    @Test func `a target of numbers and many texts is classes, and said to be guessed`() throws {
        let text =
            "x,label\n" + (0..<60).map { "\($0 % 11),\(["1", "2", "none so far"][$0 % 3])\n" }.joined()
        let table = try MadeData().write(text, as: "t.csv").table("t.csv")
        #expect(table.target.target.names == ["1", "2", "none so far"])
        #expect(table.target.guess?.contains("'label'") == true)
    }

    @Test func `more classes than can be learned are refused`() throws {
        let text = "x,label\n" + (0..<10_400).map { "\($0 % 17),name\($0)x\n" }.joined()
        let message = try MadeData().write(text, as: "t.csv").failure("t.csv", target: "label")
        #expect(message.contains("different values, but at most 10000 classes are possible"))
    }

    @Test(arguments: ["label", "category", "species", "kind"])
    func `a column that seems to be the target but has too many classes is named`(name: String) throws {
        let text = "x,\(name)\n" + (0..<36_000).map { "\($0 % 17),name \($0 % 12_000)x\n" }.joined()
        let message = try MadeData().write(text, as: "t.csv").failure("t.csv")
        #expect(message.contains("The column '\(name)' seems to be the target"))
        #expect(message.contains("at most 10000 classes are possible"))
    }

    @Test func `a column with too many classes does not stop the guess of a likelier one`() throws {
        let text =
            "category,x,label\n" + (0..<36_000).map { "name \($0 % 12_000)x,\($0 % 17),\($0 % 2)\n" }.joined()
        let table = try MadeData().write(text, as: "t.csv").table("t.csv")
        #expect(table.target.columns.map { table.columns[$0].name } == ["label"])
    }

    @Test func `texts among numbers count as missing and are reported`() throws {
        let text = "x,label\n" + (0..<60).map { "\($0 == 41 ? "oops" : "\($0)"),\($0 % 2)\n" }.joined()
        let data = try MadeData().write(text, as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.columns[0].kind == .number)
        #expect(table.notes.contains { $0.contains("t.csv, row 42 has 'oops'") })
    }

    @Test func `many rows of another length are refused, and a few are counted`() throws {
        let few = "a,label\n" + (0..<60).map { $0 == 9 ? "1,x,2\n" : "\($0),\($0 % 2)\n" }.joined()
        let data = try MadeData().write(few, as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.rowCount == 59)
        #expect(table.notes.contains { $0.contains("row 10 has 3 fields, but there are 2 columns") })
        let many = "a,label\n" + (0..<60).map { $0 % 3 == 0 ? "1\n" : "\($0),\($0 % 2)\n" }.joined()
        let message = try MadeData().write(many, as: "t.csv").failure("t.csv")
        #expect(message.contains("20 of 60 rows") && message.contains("unreadable"))
    }

    @Test(arguments: ["a,label\n", "", "\n\n"])
    func `a table without rows is refused`(text: String) throws {
        let message = try MadeData().write(text, as: "t.csv").failure("t.csv")
        #expect(message.contains("no rows") || message.contains("0 bytes"))
    }

    @Test func `duplicate names are refused`() throws {
        let data = try MadeData().write(madeRows(30), as: "t.csv")
        #expect(data.failure("t.csv") { $0.columns = ["a", "a", "label"] }.contains("two columns called 'a'"))
    }

    @Test func `fewer rows than splits are refused`() throws {
        let message = try MadeData().write("a,label\n1,x\n3,y\n", as: "t.csv").failure("t.csv")
        #expect(message.contains("too few rows: 2"))
    }

    @Test func `a file with the wrong extension is identified`() throws {
        let message = try MadeData().write([0x89, 0x50, 0x4E, 0x47, 1, 2, 3], as: "t.csv").failure("t.csv")
        #expect(message.contains("a picture (PNG)"))
    }

    @Test func `UTF-16 with a byte order mark is read, and without one is identified`() throws {
        let text = "größe,label\n" + (0..<30).map { "\($0),\($0 % 2 == 0 ? "käse" : "brot")\n" }.joined()
        let little = text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let data = try MadeData().write([0xFF, 0xFE] + little, as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.columns.map(\.name) == ["größe", "label"])
        #expect(table.target.target.names == ["brot", "käse"])
        let bare = try MadeData().write(little, as: "t.csv")
        #expect(bare.failure("t.csv").contains("encoding: utf-16le"))
        #expect(bare.failure("t.csv") { $0.encoding = "utf-16le" } == "no failure")
    }

    @Test func `Latin-1 is refused with the row, unless the settings name it`() throws {
        let text = "x,label\n" + (0..<30).map { "\($0),\($0 % 2 == 0 ? "k#se" : "brot")\n" }.joined()
        let data = try MadeData().write(text.utf8.map { $0 == 35 ? 0xE4 : $0 }, as: "t.csv")
        let message = data.failure("t.csv")
        #expect(message.contains("row") && message.contains("0xe4") && message.contains("windows-1252"))
        var settings = data.settings("t.csv")
        settings.encoding = "latin-1"
        #expect(try SampleTable(settings: settings).target.target.names == ["brot", "käse"])
        #expect(data.failure("t.csv") { $0.encoding = "klingon" }.contains("unknown encoding 'klingon'"))
    }

    @Test func `a byte order mark is not part of a name`() throws {
        let data = try MadeData().write([0xEF, 0xBB, 0xBF] + Array(madeRows(30).utf8), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.columns[0].name == "size")
    }

    @Test func `numbers with commas are numbers if semicolons separate columns`() throws {
        let text = "größe;label\n" + (0..<40).map { "\($0),5;\($0 % 2 == 0 ? "a" : "b")\n" }.joined()
        let data = try MadeData().write(text, as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.columns[0].kind == .number)
        var first: Double?
        try table.forEachRow { if first == nil { first = $0.number(0) } }
        #expect(first == 0.5)
    }

    @Test func `a single class is refused`() throws {
        let text = "x,label\n" + (0..<30).map { "\($0),a\n" }.joined()
        #expect(try MadeData().write(text, as: "t.csv").failure("t.csv", target: "label").contains("only one value"))
    }

    @Test func `equal rows are counted within and across splits, and with other targets`() throws {
        var text = "word,part,label\n"
        for index in 0..<40 { text += "word number \(index) of many,train,\(index % 2 == 0 ? "a" : "b")\n" }
        for index in 40..<60 { text += "word number \(index) of many,test,\(index % 2 == 0 ? "a" : "b")\n" }
        text += "word number 1 of many,test,b\nword number 3 of many,train,a\n"
        let data = try MadeData().write(text, as: "t.csv")
        var settings = data.settings("t.csv", target: "label")
        settings.split.column = "part"
        settings.split.validation = 0.1
        let report = try SampleTable(settings: settings).report()
        #expect(report.samples.test == 21)
        #expect(report.duplicates.across >= 1)
        #expect(report.duplicates.within + report.duplicates.across == 2)
        #expect(report.duplicates.contradicting == 2)
    }

    @Test func `ten thousand classes are learned, each by its name`() throws {
        let text = "text,label\n" + (0..<30_000).map { "what is said of thing \($0) here,n\($0 % 10_000)\n" }.joined()
        let table = try MadeData().write(text, as: "t.csv").table("t.csv")
        #expect(table.target.target.names.count == 10_000)
        #expect(table.counts.training == 10_000 && table.counts.validation == 10_000)
    }

    @Test func `class names can be in any script, and different Unicode forms are one class`() throws {
        let names = ["القط", "собака", "猫", "คน", "🐟", "ñandú", "אבג", "a b"]
        let data = try MadeData()
        for name in names { for index in 0..<6 { try data.write("text \(index)", as: "\(name)/\(index).txt") } }
        let table = try data.table()
        #expect(Set(table.target.target.names) == Set(names))
        #expect(table.target.counts == Array(repeating: 6, count: names.count))
    }

    @Test func `names of columns and values can be in any script`() throws {
        let columns = ["مقاس", "顏色", "🎯 label"]
        let text =
            columns.joined(separator: ",") + "\n"
            + (0..<60).map { "\($0 % 7),\(["红", "नीला"][$0 % 2]),\(["é", "e\u{301}t", "👩‍👩‍👧"][$0 % 3])\n" }.joined()
        let table = try MadeData().write(text, as: "бетле.csv").table("бетле.csv")
        #expect(table.columns.map(\.name) == columns)
        #expect(Set(table.target.target.names) == ["é", "ét", "👩‍👩‍👧"])
        #expect(table.kinds == ["table": .table])
    }

    @Test func `rows without a group are not grouped with each other`() throws {
        let rows = (0..<200).map {
            "\($0 < 60 ? "" : "s\($0 % 20)"),\(Double($0 * 7 % 31) / 4),\(["a", "b"][$0 % 2])\n"
        }
        let data = try MadeData().write("speaker,size,label\n" + rows.joined(), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.suggestedGroup == "speaker")
        var parts: Set<SamplePart> = []
        try table.forEachRow { if $0.cell(0) == .missing { parts.insert($0.part) } }
        #expect(parts == Set(SamplePart.allCases))
    }
}
