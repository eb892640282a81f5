import Foundation
import Model
import ONNX
import Schema
import TestSupport
import Testing
import Torch

/// Whole third-party networks, run by libtorch and by onnxruntime.
@Suite struct OnnxScriptTests {
    /// The TorchScript of a file, at its own path.
    private func script(_ file: URL, in directory: TemporaryDirectory) throws -> URL {
        let script = try OnnxFile(reading: file).script()
        let place = directory.file(file.deletingPathExtension().lastPathComponent + ".pt")
        try ScriptedNetwork.write(
            source: script.source, tensors: script.tensors, trained: script.trained, to: place)
        return place
    }

    private func environment() throws -> PythonEnvironment {
        do {
            return try PythonEnvironment(with: "onnx", "onnxruntime")
        } catch {
            try Test.cancel("there is no Python with onnx and onnxruntime: \(error)")
        }
    }

    @Test(arguments: [
        ("efficientnet-lite0/efficientnet-lite0.onnx", [3, 224, 224], 0),
        ("speech-embedding/melspectrogram.onnx", [12_400], 0),
        ("speech-embedding/embedding_model.onnx", [76, 32, 1], 0),
    ])
    func `third-party networks give the same outputs as in onnxruntime`(
        name: String, shape: [Int], output: Int
    ) throws {
        guard let place = try? RealData.locator.folder(of: "own") else {
            try Test.cancel("needs the folder 'own' in the data directory")
        }
        let directory = try TemporaryDirectory()
        let file = URL(filePath: place).appending(path: "models/\(name)")
        let network = try ScriptedNetwork(loading: script(file, in: directory))
        let shapes = ([1] + shape).map(String.init).joined(separator: ",")
        _ = try environment().run(Self.reference, file.path, shapes, directory.path("x"), directory.path("y"))
        let given = try Self.floats(directory.file("x"))
        let wanted = try Self.floats(directory.file("y"))
        let features = try network.features(of: given, shape: shape, output: output)
        #expect(features.count == wanted.count)
        let scale = wanted.map(abs).max() ?? 1
        let difference = zip(features, wanted).map { abs($0 - $1) }.max() ?? .infinity
        #expect(difference < 1e-4 * max(1, scale), "\(name): \(difference) of \(scale)")
        print("\(name): largest difference \(difference), largest value \(scale)")
    }

    private static func floats(_ file: URL) throws -> [Float] {
        try Data(contentsOf: file).withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }

    private static let reference = """
        import sys, numpy, onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
        shape = [int(size) for size in sys.argv[2].split(",")]
        x = numpy.random.default_rng(3).standard_normal(shape).astype(numpy.float32)
        y = session.run(None, {session.get_inputs()[0].name: x})[0]
        open(sys.argv[3], "wb").write(x.tobytes())
        open(sys.argv[4], "wb").write(numpy.ascontiguousarray(y).tobytes())
        """

    @Test func `exported CNNs, vision transformers and text encoders are the same from version 9 on`()
        throws
    {
        let python = try environment()
        let directory = try TemporaryDirectory()
        _ = try python.run(Self.export, directory.url.path)
        let files = try FileManager.default.contentsOfDirectory(at: directory.url, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "onnx" }
        #expect(files.count >= 12)
        for file in files { _ = try script(file, in: directory) }
        if let own = try? RealData.locator.folder(of: "own") {
            let copy = directory.file("silero.onnx")
            let original = "\(own)/models/silero-vad/silero_vad_16k_op15.onnx"
            try FileManager.default.copyItem(at: URL(filePath: original), to: copy)
            _ = try script(copy, in: directory)
        }
        let lines = try python.run(Self.compare, directory.url.path).split(separator: "\n").map(String.init)
        #expect(lines.count >= files.count)
        for line in lines {
            let difference = line.split(separator: " ").last.flatMap { Double($0) } ?? .infinity
            #expect(difference < 1e-4, "\(line)")
        }
        print(lines.joined(separator: "\n"))
    }

    /// Writes small networks of common kinds, as PyTorch exports them.
    private static let export = """
        import sys, warnings, logging, torch
        from torch import nn
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        torch.manual_seed(3)
        class Inverted(nn.Module):
            def __init__(self):
                super().__init__()
                self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.Hardswish())
                self.deep = nn.Sequential(nn.Conv2d(16, 16, 5, 1, 2, groups=16), nn.BatchNorm2d(16), nn.ReLU6())
                self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(16, 4, 1), nn.SiLU(), nn.Conv2d(4, 16, 1), nn.Hardsigmoid())
                self.pool = nn.MaxPool2d(3, 2, 1)
                self.mean = nn.AvgPool2d(2, 2, 0)
                self.head = nn.Linear(16, 7)
            def forward(self, x):
                x = self.stem(x)
                x = x + self.deep(x) * self.squeeze(self.deep(x))
                x = self.mean(self.pool(x))
                return self.head(x.mean((2, 3))), torch.flatten(nn.functional.interpolate(x, scale_factor=2.0), 1)
        class Vision(nn.Module):
            def __init__(self):
                super().__init__()
                self.patches = nn.Conv2d(3, 32, 8, 8)
                self.first = nn.Parameter(torch.randn(1, 1, 32))
                self.places = nn.Parameter(torch.randn(1, 17, 32))
                layer = nn.TransformerEncoderLayer(32, 4, 64, 0.0, "gelu", batch_first=True, norm_first=True)
                self.layers = nn.ModuleList([layer, nn.TransformerEncoderLayer(32, 4, 64, 0.0, "gelu", batch_first=True, norm_first=True)])
                self.norm = nn.LayerNorm(32)
            def forward(self, x):
                x = self.patches(x).flatten(2).transpose(1, 2)
                x = torch.cat([self.first.expand(x.shape[0], -1, -1), x], 1) + self.places
                for layer in self.layers: x = layer(x)
                return self.norm(x)[:, 0]
        class Text(nn.Module):
            def __init__(self):
                super().__init__()
                self.words, self.places = nn.Embedding(90, 32), nn.Embedding(40, 32)
                self.q, self.k, self.v, self.o = [nn.Linear(32, 32) for _ in range(4)]
                self.one, self.two = nn.LayerNorm(32), nn.LayerNorm(32)
                self.up, self.down = nn.Linear(32, 64), nn.Linear(64, 32)
            def split(self, x): return x.view(x.shape[0], x.shape[1], 4, 8).permute(0, 2, 1, 3)
            def forward(self, input_ids, attention_mask):
                x = self.words(input_ids) + self.places(torch.arange(input_ids.shape[1]))[None]
                away = (1.0 - attention_mask[:, None, None, :].float()) * -1e9
                scores = self.split(self.q(x)) @ self.split(self.k(x)).transpose(-1, -2) / 8 ** 0.5 + away
                y = (scores.softmax(-1) @ self.split(self.v(x))).permute(0, 2, 1, 3).reshape(x.shape)
                x = self.one(x + self.o(y))
                x = self.two(x + self.down(nn.functional.gelu(self.up(x))))
                mask = attention_mask[..., None].float()
                return x, (x * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        class Sound(nn.Module):
            def __init__(self):
                super().__init__()
                self.front = nn.Sequential(nn.Conv1d(1, 8, 9, 4), nn.GroupNorm(2, 8), nn.ELU())
                self.memory = nn.LSTM(8, 12, bidirectional=True, batch_first=True)
                self.gates = nn.GRU(24, 6, batch_first=True)
            def forward(self, x): return self.gates(self.memory(self.front(x).transpose(1, 2))[0])[0].mean(1)
        picture, sound = torch.rand(2, 3, 32, 32), torch.randn(2, 1, 200)
        words = (torch.randint(0, 90, (2, 11)), torch.ones(2, 11, dtype=torch.int64))
        for name, network, given, names in [
            ("inverted", Inverted(), (picture,), ["x"]), ("vision", Vision(), (picture,), ["x"]),
            ("text", Text(), words, ["input_ids", "attention_mask"]), ("sound", Sound(), (sound,), ["x"])]:
            for version in (9, 11, 13, 17, 20):
                axes = {n: {0: "n", 1: "t"} if name == "text" else {0: "n"} for n in names}
                try:
                    torch.onnx.export(
                        network.eval(), given, f"{sys.argv[1]}/{name}-{version}.onnx", opset_version=version, dynamo=False,
                        input_names=names, dynamic_axes=axes)
                except torch.onnx.errors.UnsupportedOperatorError:
                    pass
        """

    /// Prints the largest difference for each network, relative to the largest value.
    private static let compare = """
        import sys, glob, os, numpy, onnxruntime, torch
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        generator = numpy.random.default_rng(5)
        for file in sorted(glob.glob(sys.argv[1] + "/*.pt")):
            session = onnxruntime.InferenceSession(file[:-3] + ".onnx", options, providers=["CPUExecutionProvider"])
            script, largest = torch.jit.load(file), 0.0
            for batch in (1, 3):
                feeds = []
                for value in session.get_inputs():
                    shape = [batch if i == 0 or size == "batch" else 9 if isinstance(size, str) else size for i, size in enumerate(value.shape)]
                    if value.name == "input": feeds.append(generator.standard_normal((batch, 576)).astype(numpy.float32) * 0.1)
                    elif value.name == "state": feeds.append(generator.standard_normal((2, batch, 128)).astype(numpy.float32))
                    elif value.name == "sr": feeds.append(numpy.array(16000, dtype=numpy.int64))
                    elif value.name == "attention_mask": feeds.append((numpy.arange(9)[None] < 6).repeat(batch, 0).astype(numpy.int64))
                    elif "int64" in value.type: feeds.append(generator.integers(0, 90, shape))
                    else: feeds.append(generator.standard_normal(shape).astype(numpy.float32))
                wanted = session.run(None, {v.name: f for v, f in zip(session.get_inputs(), feeds)})
                with torch.no_grad(): given = script(*[torch.from_numpy(f) for f in feeds])
                for mine, theirs in zip(given if isinstance(given, tuple) else [given], wanted):
                    assert tuple(mine.shape) == theirs.shape, (file, mine.shape, theirs.shape)
                    largest = max(largest, float(numpy.abs(mine.numpy() - theirs).max() / max(1, numpy.abs(theirs).max())))
            print(os.path.basename(file)[:-3], largest)
        """

    @Test func `an unsupported network is refused with its operators`() throws {
        var nodes = ["StringNormalizer", "Loop", "Relu"].map { Wire.OnnxNode(input: ["x"], output: [$0], opType: $0) }
        let type = Wire.OnnxType(tensorType: Wire.OnnxTensorType(elemType: 1))
        // The body of a loop reads what no node has produced.
        let body = Wire.OnnxGraph(
            node: [Wire.OnnxNode(input: ["turn"], output: ["next"], opType: "Identity")],
            input: [Wire.OnnxValue(name: "turn", type: type)], output: [Wire.OnnxValue(name: "next", type: type)])
        nodes[1].attribute = [Wire.OnnxAttribute(name: "body", g: try body.encodedBytes(), type: 5)]
        let model = Wire.OnnxModel(
            irVersion: 8,
            graph: Wire.OnnxGraph(
                node: nodes, input: [Wire.OnnxValue(name: "x", type: type)],
                output: [Wire.OnnxValue(name: "Relu", type: type)]),
            opsetImport: [Wire.OnnxOperatorSet(version: 17)])
        let file = try OnnxFile(bytes: model.encodedBytes(), name: "sample.onnx")
        let failure = #expect(throws: Failure.self) { try file.script() }
        #expect(failure?.message.contains("operators Loop, StringNormalizer are not supported") == true)
    }
}
