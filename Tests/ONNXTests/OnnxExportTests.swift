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

    init(_ network: NetworkDescription, in directory: TemporaryDirectory, name: String = "network") throws {
        script = directory.file("\(name).pt")
        weights = directory.file("\(name).safetensors")
        onnx = directory.file("\(name).onnx")
        var random = SplitMix64(seed: 7)
        let tensors = try network.tensors.map { tensor in
            // Running statistics as well, because 0 and 1 would hide errors. Weights that amplify a signal would make a
            // recurrent network chaotic, so that rounding would determine the output.
            let inputs = tensor.shape.dropFirst().reduce(1, *)
            let spread = min(0.4, 2 / Float(max(1, inputs)).squareRoot())
            let values = (0..<tensor.elementCount).map { _ in
                let share = Float(random.index(below: 1000)) / 1000
                return tensor.name.hasSuffix("running_var") ? share + 0.5 : (share - 0.5) * spread
            }
            return try Tensor(tensor.name, shape: tensor.shape, values)
        }
        try SafetensorsFile.write(tensors, to: weights.path)
        let scripted = try ScriptedNetwork(network, seed: 1)
        try scripted.loadWeights(from: weights)
        try scripted.save(to: script)
        try OnnxFile.write(network, weights: weights, metadata: ["license": "MIT"], to: onnx)
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
            Layer("middle", .mean, from: ["leaky", "separable", "normal"]),
            Layer("sum", .addition, from: ["leaky", "separable", "middle"]),
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
            Layer("other", .linear(features: 9), from: "both"),
            Layer("product", .multiplication, from: ["squashed", "other", "hidden"]),
            Layer("weighed", .weightedSum, from: ["product", "squashed", "other"]),
            Layer("scores", .linear(features: 2), from: "both"),
            Layer("attended", .attention, from: ["scores", "weighed", "other"]),
            Layer("head", .linear(features: 5), from: "attended"),
        ])

    /// Maximum number of operations of a network that is run here: the largest of the zoo would take minutes.
    private static let mostOperations = 200_000_000

    static func networks() throws -> [NetworkDescription] {
        let branches = try TableSix.allCases.prefix(2).map { try $0.network(shape: [1, 112, 112], classes: 10) }
        let fused = try NetworkDescription.fused(branches: Array(zip(["image", "audio"], branches)), classes: 10)
        let gapped = try NetworkDescription.fused(
            branches: Array(zip(["image", "gapped"], branches)), classes: 10, gaps: ["gapped"])
        let tables = try TableSix.allCases.map { try $0.network(shape: [1, 28, 28], classes: 10) }
        let zoo = try ZooNetwork.all.map(\.network).filter { try $0.multiplyAccumulates <= mostOperations }
        return [everything, fused, gapped] + tables + zoo + (try families())
    }

    /// A network of every family for an input of each form that it can read.
    static func families() throws -> [NetworkDescription] {
        let inputs: [InputSignature] = [
            .init(kind: .image, shape: [3, 24, 20]), .init(kind: .audio, shape: [1, 20, 40]),
            .init(kind: .audio, shape: [1, 900]), .init(kind: .text, shape: [12], vocabulary: 40),
            .init(kind: .table, shape: [6], categories: [3, 9]), .init(kind: .series, shape: [2, 150]),
        ]
        return try inputs.flatMap { input in
            try StructureFamily.all.filter { $0.takes(input) }.map {
                try $0.network(input: "sample", input, outputs: 5, width: 0.5, depth: 0.5)
            }
        }
    }

    @Test func `exported networks are valid and give the same outputs in onnxruntime`() throws {
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment(with: "onnx", "onnxruntime")
        } catch {
            try Test.cancel("there is no Python with onnx and onnxruntime: \(error)")
        }
        let directory = try TemporaryDirectory()
        let networks = try Self.networks()
        for (number, network) in networks.enumerated() {
            _ = try ExportedNetwork(network, in: directory, name: "\(number)")
        }
        let lines = try python.run(Self.program, directory.url.path, "\(networks.count)").split(separator: "\n")
        let differences = lines.compactMap { Double($0) }
        #expect(differences.count == networks.count)
        for (network, difference) in zip(networks, differences) {
            #expect(difference < 1e-4, "\(network.name): \(difference)")
        }
        print("onnxruntime and TorchScript, \(networks.count) networks: largest difference \(differences.max() ?? 1)")
    }

    /// Prints the largest difference between both for each network, relative to the largest output.
    private static let program = """
        import sys, numpy, onnx, onnxruntime, torch
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        generator = numpy.random.default_rng(3)
        for number in range(int(sys.argv[2])):
            place = f"{sys.argv[1]}/{number}"
            onnx.checker.check_model(place + ".onnx", full_check=True)
            script = torch.jit.load(place + ".pt")
            session = onnxruntime.InferenceSession(place + ".onnx", options, providers=["CPUExecutionProvider"])
            largest = 0.0
            for batch in (1, 3):
                feeds = {}
                for value in session.get_inputs():
                    shape = [batch] + value.shape[1:]
                    if value.name in ("sample", "input") and len(value.shape) == 2:
                        # Tokens, padded at the end, or numbers and categories.
                        feeds[value.name] = generator.integers(1, 50, shape).astype(numpy.float32)
                        if shape[1] in (12, 64):
                            feeds[value.name][0, 5:] = 0
                    elif value.name == "text":
                        # Numbers beyond the vocabulary count as its last word.
                        feeds[value.name] = generator.integers(0, 60000, shape).astype(numpy.float32)
                    else:
                        feeds[value.name] = generator.standard_normal(shape).astype(numpy.float32)
                    if value.name == "gapped":
                        feeds[value.name][0] = 0
                theirs = session.run(None, feeds)[0]
                with torch.no_grad():
                    ours = script(*[torch.from_numpy(feeds[value.name]) for value in session.get_inputs()]).numpy()
                assert theirs.shape == ours.shape, (theirs.shape, ours.shape)
                assert numpy.isfinite(ours).all()
                largest = max(largest, float(numpy.abs(ours - theirs).max() / max(1.0, numpy.abs(ours).max())))
            print(largest)
        """

    @Test func `an exported network is read back with its structure and metadata`() throws {
        let directory = try TemporaryDirectory()
        let files = try ExportedNetwork(Self.everything, in: directory)
        let file = try OnnxFile(reading: files.onnx)
        #expect(file.operatorSet == 13 && file.producer == "Gyrus" && file.metadata == ["license": "MIT"])
        #expect(file.outline.inputs.map(\.name) == ["image", "text"])
        #expect(file.outline.inputs.first?.shape == [-1, 3, 21, 15])
        #expect(file.outline.outputs == [.init(name: "head", shape: [-1, 5])])
        // Running statistics are not parameters here, but ONNX does not distinguish them.
        let tensors = try Self.everything.tensors.reduce(0) { $0 + $1.elementCount }
        #expect(file.outline.parameterCount == tensors)
        let sum = file.outline.nodes.first { $0.name == "sum" }
        #expect(sum == .init(name: "sum", operation: "Sum", inputs: ["leaky", "separable", "middle"]))
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
