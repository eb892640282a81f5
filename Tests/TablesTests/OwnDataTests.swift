import Foundation
import Model
import Tables
import Testing

/// What `look` finds in users' datasets, compared with their README.
@Suite(.enabled(if: OwnData.isHere, OwnData.reason))
struct OwnDataTests {
    @Test func `requests of bank customers are text in 77 classes`() throws {
        let table = try OwnData.table("bank-queries")
        #expect(table.kinds == ["text": .text])
        #expect(table.target.target.kind == .classification)
        #expect(table.target.target.names.count == 77)
        #expect(table.sampleCount == 10_003)
        #expect(table.target.counts.min() == 35 && table.target.counts.max() == 187)
    }

    @Test func `all messages are read without a header and with quotes in the text`() throws {
        let table = try OwnData.table("sms")
        #expect(table.sampleCount == 4_146)
        #expect(table.target.target.names == ["ham", "spam"])
        #expect(table.kinds == ["text": .text])
        #expect(table.notes.contains { $0.contains("has no header") })
    }

    @Test func `Chinese reviews are text, not row names`() throws {
        let table = try OwnData.table("reviews-zh")
        #expect(table.sampleCount == 8_000)
        #expect(table.kinds == ["text": .text])
        #expect(table.target.target.names == ["negative", "positive"])
        #expect(table.target.counts == [4_000, 4_000])
    }

    @Test func `texts in class folders are files of text`() throws {
        let table = try OwnData.table("languages")
        #expect(table.form == "class folders of texts")
        #expect(table.sampleCount == 1_800)
        #expect(table.target.target.names.count == 12)
        #expect(table.kinds == ["text": .text])
        #expect(table.suggestedGroup == nil)
    }

    @Test func `lists of feelings are multiple labels`() throws {
        let table = try OwnData.table("feelings")
        #expect(table.sampleCount == 8_000)
        #expect(table.target.target.kind == .multiLabel)
        #expect(table.target.target.names.count == 28)
        #expect(table.target.counts[table.target.target.names.firstIndex(of: "grief") ?? 0] == 14)
        #expect(table.kinds == ["text": .text])
    }

    @Test func `voices are sound, text and columns, and the speaker is a group`() throws {
        let table = try OwnData.table("voices")
        #expect(table.sampleCount == 492)
        #expect(table.target.target.names.count == 6)
        #expect(table.kinds == ["audio": .audio, "text": .text, "table": .table])
        #expect(Set(table.columns(of: "table")) == ["sex", "age"])
        #expect(table.suggestedGroup == "speaker")
    }

    @Test func `clothes are pictures in ten classes`() throws {
        let table = try OwnData.table("clothes")
        #expect(table.sampleCount == 1_125)
        #expect(table.target.target.names.count == 10)
        let counts = Dictionary(uniqueKeysWithValues: zip(table.target.target.names, table.target.counts))
        #expect(counts["skirt"] == 41 && counts["t-shirt"] == 289)
        #expect(table.kinds == ["picture": .image])
        #expect(table.suggestedGroup == nil)
    }

    @Test func `folders named 0 to 9 are classes`() throws {
        let table = try OwnData.table("signs")
        #expect(table.sampleCount == 800)
        #expect(table.target.target.kind == .classification)
        #expect(table.target.target.names == (0...9).map(String.init))
        #expect(table.target.counts == Array(repeating: 80, count: 10))
        #expect(table.suggestedGroup == nil)
    }

    @Test func `pictures of skin have additional columns, missing values, and lesions as groups`() throws {
        let table = try OwnData.table("skin")
        #expect(table.sampleCount == 2_000)
        #expect(table.target.target.names.count == 7)
        #expect(table.target.counts.min() == 21)
        #expect(table.kinds == ["picture": .image, "table": .table])
        #expect(Set(table.columns(of: "table")) == ["age", "sex", "site"])
        #expect(table.suggestedGroup == "lesion")
        #expect(table.columns.contains { $0.missing > 0 })
    }

    @Test func `cell counts are a regression with three targets`() throws {
        let table = try OwnData.table("blood")
        #expect(table.sampleCount == 274)
        #expect(table.target.target.kind == .regression)
        #expect(table.target.target.names == ["red", "white", "platelets"])
        #expect(table.target.target.means?.count == 3)
        #expect(table.kinds == ["picture": .image])
    }

    @Test func `commands are sounds in class folders, and file names give the speaker`() throws {
        let table = try OwnData.table("commands")
        #expect(table.sampleCount == 528)
        #expect(table.target.target.names.count == 8)
        #expect(table.kinds == ["audio": .audio])
        #expect(table.suggestedGroup == "prefix")
    }

    @Test func `a column that reveals the class is left out and reported`() throws {
        let table = try OwnData.table("surroundings")
        #expect(table.sampleCount == 251)
        #expect(table.target.target.names.count == 5)
        #expect(table.kinds == ["audio": .audio])
        #expect(table.notes.contains { $0.contains("'sound'") && $0.contains("modalities") })
    }

    @Test func `stamps are a picture, two texts and a sound`() throws {
        let table = try OwnData.table("stamps")
        #expect(table.sampleCount == 516)
        #expect(table.target.target.names.count == 12)
        #expect(
            table.kinds
                == ["picture": .image, "description": .text, "description_fr": .text, "audio": .audio])
        #expect(table.target.counts.min() == 11 && table.target.counts.max() == 110)
    }

    @Test func `incomes are a table of 14 columns`() throws {
        let table = try OwnData.table("incomes")
        #expect(table.sampleCount == 12_000)
        #expect(table.target.target.names == ["<=50K", ">50K"])
        #expect(table.kinds == ["table": .table])
        #expect(table.columns(of: "table").count == 14)
        #expect(table.columns.first { $0.name == "country" }?.kind == .category)
        #expect(table.columns.first { $0.name == "age" }?.kind == .number)
    }

    @Test func `wine has semicolons, and its quality is a number, or classes on request`()
        throws
    {
        let classes = try OwnData.table("wine", target: "quality", kind: .classification)
        #expect(classes.target.target.names == (3...9).map(String.init))
        #expect(classes.columns.count == 12)
        let table = try OwnData.table("wine")
        #expect(table.sampleCount == 2_971)
        #expect(table.target.target.kind == .regression)
        #expect(table.columns(of: "table").count == 11)
    }

    @Test func `buildings have two targets`() throws {
        let table = try OwnData.table("energy")
        #expect(table.sampleCount == 576)
        #expect(table.target.target.kind == .regression)
        #expect(table.target.target.names == ["heating", "cooling"])
        #expect(table.columns(of: "table").count == 8)
    }

    @Test func `the species of penguins is found by the column's name, and NA is missing`() throws {
        let table = try OwnData.table("penguins")
        #expect(table.sampleCount == 258)
        #expect(table.target.target.names == ["Adelie", "Chinstrap", "Gentoo"])
        #expect(table.columns(of: "table").count == 7)
        #expect(table.columns.first { $0.name == "sex" }?.missing ?? 0 > 0)
    }

    @Test func `numbered columns of a heartbeat are one series, and a class has two samples`() throws {
        let table = try OwnData.table("heartbeats")
        #expect(table.sampleCount == 375)
        #expect(table.kinds == ["series": .series])
        #expect(table.columns.first { $0.kind == .series }?.width == 140)
        #expect(table.target.target.names.count == 5)
        #expect(table.target.counts.min() == 2)
        #expect(table.notes.contains { $0.contains("fewer than 3 samples") })
    }

    @Test func `readings are joined with labels, and are series with six channels`() throws {
        let table = try OwnData.table("motions")
        #expect(table.sampleCount == 40)
        #expect(table.target.target.names == ["badminton", "running", "standing", "walking"])
        #expect(table.kinds == ["series": .series])
        let series = table.modalities[0].columns[0]
        var shapes: Set<[Int]> = []
        try table.forEachRow { shapes.insert($0.cell(series).numbers?.shape ?? []) }
        #expect(shapes == [[100, 6]])
    }
}
