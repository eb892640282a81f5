import Foundation
import Model
import Networks
import Testing

@testable import Search

@Suite struct StructureAlphabetTests {
    static func scenario(
        _ inputs: [String: InputSignature], structures: [String]? = nil, outputs: [String] = ["a", "b", "c"]
    ) -> Scenario {
        let data = PreparedData(
            id: String(repeating: "0", count: 64), name: "own", inputs: inputs,
            target: Target(.classification, names: outputs), samples: .init(training: 80, validation: 10, test: 10))
        return Scenario(name: "s", data: .prepared(data), search: .init(structures: structures))
    }

    static let image = InputSignature(kind: .image, shape: [3, 32, 32])
    static let text = InputSignature(kind: .text, shape: [64], vocabulary: 2_000)
    static let table = InputSignature(kind: .table, shape: [8], categories: [3, 5])
    static let series = InputSignature(kind: .series, shape: [2, 200])

    static func names(
        _ modality: String, _ scenario: Scenario, _ engaged: EngagedAreas = .init(activated: [])
    ) throws -> [String] {
        try StructureAlphabet(scenario, engaged: engaged).families(for: modality).map(\.name)
    }

    @Test func `a gene has the families that can read its modality`() throws {
        let scenario = Self.scenario([
            "photo": Self.image, "note": Self.text, "facts": Self.table, "pulse": Self.series,
        ])
        #expect(
            try Self.names("photo", scenario) == [
                "LeNet3", "LeNet5", "MediumNet", "SparseNet", "ResNet", "MobileNet", "DenseNet", "ConvNeXt",
            ])
        #expect(
            try Self.names("note", scenario) == [
                "TF-IDF", "fastText", "TextCNN", "DAN", "BiGRU", "Transformer", "CharCNN",
            ])
        #expect(try Self.names("facts", scenario) == ["MLP", "MLP-PLR", "ResNet-MLP", "Linear", "FT-Transformer"])
        #expect(try Self.names("pulse", scenario) == ["InceptionTime", "TCN", "GRU"])
    }

    @Test func `activated areas of the brain decide which families are included, with the reason`() throws {
        let scenario = Self.scenario(["photo": Self.image])
        let digits = EngagedAreas(activated: ["vision", "vision.shape"])
        let feelings = EngagedAreas(activated: ["vision", "vision.face", "emotion"])
        #expect(try !Self.names("photo", scenario, digits).contains("mini-Xception"))
        #expect(try Self.names("photo", scenario, feelings).contains("mini-Xception"))
        let spaces = try [digits, feelings].map { try NetworkSpace(scenario, engaged: $0).space }
        #expect(spaces[0] != spaces[1])
        let choices = try StructureAlphabet(scenario, engaged: digits).choices(for: "photo")
        let face = try #require(choices.first { $0.family == "mini-Xception" })
        #expect(!face.isIn && face.reason == "serves emotion, not activated")
        #expect(choices.first { $0.family == "ResNet" }?.reason == "reads a picture; serves vision")
        #expect(choices.first { $0.family == "ResNet18" }?.reason == "used only if search.structures names it")
    }

    @Test func `structures of other areas are excluded unless the scenario names them`() throws {
        let engaged = EngagedAreas(excluded: ["photo": ["LeNet3", "ResNet"]])
        let names = try Self.names("photo", Self.scenario(["photo": Self.image]), engaged)
        #expect(!names.contains("LeNet3") && !names.contains("ResNet") && names.contains("LeNet5"))
        #expect(
            try Self.names("photo", Self.scenario(["photo": Self.image], structures: ["LeNet3"]), engaged) == ["LeNet3"]
        )
        let all = EngagedAreas(excluded: ["photo": Set(StructureFamily.all.map(\.name))])
        let failure = #expect(throws: Failure.self) {
            try NetworkSpace(Self.scenario(["photo": Self.image]), engaged: all)
        }
        #expect(
            failure?.message.hasPrefix("modalities.photo: no structure is left") == true, "\(failure?.message ?? "")")
    }

    @Test func `a scenario can name structures for modalities, or exclude some`() throws {
        let inputs = ["photo": Self.image, "note": Self.text]
        let named = Self.scenario(inputs, structures: ["ViT", "ResNet18"])
        #expect(try Self.names("photo", named) == ["ViT", "ResNet18"])
        #expect(try Self.names("note", named).first == "TF-IDF")
        let without = Self.scenario(inputs, structures: ["-LeNet3", "-TextCNN"])
        #expect(try Self.names("photo", without).first == "LeNet5")
        #expect(try !Self.names("note", without).contains("TextCNN"))
        for (wrong, message) in [
            ("-LeNet4", "search.structures: unknown choice 'LeNet4'."),
            ("GRU", "search.structures: GRU reads series, waveform, but the scenario has no such modality."),
        ] {
            let failure = #expect(throws: Failure.self) {
                try NetworkSpace(Self.scenario(inputs, structures: [wrong]))
            }
            #expect(failure?.message.hasPrefix(message) == true, "\(failure?.message ?? "")")
        }
    }

    /// The time is printed but not checked, because machines differ.
    @Test func `a candidate of the largest family is proposed and checked`() throws {
        let picture = InputSignature(kind: .image, shape: [3, 224, 224])
        for name in ["DenseNet121", "ResNet50", "ViT-Tiny"] {
            var search = Scenario.Search(structures: [name], widths: [1])
            search.optimizers = ["adam"]
            var scenario = Self.scenario(["photo": picture])
            scenario.search = search
            let space = try NetworkSpace(scenario)
            let genome = try #require(space.space.genome(at: 0))
            // Processor time, because other tests run at the same time.
            let start = processorTime(), turns = 10
            for _ in 0..<turns {
                let candidate = try space.candidate(genome)
                #expect(space.isAllowed(genome) && candidate.parameters > 1_000_000)
            }
            print("\(name): a candidate takes \((processorTime() - start) / turns / 1000) µs")
        }
    }

    @Test func `every candidate with several kinds of data is valid and its cost is known`() throws {
        let scenario = Self.scenario(["photo": Self.image, "note": Self.text, "facts": Self.table])
        let space = try NetworkSpace(scenario)
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<30 {
            let genome = space.space.random(using: &generator)
            let candidate = try space.candidate(genome)
            #expect(try candidate.network.outputShape == [3])
            let limits = Scenario.Limits(parameters: candidate.parameters, operations: candidate.operations)
            var limited = scenario
            limited.limits = limits
            #expect(try NetworkSpace(limited).isAllowed(genome), "\(candidate.title)")
            limited.limits.parameters = candidate.parameters - 1
            #expect((try? NetworkSpace(limited).isAllowed(genome)) != true, "\(candidate.title)")
        }
    }
}

/// Processor time of this thread in nanoseconds.
private func processorTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
