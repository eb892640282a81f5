import Answers
import DesignerClient
import Foundation
import Model
import ServingSupport
import TestSupport
import Testing

@testable import gyrus

/// Files that other programs read.
@Suite(.timeLimit(.minutes(5))) struct ExportTests {
    @Test func `the checksum is CRC-32C`() {
        #expect(CRC32C.of(Data("123456789".utf8)) == 0xe306_9283)
        #expect(CRC32C.of(Data(count: 32)) == 0x8a91_36aa)
    }

    static func status(_ best: Trial?) throws -> ScenarioStatus {
        ScenarioStatus(
            id: try ScenarioID("0123456789ab"), name: "shapes <1>", state: .succeeded, trials: 2, endedTrials: 2,
            best: best, failure: nil, published: Date(timeIntervalSince1970: 1_000),
            ended: Date(timeIntervalSince1970: 1_090), model: nil, text: "scenario: shapes\n")
    }

    static func trial(_ number: Int, accuracy: Double, purpose: TrialPurpose = .candidate) throws -> Trial {
        Trial(
            id: try TrialID("0123456789ab/\(number)"), state: .succeeded, genome: "g", purpose: purpose,
            origin: "random", networkName: "MLP, wide", code: "c", objective: accuracy,
            metrics: [
                "validation-accuracy": accuracy, "test-accuracy": accuracy, "test-accuracy-error": 0.01,
                "parameters": 1_234,
            ])
    }

    @Test func `a TensorBoard run has each epoch's metrics in records with correct checksums`() throws {
        let folder = try TemporaryDirectory()
        var history = TrialHistory()
        for step in 1...3 {
            history.take(
                Event(
                    sequence: UInt64(step), time: Date(timeIntervalSince1970: 1_000 + Double(step)), service: "trainer",
                    kind: "task.progress", subject: "0123456789ab/7/train",
                    attributes: ["step": "\(step)", "metric.loss": "\(1 / Double(step))"]), of: "0123456789ab")
        }
        let export = TrialExport(status: try Self.status(nil), trials: [try Self.trial(7, accuracy: 0.5)])
        try export.write(tensorBoard: folder.url, history)
        let files = try FileManager.default.contentsOfDirectory(
            at: folder.file("trial-0007"), includingPropertiesForKeys: nil)
        var rest = try Data(contentsOf: try #require(files.first))
        var records: [Data] = []
        func masked(_ data: Data) -> UInt32 {
            let sum = CRC32C.of(data)
            return (sum >> 15 | sum << 17) &+ 0xa282_ead8
        }
        func take(_ count: Int) -> Data {
            defer { rest = Data(rest.dropFirst(count)) }
            return Data(rest.prefix(count))
        }
        while !rest.isEmpty {
            let head = take(8)
            #expect(take(4).withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) } == masked(head))
            let record = take(Int(head.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }))
            #expect(take(4).withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) } == masked(record))
            records.append(record)
        }
        #expect(records.count == 5)
        #expect(records[0].range(of: Data("brain.Event:2".utf8)) != nil)
        #expect(records[1...3].allSatisfy { $0.range(of: Data("epoch/loss".utf8)) != nil })
        #expect(records[4].range(of: Data("result/test-accuracy".utf8)) != nil)
    }

    @Test func `TensorBoard's reader finds each epoch and the result`() throws {
        let folder = try TemporaryDirectory()
        var history = TrialHistory()
        for step in 1...3 {
            history.take(
                Event(
                    sequence: UInt64(step), time: Date(timeIntervalSince1970: 1_000 + Double(step)), service: "trainer",
                    kind: "task.progress", subject: "0123456789ab/7/train",
                    attributes: ["step": "\(step)", "metric.loss": "\(1 / Double(step))"]), of: "0123456789ab")
        }
        let export = TrialExport(status: try Self.status(nil), trials: [try Self.trial(7, accuracy: 0.5)])
        try export.write(tensorBoard: folder.url, history)
        let output = try Self.python(
            """
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            run = EventAccumulator(sys.argv[2] + "/trial-0007")
            run.Reload()
            print(*sorted(run.Tags()["scalars"]))
            print(*(f"{each.step}:{each.value:.4f}:{each.wall_time:.0f}" for each in run.Scalars("epoch/loss")))
            print(f"{run.Scalars('result/test-accuracy')[0].value:.2f}")
            """, library: "tensorboard==2.20.0", folder.url.path)
        let lines = output.split(separator: "\n")
        #expect(lines[0].contains("epoch/loss") && lines[0].contains("result/validation-accuracy"), "\(output)")
        #expect(lines[1...] == ["1:1.0000:1001 2:0.5000:1002 3:0.3333:1003", "0.50"])
    }

    /// Runs a program with a package that is installed separately.
    private static func python(_ program: String, library: String, _ argument: String) throws -> String {
        let (environment, folder): (PythonEnvironment, String)
        do {
            (environment, folder) = (try PythonEnvironment(), try PythonEnvironment.folder(of: library))
        } catch {
            try Test.cancel("there is no Python with \(library): \(error)")
        }
        return try environment.run("import sys; sys.path.insert(0, sys.argv[1])\n" + program, folder, argument)
    }

    @Test func `Hugging Face reads the card's metrics, license and task`() throws {
        let made = try MadePackage.table(target: .init(columns: ["kind"], kind: .classification))
        let answers = AnswerFile(
            target: Target(.classification, names: ["a", "b|c"]), count: 9, samples: [0, 3, 5],
            outputs: [2, 1, 0, 3, 4, 1], classes: [0, 1, 1])
        let card = ModelCard(
            made.manifest, title: "skin: \"first\"", facts: [("found by", "Gyrus")],
            metrics: ["test-accuracy": 0.75, "test-macro-f1": 0.7], license: "Apache-2.0", answers: answers)
        let text = card.text
        #expect(text.contains("3 test samples, drawn from 9"))
        #expect(
            text.contains("| truth ↓ answer → | a | b\\|c |\n| --- | --- | --- |\n| a | 1 | 0 |\n| b\\|c | 1 | 1 |"))
        let folder = try TemporaryDirectory()
        try Data(text.utf8).write(to: folder.file("card.md"))
        let output = try Self.python(
            """
            from huggingface_hub import ModelCard
            data = ModelCard.load(sys.argv[2]).data
            print(data.model_name, data.license, data.library_name, data.pipeline_tag, *data.tags)
            for result in data.eval_results:
                print(result.metric_type, result.metric_name, result.metric_value, result.dataset_split)
            """, library: "huggingface_hub==0.36.0", folder.path("card.md"))
        #expect(
            output.split(separator: "\n") == [
                "skin: \"first\" apache-2.0 pytorch tabular-classification gyrus table", "accuracy accuracy 0.75 test",
                "f1 macro-f1 0.7 test",
            ])
    }

    @Test func `a card says what training and search cost, and whether energy was measured`() throws {
        let made = try MadePackage.table(target: .init(columns: ["kind"], kind: .classification))
        func card(_ trials: [[String: Double]]) -> String {
            ModelCard(made.manifest, title: "made", facts: [], metrics: trials[0], search: TrainingCost(trials)).text
        }
        let first = ["seconds": 2.0, "processor-seconds": 3.5, "energy-joules": 70]
        let all = card([first, ["seconds": 4, "processor-seconds": 4, "energy-joules": 2_930], ["parameters": 3]])
        #expect(all.contains("|  | this network | the whole search, 2 trainings |"))
        #expect(all.contains("| training time | 2.0 s | 6.0 s |\n| processor time | 3.5 s | 7.5 s |"))
        #expect(all.contains("| energy | 0.07 kJ | 3.00 kJ |") && all.contains("(RAPL) report, divided among programs"))
        let some = card([first, ["seconds": 4, "processor-seconds": 4]])
        #expect(some.contains("| energy | 0.07 kJ | not measured |") && some.contains("could not be measured"))
    }

    @Test func `trials are a table with a column for each metric`() throws {
        let folder = try TemporaryDirectory()
        let export = TrialExport(status: try Self.status(nil), trials: [try Self.trial(0, accuracy: 0.25)])
        try export.write(to: folder.file("t.csv"))
        let lines = try String(contentsOf: folder.file("t.csv"), encoding: .utf8).split(separator: "\n")
        #expect(lines[0].hasSuffix("origin,parameters,test-accuracy,test-accuracy-error,validation-accuracy"))
        #expect(lines[1].contains("\"MLP, wide\"") && lines[1].hasSuffix("1234.0,0.25,0.01,0.25"))
        #expect(throws: Failure.self) { try export.write(to: folder.file("t.xls")) }
    }

    @Test func `a report says what won and whether its lead is significant, and works offline`() throws {
        let best = try Self.trial(2, accuracy: 0.9, purpose: .final(of: 0))
        let near = try Self.trial(3, accuracy: 0.89, purpose: .final(of: 1))
        let trials = [try Self.trial(0, accuracy: 0.7), try Self.trial(1, accuracy: 0.8), best, near]
        let page = ReportPage(
            status: try Self.status(best), trials: trials, manifest: nil, baselines: [], command: "gyrus result X"
        )
        .html
        #expect(page.contains("shapes &lt;1&gt;") && !page.contains("<1>"))
        #expect(page.contains("the difference may be due to chance"))
        #expect(page.contains("<svg") && page.contains("gyrus result X"))
        #expect(!page.contains("http:") && !page.contains("https:") && !page.contains("<script"))
        // All links and sources refer to the page itself, if anything.
        for part in ["src=\"", "href=\"", "url(", "@import", "<link", "<iframe", "<object", "srcset", "<base", "<form"]
        {
            for place in page.split(separator: part, omittingEmptySubsequences: false).dropFirst() {
                #expect(place.hasPrefix("#") || place.hasPrefix("data:"), "\(part)\(place.prefix(40))")
            }
        }
        let clear = try Self.trial(3, accuracy: 0.6, purpose: .final(of: 1))
        let other = ReportPage(
            status: try Self.status(best), trials: trials.dropLast() + [clear], manifest: nil, baselines: [],
            command: "")
        #expect(other.html.contains("the lead is larger than chance"))
    }

    @Test func `a test value without an error says why it has none`() throws {
        var lone = try Self.trial(2, accuracy: 0.9, purpose: .final(of: 0))
        #expect(lone.missingError(of: .accuracy) == nil)
        lone.metrics["test-accuracy-error"] = nil
        #expect(lone.missingError(of: .accuracy)?.contains("belong to one group") == true)
        let page = ReportPage(
            status: try Self.status(lone), trials: [lone], manifest: nil, baselines: [], command: "")
        #expect(page.html.contains("belong to one group") && !page.html.contains("no measurement on a test split"))
        lone.metrics["test-accuracy"] = nil
        #expect(lone.missingError(of: .accuracy) == nil)
    }

    @Test func `a card has its metrics where Hugging Face looks for them, and MLflow has a file`() throws {
        let made = try MadePackage.table(target: .init(columns: ["kind"], kind: .classification))
        let card = ModelCard(
            made.manifest, title: "a \"name\"", facts: [("found by", "Gyrus")],
            metrics: ["test-accuracy": 0.75, "test-accuracy-error": 0.02, "test-macro-f1": 0.7]
        ).text
        #expect(card.hasPrefix("---\nlibrary_name: pytorch\npipeline_tag: tabular-classification\n"))
        #expect(card.contains(#"- name: "a \"name\"""#))
        #expect(card.contains("- {type: accuracy, name: accuracy, value: 0.75}"))
        #expect(card.contains("- {type: f1, name: macro-f1, value: 0.7}"))
        #expect(card.contains("| test-accuracy | 75.00 ± 2.00 % |"))
        #expect(!card.contains("## Cost"))
        let file = try MLflowModel(made.manifest).text
        let object = try JSONSerialization.jsonObject(with: Data(file.utf8)) as? [String: Any]
        let flavors = object?["flavors"] as? [String: [String: String]]
        #expect(flavors?["python_function"]?["loader_module"] == "example")
        #expect((object?["signature"] as? [String: String])?["inputs"]?.contains(#""name":"city""#) == true)
    }
}
