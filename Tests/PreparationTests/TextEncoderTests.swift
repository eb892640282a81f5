import Datasets
import Foundation
import Inspection
import Model
import Networks
import Preparation
import ServingSupport
import Tables
import TestSupport
import Testing
import Torch

@testable import gyrus

/// A third-party text encoder as a structure: its tokenizer, frozen features, fine-tuning, the package, and Python.
@Suite(.timeLimit(.minutes(20))) struct TextEncoderTests {
    private static func request(_ folder: TemporaryDirectory) throws -> (ViewRequest, TableRows) {
        let (manifest, unreadable, rows) = try TextEncoderFixture.data(in: folder, missing: 9)
        #expect(unreadable == 1, "a row without a text has nothing")
        return (try TextEncoderFixture.request(for: manifest, in: folder), rows)
    }

    @Test func `in the package raw texts give the same answers as frozen features, also in Python`() throws {
        let folder = try TemporaryDirectory()
        let (request, rows) = try Self.request(folder)
        let outcome = try ViewPreparer(rows: rows, request: request).prepare(to: folder.path("view.safetensors"))
        let input = try #require(outcome.manifest.inputs[request.name])
        #expect(
            input.signature.shape == [TextEncoderFixture.width]
                && input.frozen?.contract.preparation != input.preparation)
        let manifest = try Self.checkPackage(folder, request, rows, outcome.manifest)
        try Self.checkInPython(folder, manifest)
    }

    /// Answers for raw texts equal those of the head on prepared features.
    private static func checkPackage(
        _ folder: TemporaryDirectory, _ request: ViewRequest, _ rows: TableRows, _ manifest: DatasetManifest
    ) throws -> DatasetManifest {
        let data = try PreparedDataset(opening: folder.path("data.safetensors"))
        let view = try PreparedDataset(opening: folder.path("view.safetensors"))
        let kind = PreparedView(
            modality: "text", title: "encoder", category: "BERT", model: "m", width: TextEncoderFixture.width,
            parameters: 0,
            milliseconds: 1)
        let description = try StructureFamily.frozen(kind, as: request.name).network(
            input: request.name, InputSignature(kind: .text, shape: [TextEncoderFixture.width]), outputs: 2, width: 0.5)
        let plan = try TrainingPlan(optimizers: [.init(rule: .adam, learningRate: 0.02)], epochs: 30, batch: 8, seed: 1)
        let session = try TrainingSession(description, plan: plan, samples: data.source(.training, with: [view]))
        while !session.isFinished { try session.finishEpoch() }
        let network = session.network
        // Words distinguish the two kinds, even with untrained features.
        #expect(try network.evaluate(on: data.source(.validation, with: [view])).accuracy > 0.8)
        try network.save(to: folder.file("network.pt"))
        try NetworkPackage.write(
            network: folder.file("network.pt"), inputs: network.inputs, manifest: manifest,
            frozen: [request.name: request.file], to: folder.file("model.pt"))
        let package = try NetworkPackage(loading: folder.file("model.pt"))
        #expect(package.manifest == manifest)
        let reader = try ValueReader(files: rows.files, inputs: package.manifest.inputs)
        let input = try #require(package.manifest.inputs[request.name])
        var raw: [SamplePart: [[Float]]] = [:]
        try rows.forEachSample { sample in
            guard let value = try reader.value(sample.cells[0], of: request.name, input) else { return }
            guard case .tokens(let tokens) = value else {
                Issue.record("a text gives no tokens")
                return
            }
            #expect(tokens.first == 2 && tokens.last == 3 && tokens.count <= TextEncoderFixture.encoding.length)
            raw[sample.part, default: []] += try package.answers([[request.name: value]])
        }
        for (part, split) in [(SamplePart.training, PreparedDataset.Split.training), (.test, .test)] {
            let answers = try network.outputs(for: data.source(split, with: [view]), width: 2)
            #expect(raw[part]?.count == answers.count)
            for (one, answer) in zip(raw[part] ?? [], answers) {
                #expect(abs(one[0] - 1 / (1 + exp(answer[1] - answer[0]))) < 1e-4)
            }
        }
        return manifest
    }

    private static func checkInPython(_ folder: TemporaryDirectory, _ manifest: DatasetManifest) throws {
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment(with: "tokenizers")
        } catch {
            try Test.cancel("there is no Python with torch and tokenizers: \(error)")
        }
        let package = try PackageFolder(folder.path("package"))
        try FileManager.default.copyItem(at: folder.file("model.pt"), to: package.model)
        try package.describe(manifest, title: "texts")
        let program = "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
        let lines = try python.run(program, package.folder.appending(path: "example.py").path, folder.path("rows.csv"))
            .split(separator: "\n")
        let answerer = try NetworkPackage(loading: package.model)
        let (name, input) = try #require(manifest.inputs.first)
        let reader = try ValueReader(files: FileFinder("/nonexistent"), inputs: manifest.inputs)
        #expect(lines.count == 64)
        for (number, line) in lines.enumerated() where number != 9 {
            let value = try reader.value([.text("\(TextEncoderFixture.texts[number % 8]) \(number)")], of: name, input)
            let answer = try answerer.answers([[name: try #require(value)]])[0]
            let words = line.split(separator: "\t")
            #expect(words.first.map(String.init) == manifest.target.names[answer[0] >= answer[1] ? 0 : 1])
            #expect(abs((words.last.flatMap { Float($0) } ?? 0) - (answer.max() ?? 0)) < 1e-4)
        }
    }

    @Test func `adapters of a text encoder learn, and the tuned encoder still takes tokens`() throws {
        let folder = try TemporaryDirectory()
        var (request, rows) = try Self.request(folder)
        request.file = folder.file("encoder.pt")
        let file = folder.file("tuned.pt")
        let tuning = try NetworkTuner(rows: rows, request: TuningRequest(view: request, seconds: nil)).tune(to: file)
        #expect(tuning.after >= tuning.before && tuning.epochs > 0, "\(tuning)")
        request.file = file
        let outcome = try ViewPreparer(rows: rows, request: request).prepare(to: folder.path("view.safetensors"))
        #expect(outcome.manifest.inputs[request.name]?.signature.shape == [TextEncoderFixture.width])
    }

    @Test func `a tokenizer with more tokens than the encoder knows is refused`() throws {
        let folder = try TemporaryDirectory()
        let (request, rows) = try Self.request(folder)
        try TextEncoderFixture.encoder(5, to: request.file)
        let failure = #expect(throws: Failure.self) {
            _ = try ViewPreparer(rows: rows, request: request).prepare(to: folder.path("view.safetensors"))
        }
        #expect(failure?.message.contains("index out of range") == true, "\(failure?.message ?? "")")
    }
}
