import Model
public import Safetensors
import Schema

/// An ONNX network as TorchScript: the source of its `forward` and helpers, and the tensors that these read.
///
/// ```swift
/// let script = try OnnxFile(reading: URL(filePath: "resnet18.onnx")).script()
/// script.source     // "def forward(self, image: Tensor) -> Tensor: …"
/// ```
public struct OnnxScript: Sendable {
    /// The methods of the module.
    public let source: String
    /// The tensors that the methods read as attributes. All floats are 32-bit, whatever the file contains.
    public let tensors: [Tensor]
    /// Names of the tensors that a training may change.
    public let trained: Set<String>

    /// Translates a checked graph.
    /// - Throws: `Failure` naming the operators that cannot be translated, or the node and the attribute.
    init(_ model: Wire.OnnxModel, name: String) throws {
        let version = model.opsetImport.first { ["", "ai.onnx"].contains($0.domain) }?.version ?? 0
        var translator = OnnxTranslator(version: Int(version))
        do {
            guard let graph = model.graph else { throw Failure(.corrupt, "it has no graph") }
            source = try translator.forward(graph)
        } catch {
            throw Failure(.invalidArgument, "Cannot run '\(name)': \(Failure(error).message).")
        }
        tensors = translator.tensors
        trained = translator.trained
    }
}

extension OnnxScript {
    /// The supported standard operators.
    public static var operators: [String] { (OnnxOperators.rules.keys + ["Constant", "If"]).sorted() }
}
