import Foundation
import Model
import ONNX
import TestSupport
import Testing
import Torch

/// The operators, tested with the examples of the official onnx package.
@Suite struct OnnxOperatorTests {
    @Test func `operators match the official examples`() throws {
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment(with: "onnx", "onnxruntime")
        } catch {
            try Test.cancel("there is no Python with onnx: \(error)")
        }
        let directory = try TemporaryDirectory()
        let operators = OnnxScript.operators
        _ = try python.run(Self.collect, directory.url.path, operators.joined(separator: " "))
        let files = try FileManager.default.contentsOfDirectory(at: directory.url, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "onnx" }
        var refused: [String] = []
        for file in files {
            do {
                let script = try OnnxFile(reading: file).script()
                try ScriptedNetwork.write(
                    source: script.source, tensors: script.tensors, trained: script.trained,
                    to: file.deletingPathExtension().appendingPathExtension("pt"))
            } catch let failure as Failure {
                // An unsupported operator is reported, and never by libtorch.
                #expect(failure.code != .internal, "\(file.lastPathComponent): \(failure.message)")
                refused.append("\(file.deletingPathExtension().lastPathComponent): \(failure.message)")
            }
        }
        let lines = try python.run(Self.compare, directory.url.path).split(separator: "\n").map(String.init)
        let wrong = lines.filter { !$0.hasSuffix(" ok") }
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
        let tested = Set(lines.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
        #expect(tested.count > 90, "operators that an example ran: \(tested.sorted())")
        print(
            "\(lines.count) examples of \(tested.count) operators ran, \(refused.count) ask for what is not supported")
        if ProcessInfo.processInfo.environment["GYRUS_TELL"] != nil { print(refused.sorted().joined(separator: "\n")) }
    }

    /// Writes the examples of single nodes with their inputs and outputs.
    private static let collect = """
        import sys, numpy, onnx
        from onnx.backend.test.case.node import collect_testcases
        known = set(sys.argv[2].split())
        for case in collect_testcases(None):
            if case.model is None or len(case.model.graph.node) != 1: continue
            node = case.model.graph.node[0]
            if node.op_type not in known or node.domain: continue
            # Nothing has no largest number in libtorch; and onnxruntime rounds the size of this one.
            if "empty_set" in case.name or case.name == "test_resize_downsample_scales_linear_align_corners": continue
            inputs, outputs = case.data_sets[0]
            arrays = [a for a in inputs + outputs]
            if not all(isinstance(a, (numpy.ndarray, numpy.generic)) for a in arrays): continue
            if not all(a.dtype.name in ("float32", "float64", "int64", "int32", "uint8", "int8", "bool") for a in arrays): continue
            place = f"{sys.argv[1]}/{case.name}"
            onnx.save(case.model, place + ".onnx")
            numpy.savez(place + ".npz", node.op_type, *arrays, n=len(inputs))
        """

    /// Runs the TorchScript files and prints for each whether its outputs are right.
    private static let compare = """
        import sys, glob, os, numpy, torch
        for file in sorted(glob.glob(sys.argv[1] + "/*.pt")):
            name = os.path.basename(file)[:-3]
            data = numpy.load(file[:-3] + ".npz")
            arrays = [data[f"arr_{i}"] for i in range(len(data.files) - 1)]
            kind, count = str(arrays[0]), int(data["n"])
            inputs, outputs = arrays[1:1 + count], arrays[1 + count:]
            try:
                given = torch.jit.load(file)(*[torch.from_numpy(numpy.array(a)) for a in inputs])
                given = list(given) if isinstance(given, tuple) else [given]
                said = "ok"
                for mine, wanted in zip(given, outputs):
                    mine = mine.numpy()
                    if mine.shape != wanted.shape: said = f"shape {mine.shape} for {wanted.shape}"
                    elif not numpy.allclose(mine.astype(numpy.float64), wanted.astype(numpy.float64), 1e-3, 1e-5, equal_nan=True):
                        said = f"differs by {numpy.abs(mine.astype(float) - wanted).max()}"
            except Exception as problem:
                said = str(problem).strip().split(chr(10))[-1][:200]
            print(name, kind, said)
        """
}
