import Foundation
import Model
import Tables
import Testing

/// Users' Parquet files, compared with their README.
@Suite(.enabled(if: OwnData.isHere, OwnData.reason))
struct OwnParquetTests {
    @Test func `districts have nine Parquet columns and a house value`() throws {
        let table = try OwnData.table("housing", target: "median_house_value")
        #expect(table.form == "table (Parquet)")
        #expect(table.sampleCount == 12_000)
        #expect(table.target.target.kind == .regression)
        #expect(table.columns(of: "table").count == 9)
        #expect(table.columns.first { $0.name == "ocean_proximity" }?.kind == .category)
        #expect(table.columns.first { $0.name == "total_bedrooms" }?.missing ?? 0 > 0)
        #expect(table.columns.first { $0.name == "median_house_value" }?.maximum == 500_001)
    }

    @Test func `utterances are series of unequal length with twelve channels`() throws {
        let table = try OwnData.table("vowels")
        #expect(table.sampleCount == 270)
        #expect(table.target.target.names.count == 9)
        #expect(table.kinds == ["series": .series])
        var lengths: Set<Int> = []
        try table.forEachRow { sample in
            let shape = sample.cell(table.modalities[0].columns[0]).numbers?.shape ?? []
            #expect(shape.count == 2 && shape.last == 12)
            lengths.insert(shape.first ?? 0)
        }
        #expect(lengths.min() == 7 && lengths.max() == 26)
    }

    @Test func `findings in every set are read back from the drafted scenario`() throws {
        let sets = try FileManager.default.contentsOfDirectory(
            at: OwnData.folder, includingPropertiesForKeys: [.isDirectoryKey])
        let names = try sets.filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
            .map(\.lastPathComponent).filter { $0 != "models" && !$0.hasPrefix("licen") }
        #expect(names.count >= 21)
        for name in names.sorted() {
            let table = try OwnData.table(name)
            let report = try table.report()
            let text = ScenarioDraft(report).text
            let settings = try #require(try ScenarioFile.dataSettings(text, file: name), "\(text)")
            #expect(settings == report.settings.withShares, "\(name)\n\(text)")
            let again = try SampleTable(settings: settings)
            #expect(again.kinds == table.kinds)
            #expect(again.target.target.names == table.target.target.names)
            #expect(again.sampleCount == table.sampleCount)
            #expect(again.suggestedGroup == nil)
            let lines = report.text().split(separator: "\n")
            #expect(lines.allSatisfy { $0.count <= 80 || $0.contains(name) }, "\(report.text())")
        }
    }
}

extension DataSettings {
    /// With the shares that a draft writes out.
    var withShares: DataSettings {
        var settings = self
        settings.split.validation = settings.split.validation ?? 0.15
        settings.split.test = settings.split.test ?? 0.15
        return settings
    }
}
