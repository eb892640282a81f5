import Model
import Testing

@testable import DesignerSearch
@testable import DesignerServer

@Suite struct DiagnosticsTests {
    static func learned(_ method: String, crashing probability: Double) throws -> [SearchDecision.Note] {
        let text = scenarioText().replacing("{population: 6,", with: "{method: \(method), population: 6,")
        var driver = try SearchRunTests.Driver(text, order: 1)
        try driver.run(crashing: probability)
        return driver.rows.notes.filter { $0.kind == "scenario.learned" }
    }

    @Test(arguments: ["reinforce", "nao"])
    func `what a searcher has learned is reported once, even after repeated crashes`(method: String) throws {
        let reference = try Self.learned(method, crashing: 0)
        #expect(reference.count >= (method == "nao" ? 2 : 15))
        let trials = reference.compactMap { $0.attributes["trials"].flatMap { Int($0) } }
        #expect(trials == Set(trials).sorted())
        #expect(try Self.learned(method, crashing: 0.3) == reference)
    }

    @Test func `controllers report the entropy of their choices, one for each modality`() throws {
        let notes = try Self.learned("reinforce", crashing: 0)
        for note in notes {
            for name in ["entropy.audio", "entropy.image"] {
                let bits = try #require(note.attributes[name].flatMap(Double.init))
                #expect(bits > 0 && bits <= 2)
            }
        }
    }

    @Test func `an embedding has a point for each trial that it was learned from`() throws {
        let note = try #require(try Self.learned("nao", crashing: 0).last)
        let places = try #require(note.attributes["map"]).split(separator: " ")
        #expect(places.count == note.attributes["trials"].flatMap { Int($0) })
        #expect(Set(places.map { $0.prefix { $0 != ":" } }).count == places.count)
        let ranking = try #require(note.attributes["ranking"].flatMap(Double.init))
        #expect((0.5...1).contains(ranking))
    }
}
