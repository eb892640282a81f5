import Model
import Networks
import Testing

@testable import Search

@Suite struct `Pretrained networks in a search` {
    private static let input = "View1a2b3c4d_photo"

    private static func view(_ evidence: Double?, reference: Double? = -0.2) -> PreparedView {
        PreparedView(
            modality: "photo", title: "efficientnet-lite0", category: "EfficientNet", model: "m", width: 20,
            parameters: 4_000_000, milliseconds: 7, scores: evidence.map { ["logme": $0] } ?? [:],
            reference: reference.map { ["logme": $0] } ?? [:])
    }

    private static func scenario(_ view: PreparedView, limits: Scenario.Limits = .init()) -> Scenario {
        var scenario = StructureAlphabetTests.scenario(["photo": StructureAlphabetTests.image])
        if case .prepared(var data) = scenario.data {
            data.views = [input: view]
            scenario.data = .prepared(data)
        }
        scenario.limits = limits
        return scenario
    }

    @Test func `features with more evidence than the samples themselves are tried first`() throws {
        let names = try StructureAlphabetTests.names("photo", Self.scenario(Self.view(0.3)))
        #expect(names.first == "efficientnet-lite0" && names.contains("ResNet"))
        #expect(try NetworkSpace(Self.scenario(Self.view(0.3))).promising == ["photo": ["efficientnet-lite0"]])
        let choices = try StructureAlphabet(Self.scenario(Self.view(0.3))).choices(for: "photo")
        #expect(
            choices.first?.reason
                == "pretrained, frozen: 20 features with LogME 0.3, more than -0.2 for the raw samples")
    }

    @Test func `features with less evidence are tried last`() throws {
        let scenario = Self.scenario(Self.view(-0.3))
        #expect(try StructureAlphabetTests.names("photo", scenario).last == "efficientnet-lite0")
        #expect(try NetworkSpace(scenario).promising.isEmpty)
    }

    @Test(arguments: [true, false])
    func `a fine-tuned network precedes its original if it is better`(_ isBetter: Bool) throws {
        var tuned = Self.view(0.3)
        tuned.title = "efficientnet-lite0 fine-tuned"
        tuned.tuning = Tuning(
            metric: "accuracy", before: 0.8, after: isBetter ? 0.9 : 0.8, isBetter: isBetter, bestEpoch: 3, epochs: 5,
            weights: 100, rank: nil, seconds: 9)
        var scenario = Self.scenario(Self.view(0.3))
        if case .prepared(var data) = scenario.data {
            // Its name would put it after the other one.
            data.views?["View9f9f9f9f_photo"] = tuned
            scenario.data = .prepared(data)
        }
        let names = try StructureAlphabetTests.names("photo", scenario)
        let order = ["efficientnet-lite0 fine-tuned", "efficientnet-lite0"]
        #expect(names.first == (isBetter ? order[0] : order[1]))
        #expect(isBetter ? names[1] == order[1] : names.last == order[0])
        let reason = try StructureAlphabet(scenario).choices(for: "photo").first { $0.family == order[0] }?.reason
        #expect(
            reason == "pretrained, fine-tuned: validation accuracy \(isBetter ? 0.9 : 0.8), "
                + "\(isBetter ? "better" : "no better") than 0.8 with only a new head")
    }

    @Test func `a candidate reads the view instead of the modality, and includes the frozen network's costs`() throws {
        let space = try NetworkSpace(Self.scenario(Self.view(nil)))
        let genome = try #require(space.fusions(in: ["photo"], preferring: space.promising).first)
        let candidate = try space.candidate(genome)
        #expect(candidate.network.inputs == [.init(name: Self.input, shape: [20])])
        #expect(candidate.title.hasPrefix("photo: efficientnet-lite0×0.5"))
        #expect(candidate.parameters == 4_000_000 + 20 * 3 + 3 && candidate.frozenMilliseconds == 7)
        #expect(candidate.optimizers.first?.branch == Self.input + ".")
        #expect(candidate.areas == ["vision"] && candidate.category == "EfficientNet")
    }

    @Test func `features of a text encoder are used like any others`() throws {
        var view = Self.view(0.3)
        (view.modality, view.title) = ("note", "MiniLM")
        let texts = InputSignature(kind: .text, shape: [32], vocabulary: 500)
        var scenario = StructureAlphabetTests.scenario(["note": texts])
        if case .prepared(var data) = scenario.data {
            data.views = ["View1a2b3c4d_note": view]
            scenario.data = .prepared(data)
        }
        let space = try NetworkSpace(scenario)
        let genome = try #require(space.fusions(in: ["note"], preferring: space.promising).first)
        #expect(try space.candidate(genome).network.inputs == [.init(name: "View1a2b3c4d_note", shape: [20])])
        #expect(try StructureAlphabetTests.names("note", scenario).contains("TextCNN"))
    }

    @Test func `a limit of parameters includes those of the frozen network`() throws {
        let space = try NetworkSpace(
            Self.scenario(Self.view(0.3), limits: .init(parameters: 1_000_000)))
        for genome in space.fusions(in: ["photo"], preferring: space.promising) {
            #expect(try space.candidate(genome).network.inputs.map(\.name) == ["photo"])
        }
    }
}
