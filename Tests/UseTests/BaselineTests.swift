import DesignerClient
import Foundation
import HelperProcesses
import Model
import ServingSupport
import TestSupport
import Testing

@testable import gyrus

@Suite struct BaselineTests {
    /// The helper program's results on a table of these lines.
    private func baselines(
        _ lines: [String], inputs: [String], kind: ModalityKind, target: Target.Kind, objective: Metric
    ) throws -> [String: Baseline] {
        let folder = try TemporaryDirectory()
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: folder.file("rows.csv"))
        let settings = DataSettings(
            source: folder.path("rows.csv"), target: .init(columns: ["answer"], kind: target),
            modalities: ["facts": .init(columns: inputs, kind: kind)])
        let data = folder.path("data.safetensors")
        _ = try MadePackage.prepare(settings, to: data)
        let helper = try HelperProcess("gyrus-baseline", [data, objective.name])
        var baselines: [String: Baseline] = [:]
        while let line = try helper.line() {
            let message = try JSONDecoder().decode(BaselineMessage.self, from: Data(line.utf8))
            if let failure = message.failure { throw failure }
            if let baseline = message.baseline { baselines[baseline.name] = baseline }
        }
        return baselines
    }

    @Test func `boosted trees learn what no linear model can, and both are judged on the test split`() throws {
        var generator = SplitMix64(seed: 5)
        let lines = (0..<600).map { _ in
            let (a, b) = (Int(generator.next() % 100), Int(generator.next() % 100))
            return "\(a).5,\(b).5,\(["red", "blue"][a % 2]),\((a < 50) == (b < 50) ? "same" : "other")"
        }
        let found = try baselines(
            ["a,b,color,answer"] + lines, inputs: ["a", "b", "color"], kind: .table, target: .classification,
            objective: .accuracy)
        let test = Metric.accuracy.name(on: "test")
        let values = found.mapValues { $0.metrics[test] ?? 0 }
        #expect(found.count == 3)
        #expect(try #require(values["boosted trees"]) > 0.9)
        #expect(try #require(values["linear model"]) < 0.7)
        #expect((0.4...0.65).contains(try #require(values["always the same answer"])))
        #expect(try #require(found["linear model"]?.metrics[Metric.error(of: test)]) > 0)
    }

    @Test func `a linear model learns a sum of numbers and categories`() throws {
        var generator = SplitMix64(seed: 6)
        let lines = (0..<400).map { _ in
            let (a, city) = (Double(generator.next() % 1_000) / 10, Int(generator.next() % 3))
            return "\(a),\(["Rome", "Oslo", "Lima"][city]),\(3 * a + [0, 100, -50][city])"
        }
        let found = try baselines(
            ["a,city,answer"] + lines, inputs: ["a", "city"], kind: .table, target: .regression, objective: .r2)
        #expect(try #require(found["linear model"]?.metrics["test-r2"]) > 0.98)
        #expect(abs(try #require(found["always the same answer"]?.metrics["test-r2"])) < 0.2)
    }

    @Test func `a linear model classifies texts by their words`() throws {
        var generator = SplitMix64(seed: 7)
        let words = ["good", "great", "fine", "bad", "poor", "awful"]
        let lines = (0..<300).map { row in
            let own = words[row % 2 * 3 + Int(generator.next() % 3)]
            return "the \(own) film of day \(generator.next() % 50),\(["praise", "blame"][row % 2])"
        }
        let found = try baselines(
            ["note,answer"] + lines, inputs: ["note"], kind: .text, target: .classification, objective: .accuracy)
        #expect(try #require(found["linear model"]?.metrics["test-accuracy"]) > 0.95)
    }

    @Test func `a file that is not prepared data is refused with the reason`() throws {
        let folder = try TemporaryDirectory()
        try Data("no tensors".utf8).write(to: folder.file("x.safetensors"))
        let helper = try HelperProcess("gyrus-baseline", [folder.path("x.safetensors"), "accuracy"])
        let line = try #require(try helper.line())
        let message = try JSONDecoder().decode(BaselineMessage.self, from: Data(line.utf8))
        #expect(message.failure?.message.contains("x.safetensors") == true)
    }

    @Test(arguments: [
        (0.95, "The network is better"), (0.90, "does about as well"), (0.80, "A simple model is better"),
    ])
    func `a report says whether the winner is better than simple models`(accuracy: Double, verdict: String) throws {
        let simple = Baseline(
            name: "linear model",
            metrics: ["validation-accuracy": 0.9, "test-accuracy": 0.9, "test-accuracy-error": 0.01], samples: 100)
        let weak = Baseline(
            name: "always the same answer", metrics: ["validation-accuracy": 0.5, "test-accuracy": 0.99], samples: 100)
        let best = try ExportTests.trial(0, accuracy: accuracy)
        let page = ReportPage(
            status: try ExportTests.status(best), trials: [best], manifest: nil, baselines: [weak, simple], command: "")
        #expect(page.html.contains(verdict))
        #expect(page.html.contains("linear model"))
    }

    @Test func `a report says what the search adds to the best choice without a search`() throws {
        let trials = [
            try ExportTests.trial(0, accuracy: 0.7, purpose: .backbone(modality: "image")),
            try ExportTests.trial(1, accuracy: 0.8, purpose: .baseline),
            try ExportTests.trial(2, accuracy: 0.85),
            try ExportTests.trial(3, accuracy: 0.9, purpose: .final(of: 2)),
            try ExportTests.trial(4, accuracy: 0.82, purpose: .final(of: 1)),
        ]
        func page(_ best: Trial, _ trials: [Trial]) throws -> String {
            ReportPage(
                status: try ExportTests.status(best), trials: trials, manifest: nil, baselines: [], command: ""
            ).html
        }
        // The product's own test score, 0.82, and the errors of both, 0.01 each.
        #expect(try page(trials[3], trials).contains("the search adds 8.00 ± 1.41 % on the test split."))
        #expect(try page(trials[4], trials).contains("The search adds nothing"))
        #expect(try !page(trials[3], [trials[2], trials[3]]).contains("the search adds"))
    }
}
