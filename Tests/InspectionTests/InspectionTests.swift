import CTorch
import Foundation
import Inspection
import Model
import Networks
import ONNX
import Safetensors
import TestSupport
import Testing
import Torch

@Suite(.timeLimit(.minutes(5)))
struct InspectionTests {
    private let directory: TemporaryDirectory
    private let process: InspectionProcess

    init() throws {
        directory = try TemporaryDirectory()
        process = InspectionProcess(program: try ChildProcess.executable("gyrus-inspector"))
    }

    private func sample(classes: Int = 10) throws -> NetworkDescription {
        try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: classes)
    }

    /// A TorchScript file with a given `forward`.
    private func script(_ body: String, _ name: String) throws -> URL {
        var error: UnsafeMutablePointer<CChar>?
        let source = "def forward(self, x: Tensor) -> Tensor:\n\(body)\n"
        let network = try #require(
            gyrus_network_create(source, nil, nil, 0, 0, .processor, &error),
            "\(error.map { String(cString: $0) } ?? "")")
        defer { gyrus_network_free(network) }
        let file = directory.file(name)
        #expect(gyrus_network_save(network, file.path, &error))
        return file
    }

    private func refusal(_ request: InspectionRequest) async throws -> Failure {
        let failure = await #expect(throws: Failure.self) { try await process.inspect(request) }
        return try #require(failure)
    }

    // MARK: - What is sound

    @Test func `weights of a base network are matched, run, and joined with their structure`() async throws {
        let network = try sample()
        let (weights, companion) = (directory.file("w.safetensors"), directory.file("w.pt"))
        let original = try ScriptedNetwork(network, seed: 3)
        try original.saveWeights(to: weights)
        let inspection = try await process.inspect(
            InspectionRequest(file: weights, network: try network.canonicalJSON, companion: companion))
        #expect(inspection.format == .safetensors && inspection.hasCompanion && inspection.outline == nil)
        let loaded = try ScriptedNetwork(loading: companion)
        #expect(try loaded.values(of: "head.weight") == original.values(of: "head.weight"))
    }

    @Test func `weights are read from a script of a base network`() async throws {
        let network = try sample()
        let (file, companion) = (directory.file("w.pt"), directory.file("w.safetensors"))
        try ScriptedNetwork(network, seed: 3).save(to: file)
        let inspection = try await process.inspect(
            InspectionRequest(file: file, network: try network.canonicalJSON, companion: companion))
        #expect(inspection.format == .torchScript)
        #expect(inspection.findings.contains { $0.contains("[2, 10]") })
        #expect(try SafetensorsFile(opening: companion.path).entries.count == network.tensors.count)
    }

    @Test func `any script is run and outlined`() async throws {
        let file = directory.file("anybody.pt")
        try ScriptedNetwork(try sample(), seed: 3).save(to: file)
        let inspection = try await process.inspect(InspectionRequest(file: file, inputShapes: [[1, 28, 28]]))
        let outline = try #require(inspection.outline)
        #expect(outline.inputs == [.init(name: "image", shape: [-1, 1, 28, 28])])
        #expect(outline.outputs == [.init(name: "output0", shape: [-1, 10])])
        #expect(outline.nodes.filter { $0.operation == "conv2d" }.count == 3)
        #expect(outline.parameterCount == (try sample().tensors.reduce(0) { $0 + $1.elementCount }))
    }

    @Test func `an ONNX file is outlined`() async throws {
        let network = try sample()
        let (weights, file) = (directory.file("w.safetensors"), directory.file("w.onnx"))
        try ScriptedNetwork(network, seed: 3).saveWeights(to: weights)
        try OnnxFile.write(network, weights: weights, to: file)
        let inspection = try await process.inspect(InspectionRequest(file: file))
        #expect(inspection.format == .onnx && inspection.producer == "Gyrus")

        let companion = directory.file("translated.pt")
        let run = try await process.inspect(InspectionRequest(file: file, companion: companion, mustRun: true))
        #expect(run.hasCompanion && run.findings.last?.contains("ran: [[2, 10]]") == true, "\(run.findings)")
        let given = (0..<784).map { Float($0 % 7) }
        let (one, other) = (try ScriptedNetwork(network, seed: 3), try ScriptedNetwork(loading: companion))
        let wanted = try one.features(of: given, shape: [1, 28, 28], output: 0)
        let found = try other.features(of: given, shape: [1, 28, 28], output: 0)
        #expect(zip(wanted, found).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    // MARK: - What is not

    @Test func `weights that do not fit are refused by tensor`() async throws {
        let weights = directory.file("w.safetensors")
        try ScriptedNetwork(try sample(), seed: 3).saveWeights(to: weights)
        let other = try sample(classes: 12).canonicalJSON
        let failure = try await refusal(InspectionRequest(file: weights, network: other))
        #expect(failure.message.contains("'head.bias' has shape [10]"), "\(failure.message)")
        let alone = try await refusal(InspectionRequest(file: weights))
        #expect(alone.message.contains("--network"))

        let network = try sample()
        var tensors = try network.tensors.map { tensor in
            try Tensor(tensor.name, shape: tensor.shape, [Float](repeating: .nan, count: tensor.elementCount))
        }
        try SafetensorsFile.write(tensors, to: weights.path)
        let infinite = try await refusal(InspectionRequest(file: weights, network: try network.canonicalJSON))
        #expect(infinite.message.contains("not finite"))
        tensors.append(try Tensor("stray", shape: [1], [Float(0)]))
        try SafetensorsFile.write(tensors, to: weights.path)
        let stray = try await refusal(InspectionRequest(file: weights, network: try network.canonicalJSON))
        #expect(stray.message.contains("'stray' does not belong to any layer"))
    }

    @Test func `truncated files are refused`() async throws {
        let network = try sample()
        let (weights, script, onnx) = (
            directory.file("w.safetensors"), directory.file("w.pt"), directory.file("w.onnx")
        )
        let original = try ScriptedNetwork(network, seed: 3)
        try original.saveWeights(to: weights)
        try original.save(to: script)
        try OnnxFile.write(network, weights: weights, to: onnx)
        for file in [weights, script, onnx] {
            let content = try Data(contentsOf: file)
            try content.dropLast(content.count / 3).write(to: file)
            let description = file == onnx ? nil : try network.canonicalJSON
            let failure = try await refusal(InspectionRequest(file: file, network: description))
            #expect(failure.message.contains(file.path), "\(failure.message)")
        }
    }

    @Test(arguments: [
        ("p.pkl", [0x80, 0x04, 0x95] as [UInt8], "pickle"), ("m.h5", [0x89, 0x48, 0x44, 0x46, 0x0d], "HDF5"),
        ("m.gguf", Array("GGUF\u{3}".utf8), "GGUF"), ("m.cfg", Array("[net]".utf8), "Darknet"),
        ("m.bin", [1, 2, 3], "OpenVINO"), ("m.pt", [], "empty"), ("m.zip", [0x50, 0x4b, 3, 4, 0, 0], "zip archive"),
    ])
    func `other formats are named`(name: String, bytes: [UInt8], word: String) async throws {
        let path = try directory.write(bytes, as: name)
        let failure = try await refusal(InspectionRequest(file: URL(filePath: path)))
        #expect(failure.message.contains(path) && failure.message.contains(word), "\(failure.message)")
    }

    @Test func `a missing file is named`() async throws {
        let failure = try await refusal(InspectionRequest(file: directory.file("nowhere.pt")))
        #expect(failure.code == .notFound && failure.message.contains("nowhere.pt"))
    }

    @Test func `a script that does not fit its inputs is refused`() async throws {
        let file = directory.file("w.pt")
        try ScriptedNetwork(try sample(), seed: 3).save(to: file)
        let wrong = try await refusal(InspectionRequest(file: file, inputShapes: [[3, 8, 8]]))
        #expect(wrong.message.contains("fails on inputs [[3, 8, 8]]"), "\(wrong.message)")
        let none = try await refusal(InspectionRequest(file: file))
        #expect(none.message.contains("(image)") && none.message.contains("--input"))
    }

    // MARK: - What does harm

    @Test func `a script that uses too much memory ends, and only its process`() async throws {
        let file = try script("    return x + torch.sum(torch.ones([4000000000]))", "eater.pt")
        let failure = try await refusal(InspectionRequest(file: file, inputShapes: [[1]]))
        #expect(failure.message.contains(file.path), "\(failure.message)")
    }

    @Test func `a script that never ends is stopped`() async throws {
        let file = try script("    while bool(torch.sum(x) > -1):\n        x = x + 1\n    return x", "loop.pt")
        let hasty = InspectionProcess(
            program: try ChildProcess.executable("gyrus-inspector"), longest: .seconds(3))
        let failure = await #expect(throws: Failure.self) {
            try await hasty.inspect(InspectionRequest(file: file, inputShapes: [[1]]))
        }
        #expect(failure?.message.contains("ended by signal 9") == true, "\(failure?.message ?? "")")
    }

    @Test func `a script with non-finite outputs is refused`() async throws {
        let file = try script("    return x / 0", "infinite.pt")
        let failure = try await refusal(InspectionRequest(file: file, inputShapes: [[1]]))
        #expect(failure.message.contains("finite"))
    }
}

extension gyrus_place {
    /// The CPU, with 32 bits.
    static var processor: gyrus_place {
        gyrus_place(device: -1, precision: GYRUS_FP32, is_like_device: false)
    }
}
