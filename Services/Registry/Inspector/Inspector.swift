import Darknet
import Foundation
import Inspection
import Model
import Networks
import ONNX
import OpenVINO
import Safetensors
import Torch

/// Checks a file whole before anything of it is stored.
struct Inspector {
    private let request: InspectionRequest
    private let file: URL
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
                "it is a Python pickle, and reading one runs whatever code is in it. Save the network with"
                    + " torch.jit.save, or its weights with safetensors.torch.save_file, and import that")
        case .unknown(let what):
            throw refusal("it is \(what). TorchScript, safetensors, ONNX, Darknet and OpenVINO can be imported")
        }
    }

    private func refusal(_ reason: String) -> Failure {
        Failure(.invalidArgument, "'\(file.path)' cannot be imported: \(reason).")
    }

    // MARK: - TorchScript

    private func inspectScript() throws -> Inspection {
        let script = try load()
        guard let network else { return try inspectUnknown(script) }
        try compare(script.tensorShapes, with: network)
        guard script.inputs.count == network.inputs.count else {
            throw refusal("it has \(script.inputs.count) inputs, and '\(network.name)' has \(network.inputs.count)")
        }
        let shapes = try run(script, network.inputs.map(\.shape))
        let expected = try network.outputShape
        guard shapes.count == 1, shapes[0] == [Self.batch] + expected else {
            throw refusal("it gives \(shapes), and '\(network.name)' gives \(expected) for each sample")
        }
        if let companion = request.companion { try script.saveWeights(to: companion) }
        return Inspection(
            .torchScript,
            findings: ["tensors are those of '\(network.name)'", "ran: \(shapes[0]) for a batch of \(Self.batch)"],
            hasCompanion: request.companion != nil)
    }

    private func load() throws -> ScriptedNetwork {
        let script: ScriptedNetwork
        do {
            script = try ScriptedNetwork(loading: file)
        } catch let failure as Failure {
            let signs = ["Unknown builtin op", "maximum supported version", "may be too old"]
            guard signs.contains(where: failure.message.contains) else { throw failure }
            // libtorch goes on with operators of similar names, which are of no help.
            let reason = failure.message.prefix { !$0.isNewline }.prefix(300)
            throw refusal(
                "it needs a newer libtorch than \(ComputeThreads.torchVersion), which Gyrus was built with (\(reason)). Build"
                    + " Gyrus with a newer one (LIBTORCH=FOLDER swift build), or save the network with an older PyTorch"
            )
        }
        if let operation = script.fileOperation {
            throw refusal("it uses \(operation), which opens files; a network has no need of that")
        }
        return script
    }

    private func inspectUnknown(_ script: ScriptedNetwork) throws -> Inspection {
        let shapes = request.inputShapes
        let optional = script.optionalInputs
        let isComplete = script.inputs.indices.allSatisfy {
            optional[$0] || shapes.indices.contains($0) && shapes[$0] != nil
        }
        guard isComplete, shapes.count <= script.inputs.count, shapes.contains(where: { $0 != nil }) else {
            let names = zip(script.inputs, optional).map { $1 ? "\($0), optional" : $0 }.joined(separator: "; ")
            throw refusal(
                "it has \(script.inputs.count) inputs (\(names)), and \(shapes.count) shapes were given. Name its base network"
                    + " with --network, or a shape for each input in order, such as --input 3x224x224, or --input none for an"
                    + " optional one")
        }
        let given = zip(script.inputs, shapes).compactMap { name, shape in shape.map { (name, $0) } }
        let outputs = try run(script, shapes)
        let open = { (shape: [Int]) in [-1] + shape.dropFirst() }
        let outline = NetworkOutline(
            format: Inspection.Format.torchScript.rawValue, name: file.deletingPathExtension().lastPathComponent,
            inputs: given.map { .init(name: $0, shape: [-1] + $1) },
            outputs: outputs.enumerated().map { .init(name: "output\($0.offset)", shape: open($0.element)) },
            nodes: try script.operations())
        try outline.validate()
        return Inspection(
            .torchScript, outline: outline,
            findings: ["\(outline.nodes.count) operations", "ran: \(outputs) for a batch of \(Self.batch)"])
    }

    /// Samples of a run that tries a network: two, so that a batch frozen at one is found.
    private static let batch = 2

    private func run(_ script: ScriptedNetwork, _ shapes: [[Int]?]) throws -> [[Int]] {
        do {
            return try script.outputShapes(for: shapes.map { $0.map { [Self.batch] + $0 } })
        } catch let failure as Failure {
            throw refusal(
                "it does not run on inputs [\(shapes.map { $0.map { "\($0)" } ?? "none" }.joined(separator: ", "))] in a batch of \(Self.batch): \(failure.message)"
            )
        }
    }

    // MARK: - Safetensors

    private func inspectWeights() throws -> Inspection {
        guard let network else {
            throw refusal(
                "it has weights without a structure. Name the base network that they are for with --network (see: gyrus"
                    + " networks)")
        }
        let weights = try SafetensorsFile(opening: file.path)
        let needed = try network.tensors
        // Counters that PyTorch keeps beside batch normalization say nothing about the network.
        let entries = weights.entries.filter { !($0.name.hasSuffix("num_batches_tracked") && $0.shape.isEmpty) }
        let shapes = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.shape) })
        try compare(shapes, with: network)
        for tensor in needed {
            let values: [Float] = try weights.elements(of: tensor.name)
            guard values.allSatisfy(\.isFinite) else {
                throw refusal("tensor '\(tensor.name)' has values that are no finite number")
            }
        }
        let script = try ScriptedNetwork(network, seed: 0)
        try script.loadWeights(from: file)
        let outputs = try run(script, network.inputs.map(\.shape))
        if let companion = request.companion { try script.save(to: companion) }
        return Inspection(
            .safetensors,
            findings: [
                "\(needed.count) tensors, those of '\(network.name)', all finite",
                "ran: \(outputs) for a batch of \(Self.batch)",
            ], hasCompanion: request.companion != nil)
    }

    /// The tensors must be those of the network, each in its shape, and no others.
    private func compare(_ shapes: [String: [Int]], with network: NetworkDescription) throws {
        let needed = Dictionary(uniqueKeysWithValues: try network.tensors.map { ($0.name, $0.shape) })
        for (name, shape) in needed.sorted(by: { $0.key < $1.key }) {
            guard let found = shapes[name] else { throw refusal("tensor '\(name)' of '\(network.name)' is missing") }
            guard found == shape else {
                throw refusal("tensor '\(name)' has shape \(found), and '\(network.name)' needs \(shape)")
            }
        }
        if let extra = shapes.keys.sorted().first(where: { needed[$0] == nil }) {
            throw refusal("tensor '\(extra)' belongs to no layer of '\(network.name)'")
        }
    }

    // MARK: - ONNX

    private func inspectGraph() throws -> Inspection {
        try refuseNetwork()
        let graph = try OnnxFile(reading: file)
        return Inspection(
            .onnx, outline: graph.outline, producer: graph.producer.isEmpty ? nil : graph.producer,
            findings: [
                graph.operatorSet.map { "standard operators, version \($0)" } ?? "operators of ai.onnx.ml alone",
                "\(graph.outline.nodes.count) operations",
                "\(graph.outline.parameterCount) weights, every one as large as its shape says",
            ])
    }

    private func refuseNetwork() throws {
        guard network == nil else { throw refusal("it describes its network itself; leave --network out") }
    }

    // MARK: - Two files

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
        guard let partner = format.partner(of: file) else { throw refusal("it stands alone") }
        if FileKind.isPointer(partner) { throw refusal("'\(partner.lastPathComponent)' is \(FileKind.pointer)") }
        return partner
    }

    private func findings(_ outline: NetworkOutline, _ partner: URL) -> [String] {
        [
            "read with '\(partner.lastPathComponent)'", "\(outline.nodes.count) operations",
            "\(outline.parameterCount) weights, all finite, as many as the structure says",
        ]
    }
}
