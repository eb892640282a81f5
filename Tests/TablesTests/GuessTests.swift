import Foundation
import Model
import Tables
import Testing

/// What is inferred from common tables.
struct GuessTests {
    @Test func `a table of numbers without a header has its target in the column with few whole numbers`() throws {
        let rows = (0..<80).map { row in
            (["\(row % 2 * 2 - 1)"] + (0..<40).map { "\(Double((row * 31 + $0 * 17) % 97) / 7)" }).joined(
                separator: "\t")
        }
        let data = try MadeData().write(rows.joined(separator: "\n"), as: "series.tsv")
        let table = try data.table("series.tsv")
        #expect(table.target.target.names == ["-1", "1"])
        #expect(table.kinds == ["series": .series])
        #expect(table.columns.first { $0.kind == .series }?.width == 40)
    }

    @Test func `columns of 0 and 1 next to a text are labels`() throws {
        let rows = (0..<60).map { "\"comment \($0) says, so much\",\($0 % 2),\($0 % 3 == 0 ? 1 : 0)" }
        let data = try MadeData().write("text,rude,loud\n" + rows.joined(separator: "\n"), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.target.target.kind == .multiLabel)
        #expect(table.target.target.names == ["rude", "loud"])
        #expect(table.target.counts == [30, 20])
    }

    @Test func `separators between labels are recognized`() throws {
        let rows = (0..<60).map { "a film with number \($0) in it,\($0 % 2 == 0 ? "drama" : "drama|comedy")" }
        let data = try MadeData().write("plot,genres\n" + rows.joined(separator: "\n"), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.target.target.names == ["comedy", "drama"])
        var several = 0
        try table.forEachRow { if case .labels(let labels) = $0.answer, labels.count == 2 { several += 1 } }
        #expect(several == 30)
    }

    @Test func `files without extension in class folders are texts if they look like it`() throws {
        let data = try MadeData()
        for index in 0..<8 {
            try data.write("From: me\nnews \(index)", as: "\(index % 2 == 0 ? "sci" : "rec")/\(100 + index)")
        }
        let table = try data.table()
        #expect(table.kinds == ["text": .text])
        var texts: [String] = []
        try table.forEachRow { texts.append(try $0.text(table.modalities[0].columns[0]) ?? "") }
        #expect(texts.count == 8 && texts.allSatisfy { $0.hasPrefix("From: me\nnews") })
    }

    @Test func `numbers that restart in every folder are not groups`() throws {
        let data = try MadeData()
        for part in ["train", "test"] {
            for name in ["neg", "pos"] {
                for index in 0..<9 { try data.write("text", as: "\(part)/\(name)/\(index)_\(index % 3).txt") }
            }
        }
        #expect(try data.table().suggestedGroup == nil)
    }

    @Test func `a column without a title gets a name, and a row counter is not an input`() throws {
        let rows = (0..<60).map { "\($0),\(Double($0 * 7 % 13) / 3),\($0 % 2 == 0 ? "x" : "y")" }
        let data = try MadeData().write(",a,target\n" + rows.joined(separator: "\n"), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.columns.map(\.name) == ["column1", "a", "target"])
        #expect(table.columns(of: "table") == ["a"])
    }

    @Test func `settings define modalities, and networks read no other columns`() throws {
        let data = try MadeData().write(madeRows(60), as: "t.csv")
        var settings = data.settings("t.csv", target: "label")
        settings.modalities = ["only": DataSettings.Modality(columns: ["size"], kind: .table)]
        let table = try SampleTable(settings: settings)
        #expect(table.columns(of: "only") == ["size"])
        #expect(table.columns[1].role == .left("is in no modality"))
        settings.modalities = ["only": DataSettings.Modality(columns: ["sise"], kind: .table)]
        let failure = #expect(throws: Failure.self) { try SampleTable(settings: settings) }
        #expect(failure?.message.contains("Did you mean 'size'?") == true)
    }

    @Test func `a draft survives names with quotes, colons, line breaks and every script`() throws {
        let names = ["größe: \"x\"", "名前", "a, b", "true", "it's #1", "back\\slash", "42"]
        let header = (names + ["label"]).map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",")
        let rows = (0..<60).map { row in
            (names.indices.map { "\(Double((row * 13 + $0 * 7) % 31) / 4)" } + [row % 2 == 0 ? "a: 'b'" : "#c"])
                .joined(separator: ",")
        }
        let data = try MadeData().write(header + "\n" + rows.joined(separator: "\n"), as: "wild 'name' : x.csv")
        let table = try data.table("wild 'name' : x.csv")
        let text = ScenarioDraft(try table.report()).text
        let settings = try #require(try ScenarioFile.dataSettings(text))
        #expect(settings.modalities?["table"]?.columns == names)
        #expect(try SampleTable(settings: settings).target.target.names == ["#c", "a: 'b'"])
    }
}

/// Which column is inferred to be the target, for any position and name.
struct TargetGuessTests {
    /// A table with columns of the given names, whose values depend on a letter: `m` measured, `c` one of three words,
    /// `b` one of two, `k` a number from 1 to 4, `q` a whole number from 3 to 9, `i` a name of the row, `t` a text, `p`
    /// the path of a picture, `f` 0 or 1.
    private static func table(_ columns: [(name: String, letter: Character)], rows: Int = 120) -> String {
        func value(_ letter: Character, _ row: Int, _ column: Int) -> String {
            let mixed = (row * 37 + column * 101) % 1_009
            return switch letter {
            case "m": "\(Double(mixed * 13 % 997) / 8)"
            case "c": ["red", "green", "blue"][mixed % 3]
            case "b": ["yes", "no"][mixed % 2]
            case "k": "\(1 + mixed % 4)"
            case "q": "\(3 + mixed % 7)"
            case "i": "\(1_000 + row * 3)"
            case "t": "what happened on day \(mixed) of it"
            case "p": "pictures/\(row).png"
            default: "\(mixed % 2)"
            }
        }
        let lines = (0..<rows).map { row in
            columns.enumerated().map { value($1.letter, row, $0) }.joined(separator: ",")
        }
        return ([columns.map(\.name).joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
    }

    /// Names and letters, separated by spaces: `size:m color:c`.
    private static func columns(_ text: String) -> [(name: String, letter: Character)] {
        text.split(separator: " ").map { part in
            let halves = part.split(separator: ":")
            return (String(halves[0]).replacing("~", with: " "), halves[1].first ?? "m")
        }
    }

    @Test(
        arguments: [
            // With a name, at any position.
            ("label:c a:m b:m", ["label"]), ("a:m class:k b:m", ["class"]), ("a:m b:m y:m", ["y"]),
            ("id:i a:m b:m target:m", ["target"]), ("species:c island:c mass:m year:k", ["species"]),
            ("a:m b:m SalePrice:m", ["SalePrice"]), ("median_income:m house_value:m coast:c", ["house_value"]),
            ("survived:f class:c fare:m alone:b", ["survived"]),
            ("carat:m cut:c price:m x:m y:m z:m", ["price"]), ("mpg:m cylinders:k origin:c", ["mpg"]),
            ("age:m marital~status:c job:c over:b", ["over"]),
            // Without a name: by position, or as the only one of its kind.
            ("a:m b:m wohin:c", ["wohin"]), ("wohin:c a:m b:m", ["wohin"]),
        ])
    func `one column is the target`(text: String, expected: [String]) throws {
        let data = try MadeData().write(Self.table(Self.columns(text)), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.target.columns.map { table.columns[$0].name } == expected)
        #expect(table.target.guess?.contains("guessed") == true)
    }

    @Test(
        arguments: [
            ("picture:p red:q white:k blue:q", "red white blue"),
            ("picture:p red~count:q white~count:q", "red~count white~count"),
            ("text:t rude:f loud:f", "rude loud"), ("a:k b:k y1:m y2:m", "y1 y2"),
            ("a:k b:k c:k heating~load:m cooling~load:m", "heating~load cooling~load"),
            ("a:k b:k c:k warm:m cold:m", "warm cold"),
            ("warm:m cold:m a:k b:k c:k", "warm cold"), ("a:m target_x:m target_y:m", "target_x target_y"),
        ])
    func `several columns are the target`(text: String, expected: String) throws {
        let data = try MadeData().write(Self.table(Self.columns(text)), as: "t.csv")
        let table = try data.table("t.csv")
        let names = expected.split(separator: " ").map { String($0).replacing("~", with: " ") }
        #expect(table.target.columns.map { table.columns[$0].name } == names)
    }

    @Test func `a column of categories among measured ones, and another column last, is refused with both`() throws {
        let data = try MadeData().write(Self.table(Self.columns("a:m team:c b:m c:m")), as: "t.csv")
        let message = data.failure("t.csv")
        #expect(message.contains("Cannot tell which column"))
        #expect(message.contains("'team' (category, 3 different values)") && message.contains("'c' (number"))
        #expect(message.contains("--target COLUMN"))
        #expect(try data.table("t.csv", target: "team").target.target.names == ["blue", "green", "red"])
    }

    @Test(arguments: [("quality", Target.Kind.regression), ("grade", .regression), ("label", .classification)])
    func `whole numbers from 3 to 9 are amounts unless the column is called a label`(
        name: String, kind: Target.Kind
    ) throws {
        let data = try MadeData().write(Self.table(Self.columns("a:m b:m \(name):q")), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.target.target.kind == kind)
        #expect(table.target.guess?.contains("different whole numbers") == true)
    }

    @Test func `numbers that count up from 1 are classes`() throws {
        let data = try MadeData().write(Self.table(Self.columns("a:m b:m wohin:k")), as: "t.csv")
        #expect(try data.table("t.csv").target.target.names == ["1", "2", "3", "4"])
    }

    @Test func `a copy of the target is left out, but a linear function of it is not`() throws {
        let rows = (0..<60).map { row -> String in
            let value = Double(row * 7 % 61) / 4
            return "\(value),\(2 * value + 1),\(row % 5),\(value)"
        }
        let data = try MadeData().write("copy,double,noise,y\n" + rows.joined(separator: "\n"), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.columns(of: "table") == ["double", "noise"])
        #expect(table.notes.contains { $0.contains("'copy' is equal to 'y'") })
    }

    @Test func `a scale of whole numbers is not a leak, codes of the class are, and a single input stays`() throws {
        let rows = (0..<90).map { row in "\(row % 10),\(row % 10 > 4 ? 7 : 3),\(row % 10 > 4 ? "heavy" : "light")" }
        let data = try MadeData().write("size,code,label\n" + rows.joined(separator: "\n"), as: "t.csv")
        #expect(try data.table("t.csv").columns(of: "table") == ["size"])
        let lone = rows.map { $0.split(separator: ",").dropFirst().joined(separator: ",") }
        try data.write("code,label\n" + lone.joined(separator: "\n"), as: "u.csv")
        let table = try data.table("u.csv")
        #expect(table.columns(of: "table") == ["code"])
        #expect(table.notes.contains { $0.contains("there is nothing else") })
    }
}

/// Rows that belong together stay in one split.
struct GroupGuessTests {
    private static func rows(_ name: String, _ value: (Int) -> String, count: Int = 200) -> String {
        "\(name),size,label\n"
            + (0..<count).map { "\(value($0)),\(Double($0 * 7 % 31) / 4),\(["a", "b"][$0 % 2])\n" }.joined()
    }

    private func parts(_ table: SampleTable, _ column: String) throws -> [String: Set<SamplePart>] {
        var parts: [String: Set<SamplePart>] = [:]
        let index = try table.column(column, key: "test")
        try table.forEachRow { parts[$0.cell(index).description, default: []].insert($0.part) }
        return parts
    }

    @Test(arguments: ["speaker", "patient_id", "Subject", "user id"])
    func `a column that names speakers or patients keeps its rows together`(name: String) throws {
        let data = try MadeData().write(Self.rows(name, { "\($0 % 23 + 100)" }), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.suggestedGroup == name)
        #expect(try parts(table, name).values.allSatisfy { $0.count == 1 })
        #expect(table.columns(of: "table") == ["size"])
        #expect(table.foundSettings.split.group == name)
    }

    @Test(arguments: ["person_age", "blood group", "size_of_group", "height"])
    func `columns that only resemble groups by name are inputs`(name: String) throws {
        let data = try MadeData().write(Self.rows(name, { "\($0 % 23 + 100)" }), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.suggestedGroup == nil)
        #expect(table.columns(of: "table").contains(name))
    }

    @Test func `rows are split individually by default, or if there are too few groups`() throws {
        let data = try MadeData().write(Self.rows("speaker", { "s\($0 % 23)" }), as: "t.csv")
        var settings = data.settings("t.csv")
        settings.split.group = "none"
        let table = try SampleTable(settings: settings)
        #expect(table.suggestedGroup == nil)
        #expect(try parts(table, "speaker").values.contains { $0.count > 1 })
        #expect(table.foundSettings.split.group == "none")
        try data.write(Self.rows("speaker", { "s\($0 % 3)" }), as: "u.csv")
        let few = try data.table("u.csv")
        #expect(few.suggestedGroup == nil)
        #expect(few.notes.contains { $0.contains("only 3 different values") && $0.contains("group: speaker") })
    }

    @Test func `rows about one picture stay together`() throws {
        let data = try MadeData()
        try data.write(Self.rows("picture", { "pictures/\($0 % 40).png" }), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.suggestedGroup == "picture")
        #expect(table.kinds["picture"] == .image)
        #expect(try parts(table, "picture").values.allSatisfy { $0.count == 1 })
    }

    @Test(arguments: ["labels.csv", "steps.csv", ""])
    func `labels and the steps of their series are joined, whichever file is given`(name: String) throws {
        let data = try MadeData()
        let labels = (0..<30).map { "r\($0),\(["walk", "run"][$0 % 2])\n" }.joined()
        let steps = (0..<30).flatMap { key in (0..<9).map { "r\(key),\($0),\(Double(key * $0 % 7) / 2),\($0 % 3)\n" } }
            .joined()
        try data.write("key,activity\n" + labels, as: "labels.csv")
        try data.write("key,time,a,b\n" + steps, as: "steps.csv")
        let table = try data.table(name)
        #expect(table.kinds == ["series": .series])
        #expect(table.target.target.names == ["run", "walk"])
        #expect(table.sampleCount == 30)
    }
}
