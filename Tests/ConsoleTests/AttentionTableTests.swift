import Brain
import DesignerClient
import Testing

@testable import ConsoleServer

@Suite struct AttentionTableTests {
    private static func explained(
        _ structures: [ScenarioExplanation.Structure], _ ranking: [ScenarioExplanation.RankedStructure]
    ) throws -> ScenarioExplanation {
        let resolver = Resolver(AreaMap(computedFrom: .shipped), digest: AtlasFiles.shipped.digest)
        return ScenarioExplanation(
            explanation: try resolver.explain(.init(stimuli: ["see pictures"])), structures: structures,
            ranking: ranking)
    }

    private static func ranked(_ name: String, _ weight: Double) -> ScenarioExplanation.RankedStructure {
        .init(
            modality: "picture", name: name, isPretrained: name == "encoder", weight: weight, scores: [:], outcomes: 0,
            similarity: 0, reason: "not yet tried")
    }

    @Test func `structures are listed by attention, with pretrained models, and those left out come last`() throws {
        let explained = try Self.explained(
            [
                .init(modality: "picture", name: "LeNet5", isSearched: true, reason: "serves vision"),
                .init(modality: "picture", name: "ViT", isSearched: false, reason: "must be named"),
            ], [Self.ranked("encoder", 0.7), Self.ranked("LeNet5", 0.3)])
        let values = AttentionTable.structures(explained)
        let rows = try #require(values["rows"] as? [[String: Any]])
        #expect(rows.map { $0["structure"] as? String } == ["encoder", "LeNet5", "ViT"])
        #expect(rows.map { $0["searched"] as? String } == ["yes", "yes", "no"])
        #expect(rows.map { $0["weight"] as? String } == ["0.700", "0.300", "–"])
        #expect(values["isEmpty"] as? Bool == false)
    }

    @Test func `without attention, the searched structures still come first`() throws {
        let explained = try Self.explained(
            [
                .init(modality: "picture", name: "ViT", isSearched: false, reason: "must be named"),
                .init(modality: "picture", name: "LeNet5", isSearched: true, reason: "serves vision"),
            ], [])
        let rows = try #require(AttentionTable.structures(explained)["rows"] as? [[String: Any]])
        #expect(rows.map { $0["structure"] as? String } == ["LeNet5", "ViT"])
        #expect(AttentionTable.structures(try Self.explained([], []))["isEmpty"] as? Bool == true)
    }

    @Test func `an unknown order of attention is a note`() throws {
        var explained = try Self.explained([], [])
        explained.unknown = "the knowledge service does not answer"
        let values = AttentionTable.values(.success(explained))
        #expect(values["note"] as? String == "Unknown, because the knowledge service does not answer.")
    }
}
