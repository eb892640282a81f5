import KnowledgeAttention
import KnowledgeClient
import Model
import Testing

/// Pretrained models and structures with fresh weights, ranked together.
@Suite(.serialized) struct StructureChoiceTests {
    private static let names = ["strong", "strong fine-tuned", "weak", "ResNet", "LeNet3"]

    private static func view(_ title: String, _ model: String, _ evidence: Double) -> PreparedView {
        PreparedView(
            modality: "photo", title: title, category: "EfficientNet", model: model, width: 20, parameters: 4_000,
            milliseconds: 7, scores: ["logme": evidence, "h-score": evidence], reference: ["logme": 0, "h-score": 0])
    }

    private static var data: ScenarioData {
        var data = PreparedData(
            id: String(repeating: "0", count: 64), name: "own",
            inputs: [
                "photo": InputSignature(kind: .image, shape: [3, 32, 32]),
                "note": InputSignature(kind: .text, shape: [32], vocabulary: 500),
            ],
            target: Target(.classification, names: ["a", "b"]), samples: .init(training: 80, validation: 10, test: 10))
        data.views = [
            "View1": view("strong", "s", 0.3), "View2": view("strong fine-tuned", "s", 0.3),
            "View3": view("weak", "w", -0.3),
        ]
        return .prepared(data)
    }

    private static func choices() async throws -> [StructureChoice] {
        try await StructureChoice.all(named: names, of: "photo", in: data) { model in
            guard model == "s" else { return nil }
            return try ArtificialCode(
                "strong; vision; feature-extraction; EfficientNet; ImageNet; 4M; 70%; SGD; PyTorch1.6")
        }
    }

    private static func features(_ number: Int) -> ScenarioFeatures {
        ScenarioFeatures(task: "classification", datasets: ["image": "d\(number)"], numbers: ["samples": 100])
    }

    private static func order(_ ranker: ModelRanker, _ choices: [StructureChoice]) throws -> [RankedStructure] {
        let ranked = try ranker.rank(
            for: features(100), space: ModelKey.pretrained, candidates: choices.map(\.candidate))
        return ranked.sorted { $0.weight > $1.weight }.compactMap { model in
            choices.first { $0.candidate.key == model.model.key }.map { RankedStructure(name: $0.name, ranked: model) }
        }
    }

    @Test func `a model counts once, and fresh structures have the scores of the raw samples`() async throws {
        let choices = try await Self.choices()
        #expect(choices.map(\.name) == ["strong", "weak", "ResNet", "LeNet3"])
        #expect(choices.map(\.candidate.key) == [.model("s"), .model("w"), .fresh("ResNet"), .fresh("LeNet3")])
        #expect(choices.map(\.candidate.isPretrained) == [true, true, false, false])
        #expect(choices.map { $0.candidate.scores["logme"] } == [0.3, -0.3, 0, 0])
    }

    @Test func `without outcomes the scores of features decide, and say so`() async throws {
        let ranked = try Self.order(ModelRanker(), try await Self.choices())
        #expect(ranked.first?.name == "strong" && ranked.last?.name == "weak")
        #expect(
            ranked.first?.reason == "LogME of its features 0.3, H-score of its features 0.3, trained on imagenet, "
                + "4M parameters, not yet tried")
        #expect(ranked[1].reason.hasPrefix("LogME of the raw samples 0.0") && !ranked[1].isKnown)
    }

    @Test func `outcomes in similar scenarios outweigh scores that mislead`() async throws {
        let choices = try await Self.choices()
        var ranker = ModelRanker()
        for number in 0..<12 {
            // Whatever their scores, LeNet3 does best and the strong features worst.
            let outcomes = zip(choices, [0.1, 0.4, 0.6, 0.9]).map {
                ScenarioOutcomes.Outcome(model: $0.candidate, objective: $1)
            }
            ranker.remember(
                ScenarioOutcomes(
                    id: UInt64(number), features: Self.features(number), space: ModelKey.pretrained,
                    outcomes: outcomes))
            if let training = ranker.training() { ranker.take(try training.learn()) }
        }
        let ranked = try Self.order(ranker, choices)
        #expect(ranked.first?.name == "LeNet3" && ranked.first?.isKnown == true)
        #expect(ranked.first?.reason.contains("tried in 12 scenarios") == true)
    }

    @Test func `a modality is known by its kind, and has only its own statistics`() {
        var features = ScenarioFeatures(
            task: "classification", datasets: ["photo": "own", "note": "own"],
            numbers: ["classes": 2, "data.photo.contrast": 0.5, "data.note.contrast": 0.7, "data.classes": 2])
        features = features.of("photo", in: Self.data)
        #expect(features.datasets == ["image": "own"])
        #expect(features.numbers == ["classes": 2, "data.image.contrast": 0.5, "data.classes": 2])
    }
}
