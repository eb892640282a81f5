import Datasets
import Foundation
import Inspection
import Model
import Networks
import Preparation
import Safetensors
import Tables
import TestSupport
import Testing
import Torch

@testable import gyrus

/// A third-party text encoder as a structure: its tokenizer, frozen features, fine-tuning, the package, and Python.
@Suite(.timeLimit(.minutes(20))) struct TextEncoderTests {
    private static let tokenizer = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../TokenizationTests/Cases/word-piece.json").standardizedFileURL
    private static let encoding = TextEncoding(length: 12)
    private static let width = 24
    private static let texts = [
        "I lost my card in a café", "wo ist meine Karte?", "our card payment failed 👍", "卡丢了，怎么办",
        "What is the exchange rate, please", "exchange rates for £100 and €5.50", "汇率是多少", "the rate today is wrong!",
    ]

    /// A table of texts of two kinds; one of them is missing.
    private static func data(in folder: TemporaryDirectory) throws -> (DataPreparer.Outcome, TableRows) {
        let lines = (0..<64).map { number in
            let text = number == 9 ? "" : "\(texts[number % 8]) \(number)"
            return "\"\(text)\",\(number % 8 < 4 ? "card" : "rate")"
        }
        try Data((["text,kind"] + lines).joined(separator: "\n").utf8).write(to: folder.file("rows.csv"))
        let settings = DataSettings(
            source: folder.path("rows.csv"), target: .init(columns: ["kind"], kind: .classification),
            modalities: ["text": .init(columns: ["text"], kind: .text)])
        let table = try SampleTable(settings: settings)
        let rows = try TableRows(table)
        let outcome = try DataPreparer(
            rows: rows, settings: settings, name: "rows", target: table.target.target, content: try rows.digest()
        ).prepare(to: folder.path("data.safetensors"))
        return (outcome, rows)
    }

    /// An untrained encoder with attention, in the form that the import of a real one produces.
    private static func encoder(_ vocabulary: Int, to file: URL) throws {
        var generator = SplitMix64(seed: 3)
        func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
            let count = shape.reduce(1, *)
            return try Tensor(name, shape: shape, (0..<count).map { _ in Float(generator.next() >> 40) * 0x1p-23 - 1 })
        }
        let square = [width, width]
        let tensors = try [tensor("words", [vocabulary, width])] + ["q", "k", "v"].map { try tensor($0, square) }
        let source = """
            def forward(self, tokens: Tensor) -> Tensor:
                kept = tokens >= 0
                x = torch.embedding(self.words, torch.clamp(tokens, 0).to(4))
                away = (1.0 - kept.to(6)).unsqueeze(1) * -1e9
                q, k, v = torch.linear(x, self.q), torch.linear(x, self.k), torch.linear(x, self.v)
                x = x + torch.matmul(torch.softmax(torch.matmul(q, k.transpose(-2, -1)) * 0.1 + away, -1), v)
                weights = kept.to(6).unsqueeze(2)
                return (x * weights).sum([1]) / torch.clamp(weights.sum([1]), 1.0)

            """
        try ScriptedNetwork.write(source: source, tensors: tensors, trained: Set(tensors.map(\.name)), to: file)
    }

    private static func request(_ folder: TemporaryDirectory) throws -> (ViewRequest, TableRows) {
        let (outcome, rows) = try data(in: folder)
        #expect(outcome.unreadableCount == 1, "a row without a text has nothing")
        let file = folder.file("encoder.pt")
        let contract = InputContract(tokenizer: try Data(contentsOf: tokenizer), encoding)
        try encoder(try #require(try contract.encoder).vocabulary, to: file)
        let script = BlobDigest(hashing: [UInt8](try Data(contentsOf: file)))
        let request = ViewRequest(
            data: outcome.manifest, modality: "text",
            name: PreparedView.name(modality: "text", script: script, contract: script), script: script, file: file,
            contract: contract)
        return (request, rows)
    }

    @Test func `in the package raw texts give the same answers as frozen features, also in Python`() throws {
        let folder = try TemporaryDirectory()
        let (request, rows) = try Self.request(folder)
        let outcome = try ViewPreparer(rows: rows, request: request).prepare(to: folder.path("view.safetensors"))
        let input = try #require(outcome.manifest.inputs[request.name])
        #expect(input.signature.shape == [Self.width] && input.frozen?.contract.preparation != input.preparation)
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
            modality: "text", title: "encoder", category: "BERT", model: "m", width: width, parameters: 0,
            milliseconds: 1)
        let description = try StructureFamily.frozen(kind, as: request.name).network(
            input: request.name, InputSignature(kind: .text, shape: [width]), outputs: 2, width: 0.5)
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
            #expect(tokens.first == 2 && tokens.last == 3 && tokens.count <= encoding.length)
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
            let value = try reader.value([.text("\(texts[number % 8]) \(number)")], of: name, input)
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
        #expect(outcome.manifest.inputs[request.name]?.signature.shape == [Self.width])
    }

    @Test func `a tokenizer with more tokens than the encoder knows is refused`() throws {
        let folder = try TemporaryDirectory()
        let (request, rows) = try Self.request(folder)
        try Self.encoder(5, to: request.file)
        let failure = #expect(throws: Failure.self) {
            _ = try ViewPreparer(rows: rows, request: request).prepare(to: folder.path("view.safetensors"))
        }
        #expect(failure?.message.contains("index out of range") == true, "\(failure?.message ?? "")")
    }
}
