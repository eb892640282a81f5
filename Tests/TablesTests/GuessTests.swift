import Foundation
import Model
import Tables
import Testing

/// What is guessed of tables as they are found everywhere.
struct GuessTests {
    @Test func `a table of numbers without a header has its answer in the column of few whole numbers`() throws {
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

    @Test func `columns of 0 and 1 beside a text are labels`() throws {
        let rows = (0..<60).map { "\"comment \($0) says, so much\",\($0 % 2),\($0 % 3 == 0 ? 1 : 0)" }
        let data = try MadeData().write("text,rude,loud\n" + rows.joined(separator: "\n"), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.target.target.kind == .multiLabel)
        #expect(table.target.target.names == ["rude", "loud"])
        #expect(table.target.counts == [30, 20])
    }

    @Test func `marks between labels part them`() throws {
        let rows = (0..<60).map { "a film with number \($0) in it,\($0 % 2 == 0 ? "drama" : "drama|comedy")" }
        let data = try MadeData().write("plot,genres\n" + rows.joined(separator: "\n"), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.target.target.names == ["comedy", "drama"])
        var several = 0
        try table.forEachRow { if case .labels(let labels) = $0.answer, labels.count == 2 { several += 1 } }
        #expect(several == 30)
    }

    @Test func `files without endings in class folders are texts where they look like it`() throws {
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

    @Test func `numbers that every folder counts anew are no groups`() throws {
        let data = try MadeData()
        for part in ["train", "test"] {
            for name in ["neg", "pos"] {
                for index in 0..<9 { try data.write("text", as: "\(part)/\(name)/\(index)_\(index % 3).txt") }
            }
        }
        #expect(try data.table().suggestedGroup == nil)
    }

    @Test func `a column without a title gets a name, and one that counts rows is no input`() throws {
        let rows = (0..<60).map { "\($0),\(Double($0 * 7 % 13) / 3),\($0 % 2 == 0 ? "x" : "y")" }
        let data = try MadeData().write(",a,target\n" + rows.joined(separator: "\n"), as: "t.csv")
        let table = try data.table("t.csv")
        #expect(table.columns.map(\.name) == ["column1", "a", "target"])
        #expect(table.columns(of: "table") == ["a"])
    }

    @Test func `settings name modalities, and columns that are in none reach no network`() throws {
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
