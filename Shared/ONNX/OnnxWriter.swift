import Model
import Networks
import Safetensors
import Schema

/// Writes a network that is described layer by layer as an ONNX graph.
///
/// Values are named after the layers that produce them, weights after the tensors of the safetensors file. The first
/// dimension of every input is the batch, of any size.
struct OnnxWriter {
    /// Version of the file format that was introduced with this operator set.
    static let formatVersion: Int64 = 7

    private let network: NetworkDescription
    private let shapes: [String: [Int]]
    private let graph: OnnxGraph

    init(_ network: NetworkDescription) throws {
        self.network = network
        var shapes = try network.validate()
        for input in network.inputs { shapes[input.name] = input.shape }
        self.shapes = shapes
        graph = try network.onnxGraph
    }

    /// The model with its weights.
    func model(_ weights: SafetensorsFile, metadata: [String: String]) throws -> Wire.OnnxModel {
        let tensors = try network.tensors.map { try tensor($0, weights) }
        return Wire.OnnxModel(
            irVersion: Self.formatVersion, producerName: "Gyrus",
            graph: Wire.OnnxGraph(
                node: graph.nodes.map(node), name: network.name, initializer: tensors + graph.constants.map(constant),
                input: network.inputs.map { value($0.name, $0.shape) },
                output: network.layers.suffix(1).map { value($0.name, shapes[$0.name] ?? []) }),
            opsetImport: [Wire.OnnxOperatorSet(version: Int64(OnnxGraph.operatorSet))],
            metadataProps: metadata.sorted { $0.key < $1.key }.map { Wire.OnnxText(key: $0.key, value: $0.value) })
    }

    private func tensor(_ tensor: NetworkTensor, _ weights: SafetensorsFile) throws -> Wire.OnnxTensor {
        let entry = try weights.entry(named: tensor.name)
        guard entry.type == .float32, entry.shape == tensor.shape else {
            throw Failure(
                .corrupt,
                "Tensor '\(tensor.name)' of '\(weights.path)' is \(entry.type.rawValue) \(entry.shape), not"
                    + " \(TensorElementType.float.name) \(tensor.shape), which network '\(network.name)' needs.")
        }
        return Wire.OnnxTensor(
            dims: tensor.shape.map(Int64.init), dataType: TensorElementType.float.rawValue, name: tensor.name,
            rawData: try weights.withBytes(of: tensor.name) { [UInt8]($0) })
    }

    private func value(_ name: String, _ shape: [Int]) -> Wire.OnnxValue {
        let sizes = shape.map { Wire.OnnxDimension(value: .dimValue(Int64($0))) }
        let type = Wire.OnnxTensorType(
            elemType: TensorElementType.float.rawValue,
            shape: Wire.OnnxShape(dim: [Wire.OnnxDimension(value: .dimParam("batch"))] + sizes))
        return Wire.OnnxValue(name: name, type: Wire.OnnxType(tensorType: type))
    }

    private func node(_ node: OnnxGraph.Node) -> Wire.OnnxNode {
        Wire.OnnxNode(
            input: node.inputs, output: node.outputs, name: node.outputs.first ?? "", opType: node.operation,
            attribute: node.attributes.map { Wire.OnnxAttribute($0.name, $0.value) })
    }

    private func constant(_ constant: OnnxGraph.Constant) -> Wire.OnnxTensor {
        let (type, bytes): (TensorElementType, [UInt8]) =
            switch constant.values {
            case .integers(let values):
                (.int64, values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) } })
            case .numbers(let values):
                (
                    .float,
                    values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { [UInt8]($0) } }
                )
            }
        return Wire.OnnxTensor(
            dims: constant.shape.map(Int64.init), dataType: type.rawValue, name: constant.name, rawData: bytes)
    }
}

extension Wire.OnnxAttribute {
    fileprivate init(_ name: String, _ value: OnnxGraph.Attribute) {
        switch value {
        case .number(let value): self.init(name: name, f: Float(value), type: AttributeType.number.rawValue)
        case .integer(let value): self.init(name: name, i: Int64(value), type: AttributeType.integer.rawValue)
        case .integers(let values):
            self.init(name: name, ints: values.map(Int64.init), type: AttributeType.integers.rawValue)
        case .text(let value):
            self.init(name: name, s: Array(value.utf8), type: AttributeType.text.rawValue)
        }
    }
}
