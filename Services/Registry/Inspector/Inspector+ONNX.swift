import Inspection
import Model
import Networks
import ONNX
import Torch

extension Inspector {
    /// Checks a graph, and converts it to TorchScript if requested.
    func inspectGraph() throws -> Inspection {
        try refuseNetwork()
        let graph = try OnnxFile(reading: file)
        var inspection = Inspection(
            .onnx, outline: graph.outline, producer: graph.producer.isEmpty ? nil : graph.producer,
            findings: [
                graph.operatorSet.map { "standard operators, version \($0)" } ?? "only operators of ai.onnx.ml",
                "\(graph.outline.nodes.count) operations",
                "\(graph.outline.parameterCount) weights, each of the size that its shape requires",
            ])
        guard request.companion != nil else { return inspection }
        do {
            inspection.findings.append(try translate(graph))
            inspection.hasCompanion = true
        } catch let failure as Failure where !request.mustRun {
            inspection.findings.append("checked but not run: \(failure.message)")
        }
        return inspection
    }

    /// Writes the graph as TorchScript and runs it.
    private func translate(_ graph: OnnxFile) throws -> String {
        guard let companion = request.companion else { return "" }
        let script = try graph.script()
        try ScriptedNetwork.write(
            source: try source(script, graph), tensors: script.tensors, trained: script.trained, to: companion)
        let network = try ScriptedNetwork(loading: companion)
        if let encoder = request.encoder {
            let outputs = try run(network, [[encoder.encoding.length]])
            try runTokens(network)
            return "converted to TorchScript; ran: \(outputs) for a batch of \(Self.batch) texts"
        }
        guard let shapes = shapes(graph, batch: Self.batch) else {
            guard !request.mustRun else {
                throw refusal("the sizes of its inputs are not fixed; specify them, such as --input 3x224x224")
            }
            return "converted to TorchScript; not run, because the sizes of its inputs are not fixed (see --input)"
        }
        do {
            return
                "converted to TorchScript; ran: \(try network.outputShapes(for: shapes)) for a batch of \(shapes.first?.first ?? 1)"
        } catch {
            guard let single = self.shapes(graph, batch: 1), let outputs = try? network.outputShapes(for: single) else {
                throw refusal("it fails on inputs \(shapes): \(Failure(error).message)")
            }
            return "converted to TorchScript; ran: \(outputs) for one sample at a time"
        }
    }

    /// The source of the methods; for a text encoder, wrapped in one that takes tokens.
    private func source(_ script: OnnxScript, _ graph: OnnxFile) throws -> String {
        guard let encoder = request.encoder else { return script.source }
        let (inputs, outputs) = (graph.outline.inputs, graph.outline.outputs.count)
        let lengths = inputs.compactMap { $0.shape.count == 2 && $0.shape[1] > 0 ? $0.shape[1] : nil }
        return try EncoderScript(encoder).source(
            around: script.source, inputs.map(\.name), outputs: outputs == 1 ? nil : outputs, length: lengths.first)
    }

    /// Shapes of all inputs: those requested, or those of the file with a batch in place of an open first dimension;
    /// nil if other dimensions are open.
    private func shapes(_ graph: OnnxFile, batch: Int) -> [[Int]]? {
        var shapes: [[Int]] = []
        for (place, input) in graph.outline.inputs.enumerated() {
            if request.inputShapes.indices.contains(place), let shape = request.inputShapes[place] {
                shapes.append([batch] + shape)
            } else if input.shape.dropFirst().allSatisfy({ $0 > 0 }) {
                shapes.append(input.shape.map { $0 > 0 ? $0 : batch })
            } else {
                return nil
            }
        }
        return shapes
    }
}
