import Foundation
import Model
import Tables
import TestSupport
import Testing

/// The commands for data, and their helper program.
struct DataCommandTests {
    @Test func `look reports what it finds, for people and for programs`() async throws {
        let data = try MadeData().write(madeRows(60), as: "t.csv")
        let gyrus = try GyrusProgram()
        let shown = try await gyrus.run(["datasets", "look", data.folder.path("t.csv")])
        #expect(shown.status == 0, "\(shown.err)")
        #expect(shown.out.contains("target: label (3 classes)"))
        #expect(shown.out.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.contains("/") })
        let json = try await gyrus.run(["datasets", "look", data.folder.path("t.csv"), "--format", "json"])
        let report = try JSONDecoder().decode(DataReport.self, from: Data(json.out.utf8))
        #expect(report.rows == 60 && report.classes.map(\.count) == [20, 20, 20])
    }

    @Test func `new writes a scenario that reads back, and leaves the data alone`() async throws {
        let data = try MadeData().write(madeRows(60), as: "t.csv")
        let gyrus = try GyrusProgram()
        let file = gyrus.folder.appending(path: "made.yaml")
        let made = try await gyrus.run(["new", data.folder.path("t.csv"), "--target", "color", "-o", file.path])
        #expect(made.status == 0, "\(made.err)")
        let settings = try ScenarioFile.dataSettings(try String(contentsOf: file, encoding: .utf8))
        #expect(settings?.target?.columns == ["color"])
        #expect(try await gyrus.run(["new", data.folder.path("t.csv"), "-o", file.path]).status != 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: data.folder.url.path) == ["t.csv"])
    }

    @Test func `a path relative to the working folder is found, and a missing one is named`() async throws {
        let gyrus = try GyrusProgram()
        try Data(madeRows(60).utf8).write(to: gyrus.folder.appending(path: "here.csv"))
        #expect(try await gyrus.run(["datasets", "look", "here.csv"]).status == 0)
        let missing = try await gyrus.run(["datasets", "look", "hear.csv"])
        #expect(missing.status != 0)
        #expect(missing.err.contains("Did you mean 'here.csv'?"))
    }

    @Test func `a scenario with data in the registry contains only its name`() throws {
        #expect(try ScenarioFile.addedDataset("scenario: a\ndata: {dataset: birds@2}\n") == "birds@2")
        #expect(try ScenarioFile.addedDataset("scenario: a\ndata: {source: birds.csv}\n") == nil)
        let settled = #expect(throws: Failure.self) {
            try ScenarioFile.addedDataset("scenario: a\ndata: {dataset: birds}\ntarget: {column: sex}\n")
        }
        #expect(settled?.message.contains("was fixed when 'birds' was added") == true)
        let unasked = #expect(throws: Failure.self) { try ScenarioFile("scenario: a\ndata: {dataset: birds}\n") }
        #expect(unasked?.message.contains("data.dataset") == true)
    }

    @Test func `a name that the registry does not allow is refused before data is read`() async throws {
        let refused = try await GyrusProgram().run(["datasets", "add", "my birds", "nowhere.csv"])
        #expect(refused.status != 0)
        #expect(refused.err.contains("1 to 64 letters") && !refused.err.contains("nowhere"))
    }
}
