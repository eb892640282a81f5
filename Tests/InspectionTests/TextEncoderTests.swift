import Foundation
import Inspection
import Model
import Networks
import Safetensors
import Schema
import TestSupport
import Testing
import Torch

/// Text encoders become networks that take the numbers of tokens.
@Suite(.timeLimit(.minutes(5)))
struct TextEncoderTests {
    private let directory: TemporaryDirectory
    private let process: InspectionProcess
    private static let (vocabulary, width, length) = (9, 8, 6)

    init() throws {
        directory = try TemporaryDirectory()
        process = InspectionProcess(program: try ChildProcess.executable("gyrus-inspector"))
    }

    /// The weights of a BERT with one layer and two heads.
    private func weights() throws -> URL {
        var generator = SplitMix64(seed: 5)
        func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
            let count = shape.reduce(1, *)
            return try Tensor(name, shape: shape, (0..<count).map { _ in Float(generator.next() >> 40) * 0x1p-23 - 1 })
        }
        let width = Self.width
        var tensors = try [
            tensor("embeddings.word_embeddings.weight", [Self.vocabulary, width]),
            tensor("embeddings.position_embeddings.weight", [Self.length, width]),
            tensor("embeddings.token_type_embeddings.weight", [2, width]),
        ]
        let layer = "encoder.layer.0"
        let linear = [
            "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
        ]
        for name in linear {
            tensors += try [
                tensor("\(layer).\(name).weight", [width, width]), tensor("\(layer).\(name).bias", [width]),
            ]
        }
        tensors += try [
            tensor("\(layer).intermediate.dense.weight", [16, width]), tensor("\(layer).intermediate.dense.bias", [16]),
            tensor("\(layer).output.dense.weight", [width, 16]), tensor("\(layer).output.dense.bias", [width]),
        ]
        for name in ["embeddings", "\(layer).attention.output", "\(layer).output"] {
            tensors += try [
                tensor("\(name).LayerNorm.weight", [width]), tensor("\(name).LayerNorm.bias", [width]),
            ]
        }
        let file = directory.file("model.safetensors")
        try SafetensorsFile.write(tensors, to: file.path)
        try Data(#"{"num_attention_heads": 2, "model_type": "bert"}"#.utf8).write(to: directory.file("config.json"))
        return file
    }

    private func inspected(
        _ file: URL, _ encoding: TextEncoding, vocabulary: Int = TextEncoderTests.vocabulary
    ) async throws -> (Inspection, ScriptedNetwork) {
        let companion = directory.file("\(UUID().uuidString).pt")
        let inspection = try await process.inspect(
            InspectionRequest(
                file: file, inputShapes: [[encoding.length]], companion: companion, mustRun: true,
                encoder: .init(encoding, feature: 0, vocabulary: vocabulary)))
        let network = try ScriptedNetwork(loading: companion)
        #expect(inspection.hasCompanion && network.inputs == ["tokens"])
        return (inspection, network)
    }

    private static func features(_ network: ScriptedNetwork, _ tokens: [Float]) throws -> [Float] {
        let padded = tokens + [Float](repeating: -1, count: length - tokens.count)
        return try network.features(of: padded, shape: [length], output: 0)
    }

    @Test func `padding changes nothing, and pooling and norm follow the contract`() async throws {
        let file = try weights()
        let mean = try await inspected(file, TextEncoding(length: Self.length)).1
        let first = try await inspected(file, TextEncoding(length: Self.length, pooling: .first)).1
        let unit = try await inspected(file, TextEncoding(length: Self.length, norm: .unit)).1
        let tokens: [Float] = [2, 7, 0, 8]
        let features = try Self.features(mean, tokens)
        #expect(features.count == Self.width)
        // The maximum number of tokens; the last one may be padding.
        #expect(try mean.features(of: tokens, shape: [4], output: 0) == features)
        #expect(try Self.features(mean, tokens + [1]) != features)
        #expect(try Self.features(first, tokens) != features)
        let single = try (Self.features(mean, [3]), Self.features(first, [3]))
        for (one, other) in zip(single.0, single.1) { #expect(abs(one - other) < 1e-5) }
        let length = features.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for (one, other) in zip(try Self.features(unit, tokens), features) { #expect(abs(one - other / length) < 1e-5) }
    }

    @Test func `a tokenizer that does not fit, a picture network and a missing output are refused`() async throws {
        func refusal(_ body: () async throws -> Void) async -> String {
            let failure = await #expect(throws: Failure.self) { try await body() }
            return failure?.message ?? ""
        }
        let file = try weights()
        let encoding = TextEncoding(length: Self.length)
        let many = await refusal { _ = try await inspected(file, encoding, vocabulary: 10) }
        #expect(many.contains("out of the 10 of its tokenizer"), "\(many)")
        let long = await refusal { _ = try await inspected(file, TextEncoding(length: 7)) }
        #expect(long.contains("fails on"), "\(long)")
        let script = directory.file("picture.pt")
        try ScriptedNetwork.write(
            source: "def forward(self, image: Tensor) -> Tensor:\n    return image\n", tensors: [], trained: [],
            to: script)
        let image = await refusal { _ = try await inspected(script, encoding) }
        #expect(image.contains("has an input 'image'"), "\(image)")
    }

    @Test func `TorchScript with token numbers and a mask is wrapped, whatever the order of its arguments`()
        async throws
    {
        let script = directory.file("script.pt")
        let words = try Tensor("words", shape: [9, 2], (0..<18).map { Float($0) })
        try ScriptedNetwork.write(
            source: """
                def forward(self, attention_mask: Tensor, input_ids: Tensor) -> Tuple[Tensor, Tensor]:
                    x = torch.embedding(self.words, input_ids)
                    return x, x[:, 0] * attention_mask.sum()

                """, tensors: [words], trained: ["words"], to: script)
        let network = try await inspected(script, TextEncoding(length: Self.length)).1
        // The mean of rows 1 and 4.
        #expect(try Self.features(network, [1, 4]) == [5, 6])
    }

    /// A graph that looks up tokens and hides masked ones.
    private func graph(length: Int?) throws -> URL {
        func value(_ name: String, _ type: Int32, _ rest: [Wire.OnnxDimension] = []) -> Wire.OnnxValue {
            let tokens = length.map { Wire.OnnxDimension(value: .dimValue(Int64($0))) }
            let dimensions = [.init(value: .dimParam("n")), tokens ?? .init(value: .dimParam("t"))] + rest
            return Wire.OnnxValue(
                name: name,
                type: Wire.OnnxType(
                    tensorType: Wire.OnnxTensorType(elemType: type, shape: Wire.OnnxShape(dim: dimensions))))
        }
        let words = Wire.OnnxTensor(dims: [9, 2], dataType: 1, floatData: (0..<18).map { Float($0) }, name: "words")
        let place = Wire.OnnxTensor(dims: [1], dataType: 7, int64Data: [2], name: "place")
        let model = Wire.OnnxModel(
            irVersion: 8,
            graph: Wire.OnnxGraph(
                node: [
                    Wire.OnnxNode(input: ["words", "input_ids"], output: ["rows"], opType: "Gather"),
                    Wire.OnnxNode(
                        input: ["attention_mask"], output: ["mask"], opType: "Cast",
                        attribute: [Wire.OnnxAttribute(name: "to", i: 1, type: 2)]),
                    Wire.OnnxNode(input: ["mask", "place"], output: ["column"], opType: "Unsqueeze"),
                    Wire.OnnxNode(input: ["rows", "column"], output: ["last"], opType: "Mul"),
                ], initializer: [words, place],
                input: [value("attention_mask", 7), value("input_ids", 7)],
                output: [value("last", 1, [.init(value: .dimValue(2))])]),
            opsetImport: [Wire.OnnxOperatorSet(version: 17)])
        return URL(filePath: try directory.write(try model.encodedBytes(), as: "\(length ?? 0).onnx"))
    }

    @Test func `ONNX takes tokens of any length, or exactly as many as its inputs have`() async throws {
        let network = try await inspected(try graph(length: nil), TextEncoding(length: Self.length)).1
        #expect(try Self.features(network, [1, 4]) == [5, 6])
        let fixed = try await inspected(try graph(length: Self.length), TextEncoding(length: Self.length)).1
        #expect(try Self.features(fixed, [1, 4]) == [5, 6])
        let failure = await #expect(throws: Failure.self) {
            try await inspected(try graph(length: 8), TextEncoding(length: Self.length))
        }
        #expect(failure?.message.contains("give text.length: 8") == true, "\(failure?.message ?? "")")
    }
}
