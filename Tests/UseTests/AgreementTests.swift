import Foundation
import Model
import Networks
import ONNX
import ServingSupport
import TestSupport
import Testing
import Torch

@testable import gyrus

/// `gyrus predict`, the example in Python, ONNX and MLflow answer the same for raw files of every kind.
@Suite(.timeLimit(.minutes(10))) struct AgreementTests {
    /// Packages of networks of one modality each, and of a fused one.
    static func made(_ kind: String) throws -> MadePackage {
        let folder = try TemporaryDirectory()
        try MixedRows.write(to: folder)
        var photo = DataSettings.Modality(columns: ["photo"], kind: .image)
        photo.size = [16, 16]
        let modalities: [String: (settings: DataSettings.Modality, family: String)] = [
            "photo": (photo, "LeNet3"), "voice": (.init(columns: ["voice"], kind: .audio), "LeNet3"),
            "note": (.init(columns: ["note"], kind: .text), "TextCNN"),
            "facts": (.init(columns: ["age", "weight", "city"], kind: .table), "MLP"),
            "steps": (.init(columns: ["steps"], kind: .series), "TCN"),
        ]
        // A network of one modality has nothing to say of a row that lacks it.
        try rows(in: folder, having: ["photo", "voice"].contains(kind) ? kind : nil)
        let chosen = kind == "fused" ? modalities : modalities.filter { $0.key == kind }
        let settings = DataSettings(
            source: folder.path("rows.jsonl"), target: .init(columns: ["kind"], kind: .classification),
            modalities: chosen.mapValues(\.settings), tolerance: 0.3)
        return try MadePackage(settings, in: folder, families: chosen.mapValues(\.family))
    }

    /// The mixed rows with a series, as JSON lines.
    /// - Parameter needed: What every row has.
    private static func rows(in folder: TemporaryDirectory, having needed: String?) throws {
        let lines = try String(contentsOf: folder.file("rows.csv"), encoding: .utf8).split(separator: "\n")
        let names = lines[0].split(separator: ",").map(String.init)
        var written = ""
        for (number, line) in lines.dropFirst().enumerated() {
            // The one quoted cell, the text, may have commas.
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            let cells =
                parts[0].split(separator: ",", omittingEmptySubsequences: false).dropLast() + [parts[1]]
                + parts[2].split(separator: ",", omittingEmptySubsequences: false).dropFirst()
            var row: [String: Any] = [:]
            for (name, cell) in zip(names, cells) {
                let isNumber = ["age", "weight"].contains(name)
                row[name] = cell.isEmpty ? NSNull() : isNumber ? (Double(cell) ?? 0) as Any : String(cell)
            }
            row["steps"] = (0..<12 + number % 4).map { [Double($0 * number % 7), Double($0) / 3] }
            if let needed, row[needed] is NSNull { continue }
            let json = try JSONSerialization.data(withJSONObject: row, options: [.sortedKeys])
            written += String(decoding: json, as: UTF8.self) + "\n"
        }
        try Data(written.utf8).write(to: folder.file("rows.jsonl"))
    }

    /// What `gyrus predict` gives, by row: the first class's probability.
    private static func predict(_ made: MadePackage) throws -> [Double] {
        let text = try PythonEnvironment.output(
            of: try ChildProcess.executable("gyrus").path,
            ["predict", made.path, "--table", made.folder.path("rows.jsonl"), "--format", "json"])
        return try text.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return (object?["probabilities"] as? [String: Double])?["even"] ?? -1
        }
    }

    @Test(arguments: ["photo", "voice", "note", "facts", "steps", "fused"])
    func `raw files get the same answers everywhere`(_ kind: String) throws {
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment(with: "PIL", "soundfile", "sentencepiece", "onnx", "onnxruntime")
        } catch {
            try Test.cancel("there is no Python with all that the example needs: \(error)")
        }
        let made = try Self.made(kind)
        let folder = try PackageFolder(made.path)
        try folder.describe(made.manifest, title: "made")
        try ScriptedNetwork(loading: made.network).saveWeights(to: folder.folder.appending(path: "weights.safetensors"))
        try OnnxFile.write(
            made.description, weights: folder.folder.appending(path: "weights.safetensors"), metadata: [:],
            to: folder.folder.appending(path: "network.onnx"))
        let answers = try Self.predict(made)
        #expect(answers.count > 30 && answers.allSatisfy { (0...1).contains($0) })
        let output = try python.run(
            """
            import pathlib, sys, numpy, onnxruntime
            sys.path.insert(0, sys.argv[1])
            import example, torch
            path = pathlib.Path(sys.argv[2])
            rows = example.read(path)
            answers = example.predict(rows, path.parent)
            # What the preparation inside gives to the network goes to ONNX.
            names = [a.name for a in example.model.forward.schema.arguments[1:] if a.name in example.manifest["inputs"]]
            given = {}
            for name in names:
                prepared = [getattr(example.model, "input_" + name)(*example.values(name, row, path.parent)) for row in rows]
                given[name] = torch.stack(prepared).numpy()
            session = onnxruntime.InferenceSession(sys.argv[1] + "/network.onnx", providers=["CPUExecutionProvider"])
            types = {i.name: i.type for i in session.get_inputs()}
            feed = {n: v.astype(numpy.int64 if "int64" in types[n] else numpy.float32) for n, v in given.items()}
            logits = torch.from_numpy(session.run(None, feed)[0])
            assert (torch.softmax(logits, 1) - answers).abs().max() < 1e-4, (torch.softmax(logits, 1) - answers).abs().max()
            print(*answers[:, 0].tolist())
            """, made.path, made.folder.path("rows.jsonl"))
        let example = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        #expect(example.count == answers.count)
        #expect(zip(example, answers).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test func `MLflow loads a package and answers for a data frame`() throws {
        let (python, library): (PythonEnvironment, String)
        do {
            python = try PythonEnvironment(with: "pandas")
            library = try PythonEnvironment.folder(of: "mlflow-skinny==3.17.2")
        } catch {
            try Test.cancel("there is no Python with MLflow: \(error)")
        }
        let made = try MadePackage.table(target: .init(columns: ["kind"], kind: .classification))
        try PackageFolder(made.path).describe(made.manifest, title: "made")
        let output = try python.run(
            """
            import sys
            sys.path.insert(0, sys.argv[1])
            import mlflow, pandas
            model = mlflow.pyfunc.load_model(sys.argv[2])
            assert model.metadata.signature.inputs.input_names() == ["age", "weight", "city"]
            frame = pandas.read_csv(sys.argv[3])[["age", "weight", "city"]].astype({"age": "float64"})
            print(*model.predict(frame)[:, 0].tolist())
            """, library, made.path, made.folder.path("rows.csv"))
        let found = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        let right = try made.answers().map { Double($0[0]) }
        #expect(found.count == 60 && zip(found, right).allSatisfy { abs($0 - $1) < 1e-4 })
    }
}
