import Foundation
import Model
import Networks
import ONNX
import ServingSupport
import Storage
import TestSupport
import Testing
import Torch

@testable import gyrus

/// `gyrus predict`, the example in Python, ONNX and MLflow answer the same for raw files of every kind.
@Suite(.serialized, .timeLimit(.minutes(10))) struct AgreementTests {
    /// The first class's probability according to `gyrus predict`, by row.
    private static func predict(_ package: String, _ rows: String) throws -> [Double] {
        let text = try PythonEnvironment.output(
            of: try ChildProcess.executable("gyrus").path,
            ["predict", package, "--table", rows, "--format", "json"])
        return try text.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return (object?["probabilities"] as? [String: Double])?["even"] ?? -1
        }
    }

    @Test(arguments: [["photo"], ["voice"], ["note"], ["facts"], ["steps"], MadePackage.kinds])
    func `raw files get the same answers everywhere`(_ kinds: [String]) async throws {
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment(with: "PIL", "soundfile", "sentencepiece", "onnx", "onnxruntime")
        } catch {
            try Test.cancel("there is no Python with all that the example needs: \(error)")
        }
        let made = try MadePackage.of(kinds)
        let folder = try PackageFolder(made.path)
        try folder.describe(made.manifest, title: "made")
        try ScriptedNetwork(loading: made.network).saveWeights(to: folder.folder.appending(path: "weights.safetensors"))
        try OnnxFile.write(
            made.description, weights: folder.folder.appending(path: "weights.safetensors"), metadata: [:],
            to: folder.folder.appending(path: "network.onnx"))
        let (package, rows) = (made.path, made.folder.path("rows.jsonl"))
        let answers = try await BlockingWork.run { try Self.predict(package, rows) }
        #expect(answers.count > 30 && answers.allSatisfy { (0...1).contains($0) })
        let program = """
            import pathlib, sys, numpy, onnxruntime
            sys.path.insert(0, sys.argv[1])
            import example, torch
            path = pathlib.Path(sys.argv[2])
            rows = example.read(path)
            answers = example.predict(rows, path.parent)
            # No more is needed than torch and what reads the kind of file.
            import ast
            needed = {name.split(".")[0] for node in ast.walk(ast.parse(open(example.__file__).read()))
                      for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import)
                                   else [node.module] if isinstance(node, ast.ImportFrom) else [])}
            kinds = {"numpy", "PIL", "soundfile", "sentencepiece", "tokenizers"}
            assert needed - sys.stdlib_module_names == {"torch"} | kinds, needed
            try:
                example.predict([{"strange": "1"}])
                raise AssertionError("a row without the columns got an answer")
            except ValueError as error:
                assert "there is no column" in str(error) and "strange" in str(error), error
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
            """
        let output = try await BlockingWork.run { try python.run(program, package, rows) }
        let example = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        #expect(example.count == answers.count)
        #expect(zip(example, answers).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    /// The first version that can, and a current one.
    @Test(arguments: ["2.19.0", "3.17.2"])
    func `MLflow loads a package and predicts on a data frame`(_ version: String) async throws {
        let (python, library): (PythonEnvironment, String)
        do {
            python = try PythonEnvironment(with: "pandas")
            library = try PythonEnvironment.folder(of: "mlflow-skinny==\(version)")
        } catch {
            try Test.cancel("there is no Python with MLflow: \(error)")
        }
        let made = try MadePackage.table(target: .init(columns: ["kind"], kind: .classification))
        try PackageFolder(made.path).describe(made.manifest, title: "made")
        let (package, rows) = (made.path, made.folder.path("rows.csv"))
        let program = """
            import os, sys
            sys.path.insert(0, sys.argv[1])
            os.chdir(sys.argv[2])  # MLflow 2 makes a folder for runs wherever it is.
            import mlflow, pandas
            model = mlflow.pyfunc.load_model(sys.argv[2])
            assert model.metadata.signature.inputs.input_names() == ["age", "weight", "city"]
            frame = pandas.read_csv(sys.argv[3])[["age", "weight", "city"]]
            assert str(frame["age"].dtype) == "int64"
            print(*model.predict(frame)[:, 0].tolist())
            """
        let output = try await BlockingWork.run { try python.run(program, library, package, rows) }
        let found = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        let right = try made.answers().map { Double($0[0]) }
        #expect(found.count == 60 && zip(found, right).allSatisfy { abs($0 - $1) < 1e-4 })
    }
}
