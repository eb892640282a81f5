import Darknet
import Foundation
import Inspection
import Model
import Networks
import OpenVINO
import Safetensors
import Torch

/// Validates a whole file before any of it is stored.
struct Inspector {
    let request: InspectionRequest
    let file: URL
    private let network: NetworkDescription?

    init(_ request: InspectionRequest) throws {
        self.request = request
        file = request.file
        network = try request.network.map { try NetworkDescription(json: $0) }
    }

    func inspect() throws -> Inspection {
        switch try FileKind(of: file) {
        case .importable(.torchScript): return try inspectScript()
        case .importable(.safetensors): return try inspectWeights()
        case .importable(.onnx): return try inspectGraph()
        case .importable(.darknet): return try inspectDarknet()
        case .importable(.openVINO): return try inspectOpenVINO()
        case .pickle:
            throw refusal(
                "it is a Python pickle, and reading one runs any code in it. Save the network with"
                    + " torch.jit.save, or its weights with safetensors.torch.save_file, and import that")
        case .unknown(let what):
            throw refusal("it is \(what). Supported formats: TorchScript, safetensors, ONNX, Darknet and OpenVINO")
        }
    }

    func refusal(_ reason: String) -> Failure {
        Failure(.invalidArgument, "'\(file.path)' cannot be imported: \(reason).")
    }

    // MARK: - TorchScript

    private func inspectScript() throws -> Inspection {
        let script = try load()
        guard let network else { return try inspectUnknown(script) }
        try compare(script.tensorShapes, with: network)
        guard script.inputs.count == network.inputs.count else {
            throw refusal("it has \(script.inputs.count) inputs, but '\(network.name)' has \(network.inputs.count)")
        }
        let shapes = try run(script, network.inputs.map(\.shape))
        let expected = try network.outputShape
        guard shapes.count == 1, shapes[0] == [Self.batch] + expected else {
            throw refusal("its outputs have shapes \(shapes), but '\(network.name)' gives \(expected) per sample")
        }
        if let companion = request.companion { try script.saveWeights(to: companion) }
        return Inspection(
            .torchScript,
            findings: ["its tensors match '\(network.name)'", "ran: \(shapes[0]) for a batch of \(Self.batch)"],
            hasCompanion: request.companion != nil)
    }

    private func load() throws -> ScriptedNetwork {
        if let violation = try ArchiveBounds.violation(of: file) { throw refusal(violation) }
        let script: ScriptedNetwork
        do {
            script = try ScriptedNetwork(loading: file)
        } catch let failure as Failure {
            guard failure.code == .corrupt else { throw failure }
            throw refusal(
                "libtorch \(ComputeThreads.torchVersion), which Gyrus was built with, cannot load it. If it needs a newer"
                    + " libtorch, build Gyrus with one (LIBTORCH=FOLDER swift build), or save the network with an older"
                    + " PyTorch. The reason: \(failure.message.prefix(4_000))")
        }
        if let operation = script.fileOperation {
            throw refusal("it uses \(operation), which opens files; a network must not do that")
        }
        return script
    }

    /// Wraps a text encoder in TorchScript that takes tokens, and writes it to the companion file.
    private func inspectEncoder(_ script: ScriptedNetwork, _ encoder: InspectionRequest.Encoder) throws -> Inspection {
        guard let companion = request.companion else { throw refusal("its converted form has no file") }
        let needed = zip(script.inputs, script.optionalInputs).filter { !$1 }.map(\.0)
        let source = try EncoderScript(encoder)
            .source(calling: "self.network.forward", needed, outputs: try script.outputCount)
        try ScriptedNetwork.write(source: source, around: file, to: companion)
        let network = try ScriptedNetwork(loading: companion)
        let shapes = [[encoder.encoding.length]]
        let outputs = try run(network, shapes)
        try runTokens(network)
        let outline = try outline(
            of: network, .torchScript, inputs: Array(zip(network.inputs, shapes)), outputs: outputs)
        return Inspection(
            .torchScript, outline: outline,
            findings: ["\(outline.nodes.count) operations", "ran: \(outputs) for a batch of \(Self.batch) texts"],
            hasCompanion: true)
    }

    private func inspectUnknown(_ script: ScriptedNetwork) throws -> Inspection {
        if let encoder = request.encoder { return try inspectEncoder(script, encoder) }
        let shapes = request.inputShapes
        let optional = script.optionalInputs
        let isComplete = script.inputs.indices.allSatisfy {
            optional[$0] || shapes.indices.contains($0) && shapes[$0] != nil
        }
        guard isComplete, shapes.count <= script.inputs.count, shapes.contains(where: { $0 != nil }) else {
            let names = zip(script.inputs, optional).map { $1 ? "\($0), optional" : $0 }.joined(separator: "; ")
            throw refusal(
                "it has \(script.inputs.count) inputs (\(names)), but \(shapes.count) shapes were given. Name its base network"
                    + " with --network, or a shape for each input in order, such as --input 3x224x224, or --input none for an"
                    + " optional one")
        }
        let given = zip(script.inputs, shapes).compactMap { name, shape in shape.map { (name, $0) } }
        let outputs = try run(script, shapes)
        let outline = try outline(of: script, .torchScript, inputs: given, outputs: outputs)
        return Inspection(
            .torchScript, outline: outline,
            findings: ["\(outline.nodes.count) operations", "ran: \(outputs) for a batch of \(Self.batch)"])
    }

    /// The structure of a network that ran; its first dimension is the batch.
    func outline(
        of script: ScriptedNetwork, _ format: Inspection.Format, inputs: [(String, [Int])], outputs: [[Int]]
    ) throws -> NetworkOutline {
        let outline = NetworkOutline(
            format: format.rawValue, name: file.deletingPathExtension().lastPathComponent,
            inputs: inputs.map { .init(name: $0, shape: [-1] + $1) },
            outputs: outputs.enumerated().map {
                .init(name: "output\($0.offset)", shape: [-1] + $0.element.dropFirst())
            },
            nodes: try script.operations())
        try outline.validate()
        return outline
    }

    /// Batch size of the trial run: two, to detect a batch size frozen at one.
    static let batch = 2

    func run(_ script: ScriptedNetwork, _ shapes: [[Int]?]) throws -> [[Int]] {
        do {
            return try script.outputShapes(for: shapes.map { $0.map { [Self.batch] + $0 } })
        } catch let failure as Failure {
            throw refusal(
                "it fails on inputs [\(shapes.map { $0.map { "\($0)" } ?? "none" }.joined(separator: ", "))] in a batch of \(Self.batch): \(failure.message)"
            )
        }
    }

    // MARK: - Safetensors

    private func inspectWeights() throws -> Inspection {
        let weights = try SafetensorsFile(opening: file.path)
        guard let network else { return try inspectCheckpoint(weights) }
        let needed = try network.tensors
        // PyTorch's counters of batch normalization say nothing about the network.
        let entries = weights.entries.filter { !($0.name.hasSuffix("num_batches_tracked") && $0.shape.isEmpty) }
        let shapes = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.shape) })
        try compare(shapes, with: network)
        for tensor in needed {
            guard try weights.floats(of: tensor.name).allSatisfy(\.isFinite) else {
                throw refusal("tensor '\(tensor.name)' has values that are not finite")
            }
        }
        let script = try ScriptedNetwork(network, seed: 0)
        try script.loadWeights(from: file)
        let outputs = try run(script, network.inputs.map(\.shape))
        if let companion = request.companion { try script.save(to: companion) }
        return Inspection(
            .safetensors,
            findings: [
                "\(needed.count) tensors of '\(network.name)', all finite",
                "ran: \(outputs) for a batch of \(Self.batch)",
            ], hasCompanion: request.companion != nil)
    }

    /// Requires exactly the network's tensors, each in its shape.
    private func compare(_ shapes: [String: [Int]], with network: NetworkDescription) throws {
        let needed = Dictionary(uniqueKeysWithValues: try network.tensors.map { ($0.name, $0.shape) })
        for (name, shape) in needed.sorted(by: { $0.key < $1.key }) {
            guard let found = shapes[name] else { throw refusal("tensor '\(name)' of '\(network.name)' is missing") }
            guard found == shape else {
                throw refusal("tensor '\(name)' has shape \(found), but '\(network.name)' needs \(shape)")
            }
        }
        if let extra = shapes.keys.sorted().first(where: { needed[$0] == nil }) {
            throw refusal("tensor '\(extra)' does not belong to any layer of '\(network.name)'")
        }
    }

    // MARK: - Two files

    func refuseNetwork() throws {
        guard network == nil else { throw refusal("it describes its own network; omit --network") }
    }

    private func inspectDarknet() throws -> Inspection {
        try refuseNetwork()
        let structure = try partner(.darknet)
        let outline = try DarknetFile(weights: file, configuration: structure).outline
        return Inspection(.darknet, outline: outline, producer: "Darknet", findings: findings(outline, structure))
    }

    private func inspectOpenVINO() throws -> Inspection {
        try refuseNetwork()
        let weights = try partner(.openVINO)
        let outline = try OpenVINOFile(structure: file, weights: weights).outline
        return Inspection(.openVINO, outline: outline, producer: "OpenVINO", findings: findings(outline, weights))
    }

    private func partner(_ format: Inspection.Format) throws -> URL {
        guard let partner = format.partner(of: file) else { throw refusal("its companion file is missing") }
        if FileKind.isPointer(partner) { throw refusal("'\(partner.lastPathComponent)' is \(FileKind.pointer)") }
        return partner
    }

    private func findings(_ outline: NetworkOutline, _ partner: URL) -> [String] {
        [
            "read with '\(partner.lastPathComponent)'", "\(outline.nodes.count) operations",
            "\(outline.parameterCount) weights, all finite, matching the structure",
        ]
    }
}
