import Foundation
import Model
import Networks
import ONNX
import Safetensors
import TestSupport
import Testing
import Torch

/// A network with random weights in all three formats.
struct ExportedNetwork {
    let script: URL
    let weights: URL
    let onnx: URL

    init(_ network: NetworkDescription, in directory: TemporaryDirectory) throws {
        script = directory.file("network.pt")
        weights = directory.file("network.safetensors")
        onnx = directory.file("network.onnx")
        var random = SplitMix64(seed: 7)
        let tensors = try network.tensors.map { tensor in
            // Running figures as well, which would hide a mistake at 0 and 1.
            let values = (0..<tensor.elementCount).map { _ in
                let share = Float(random.index(below: 1000)) / 1000
                return tensor.name.hasSuffix("running_var") ? share + 0.5 : (share - 0.5) * 0.4
            }
            return try Tensor(tensor.name, shape: tensor.shape, values)
        }
        try SafetensorsFile.write(tensors, to: weights.path)
        let scripted = try ScriptedNetwork(network, seed: 1)
        try scripted.loadWeights(from: weights)
        try scripted.save(to: script)
        try OnnxFile.write(network, weights: weights, metadata: ["licence": "MIT"], to: onnx)
    }
}

@Suite(.timeLimit(.minutes(15)))
struct OnnxExportTests {
    /// Every kind of layer that a network can have, once.
    static let everything = NetworkDescription(
        name: "everything",
        inputs: [.init(name: "image", shape: [3, 21, 15]), .init(name: "text", shape: [12])],
        layers: [
            Layer("resized", .resize(Extent(height: 32, width: 20)), from: "image"),
            Layer(
                "grouped",
                .convolution(
                    .init(
                        channels: 6, kernel: .init(height: 5, width: 3), stride: .init(height: 2, width: 1), groups: 3)
                ),
                from: "resized"),
            Layer("normal", .batchNormalization(momentum: 0.2, epsilon: 1e-3), from: "grouped"),
            Layer("leaky", .leakyRelu(slope: 0.1), from: "normal"),
            Layer("separable", .separableConvolution(.init(channels: 6, kernel: 3)), from: "leaky"),
            Layer("sum", .addition, from: ["leaky", "separable", "normal"]),
            Layer("largest", .maximumPooling(kernel: 3, stride: 2), from: "sum"),
            Layer("mean", .averagePooling(kernel: .init(height: 2, width: 1), stride: 1), from: "largest"),
            Layer("positive", .relu, from: "mean"),
            Layer("vector", .globalAveragePooling, from: "positive"),
            Layer("words", .embedding(vocabulary: 50, features: 8), from: "text"),
            Layer(
                "phrases", .convolution(.init(channels: 4, kernel: .init(height: 1, width: 3), bias: false)),
                from: "words"),
            Layer("flat", .flatten, from: "phrases"),
            Layer("dropped", .dropout(rate: 0.5), from: "flat"),
            Layer("both", .concatenation, from: ["vector", "dropped"]),
            Layer("scaled", .batchNormalization(), from: "both"),
            Layer("hidden", .linear(features: 9, bias: false), from: "scaled"),
            Layer("squashed", .sigmoid, from: "hidden"),
            Layer("head", .linear(features: 5), from: "squashed"),
        ])

    static let networks: [NetworkDescription] = {
        let tables = TableSix.allCases.compactMap { try? $0.network(shape: [1, 28, 28], classes: 10) }
        let branches = TableSix.allCases.prefix(2).compactMap { try? $0.network(shape: [1, 112, 112], classes: 10) }
        let fused = try? NetworkDescription.fused(branches: Array(zip(["image", "audio"], branches)), classes: 10)
        return [everything] + tables + [fused].compactMap(\.self)
    }()

    @Test(arguments: networks)
    func `an exported network is valid and gives the same outputs in onnxruntime`(
        _ network: NetworkDescription
    ) throws {
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment(with: "onnx", "onnxruntime")
        } catch {
            try Test.cancel("there is no Python with onnx and onnxruntime: \(error)")
        }
        let directory = try TemporaryDirectory()
        let files = try ExportedNetwork(network, in: directory)
        let difference = try python.run(Self.program, files.script.path, files.onnx.path)
        let largest = try #require(Double(difference.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(largest < 1e-4, "\(network.name): \(largest)")
        print("onnxruntime and TorchScript, \(network.name): largest difference \(largest)")
    }

    /// Prints the largest difference between both, in parts of the largest output.
    private static let program = """
        import sys, numpy, onnx, onnxruntime, torch
        onnx.checker.check_model(sys.argv[2], full_check=True)
        script = torch.jit.load(sys.argv[1])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(sys.argv[2], options, providers=["CPUExecutionProvider"])
        generator = numpy.random.default_rng(3)
        largest = 0.0
        for batch in (1, 3):
            feeds = {}
            for value in session.get_inputs():
                shape = [batch] + value.shape[1:]
                if value.name == "text":
                    # Numbers beyond the vocabulary count as its last word.
                    feeds[value.name] = generator.integers(0, 60, shape).astype(numpy.float32)
                else:
                    feeds[value.name] = generator.standard_normal(shape).astype(numpy.float32)
            theirs = session.run(None, feeds)[0]
            with torch.no_grad():
                ours = script(*[torch.from_numpy(feeds[value.name]) for value in session.get_inputs()]).numpy()
            assert theirs.shape == ours.shape, (theirs.shape, ours.shape)
            largest = max(largest, float(numpy.abs(ours - theirs).max() / max(1.0, numpy.abs(ours).max())))
        print(largest)
        """

    @Test func `an exported network is read back with its structure and notes`() throws {
        let directory = try TemporaryDirectory()
        let files = try ExportedNetwork(Self.everything, in: directory)
        let file = try OnnxFile(reading: files.onnx)
        #expect(file.operatorSet == 13 && file.producer == "Gyrus" && file.metadata == ["licence": "MIT"])
        #expect(file.outline.inputs.map(\.name) == ["image", "text"])
        #expect(file.outline.inputs.first?.shape == [-1, 3, 21, 15])
        #expect(file.outline.outputs == [.init(name: "head", shape: [-1, 5])])
        // Running figures are no parameters to us, and cannot be told from them there.
        let tensors = try Self.everything.tensors.reduce(0) { $0 + $1.elementCount }
        #expect(file.outline.parameterCount == tensors)
        let sum = file.outline.nodes.first { $0.name == "sum" }
        #expect(sum == .init(name: "sum", operation: "Sum", inputs: ["leaky", "separable", "normal"]))
    }

    @Test func `weights that do not fit are named`() throws {
        let directory = try TemporaryDirectory()
        let files = try ExportedNetwork(Self.everything, in: directory)
        var other = Self.everything
        other.layers[other.layers.count - 1] = Layer("head", .linear(features: 6), from: "squashed")
        let failure = #expect(throws: Failure.self) {
            try OnnxFile.write(other, weights: files.weights, to: directory.file("other.onnx"))
        }
        #expect(failure?.message.contains("head.weight") == true)
        #expect(!FileManager.default.fileExists(atPath: directory.path("other.onnx")))
    }
}
