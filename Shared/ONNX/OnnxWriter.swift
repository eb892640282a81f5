import Model
import Networks
import Safetensors
import Schema

/// Writes a network that is described layer by layer as an ONNX graph.
///
/// Values are named after the layers that give them, weights after the tensors of the safetensors file. The first
/// dimension of every input is the batch, of any size.
struct OnnxWriter {
    /// Version of the standard operators that the graph uses.
    static let operatorSet: Int64 = 13
    /// Version of the file format that came with it.
    static let formatVersion: Int64 = 7

    private let network: NetworkDescription
    private let shapes: [String: [Int]]
    private var nodes: [Wire.OnnxNode] = []
    private var constants: [Wire.OnnxTensor] = []

    init(_ network: NetworkDescription) throws {
        self.network = network
        var shapes = try network.validate()
        for input in network.inputs { shapes[input.name] = input.shape }
        self.shapes = shapes
    }

    /// The model with its weights.
    mutating func model(_ weights: SafetensorsFile, metadata: [String: String]) throws -> Wire.OnnxModel {
        for layer in network.layers { add(layer) }
        let tensors = try network.tensors.map { try tensor($0, weights) }
        return Wire.OnnxModel(
            irVersion: Self.formatVersion, producerName: "Gyrus",
            graph: Wire.OnnxGraph(
                node: nodes, name: network.name, initializer: tensors + constants,
                input: network.inputs.map { value($0.name, $0.shape) },
                output: network.layers.suffix(1).map { value($0.name, shapes[$0.name] ?? []) }),
            opsetImport: [Wire.OnnxOperatorSet(version: Self.operatorSet)],
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

    // MARK: - Layers

    private mutating func add(_ layer: Layer) {
        let (name, inputs) = (layer.name, layer.inputs)
        let shape = inputs.first.flatMap { shapes[$0] } ?? []
        switch layer.operation {
        case .convolution(let settings):
            convolve(name, inputs, "\(name).", settings, groups: settings.groups)
        case .separableConvolution(let settings): separate(layer, settings, channels: shape[0])
        case .embedding(let vocabulary, _): embed(layer, vocabulary)
        case .batchNormalization(let momentum, let epsilon):
            // ONNX's momentum is the weight of the past.
            node(
                name, "BatchNormalization",
                inputs + ["weight", "bias", "running_mean", "running_var"].map { "\(name).\($0)" },
                [.number("epsilon", epsilon), .number("momentum", 1 - momentum)])
        case .linear(_, let bias):
            node(
                name, "Gemm", inputs + ["\(name).weight"] + (bias ? ["\(name).bias"] : []), [.integer("transB", 1)])
        case .maximumPooling(let kernel, let stride):
            node(name, "MaxPool", inputs, [.integers("kernel_shape", kernel), .integers("strides", stride)])
        case .averagePooling(let kernel, let stride):
            node(name, "AveragePool", inputs, [.integers("kernel_shape", kernel), .integers("strides", stride)])
        case .globalAveragePooling:
            node(name, "ReduceMean", inputs, [.integers("axes", [2, 3]), .integer("keepdims", 0)])
        case .relu: node(name, "Relu", inputs)
        case .leakyRelu(let slope): node(name, "LeakyRelu", inputs, [.number("alpha", slope)])
        case .sigmoid: node(name, "Sigmoid", inputs)
        case .dropout: node(name, "Dropout", inputs)
        case .flatten: node(name, "Flatten", inputs, [.integer("axis", 1)])
        case .resize: resize(layer)
        case .concatenation: node(name, "Concat", inputs, [.integer("axis", 1)])
        case .addition: node(name, "Sum", inputs)
        case .multiplication: multiply(layer)
        case .weightedSum: weigh(layer, inputs, by: "\(name).logits", axis: 0)
        case .attention: weigh(layer, Array(inputs.dropFirst()), by: inputs[0], axis: 1)
        }
    }

    /// ONNX multiplies two at a time.
    private mutating func multiply(_ layer: Layer) {
        var product = layer.inputs.first ?? ""
        for (number, factor) in layer.inputs.dropFirst().enumerated() {
            let isLast = number == layer.inputs.count - 2
            let result = isLast ? layer.name : "\(layer.name).product\(number)"
            node(result, "Mul", [product, factor])
            product = result
        }
        if layer.inputs.count == 1 { node(layer.name, "Identity", layer.inputs) }
    }

    /// The sum of values, weighted by the softmax of some scores along an axis.
    private mutating func weigh(_ layer: Layer, _ values: [String], by scores: String, axis: Int) {
        let weights = "\(layer.name).weights"
        node(weights, "Softmax", [scores], [.integer("axis", axis)])
        let terms = values.enumerated().map { number, value in
            let place = constant("\(layer.name).place\(number)", [Int64(number)])
            node("\(layer.name).weight\(number)", "Gather", [weights, place], [.integer("axis", axis)])
            node("\(layer.name).term\(number)", "Mul", [value, "\(layer.name).weight\(number)"])
            return "\(layer.name).term\(number)"
        }
        node(layer.name, "Sum", terms)
    }

    private mutating func node(
        _ output: String, _ operation: String, _ inputs: [String], _ attributes: [Wire.OnnxAttribute] = []
    ) {
        nodes.append(
            Wire.OnnxNode(input: inputs, output: [output], name: output, opType: operation, attribute: attributes))
    }

    private mutating func constant(_ name: String, _ values: [Int64]) -> String {
        constants.append(
            Wire.OnnxTensor(
                dims: [Int64(values.count)], dataType: TensorElementType.int64.rawValue, name: name,
                rawData: values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { [UInt8]($0) } }))
        return name
    }

    private mutating func convolve(
        _ output: String, _ inputs: [String], _ prefix: String, _ settings: Convolution, groups: Int
    ) {
        let padding = settings.padding
        node(
            output, "Conv", inputs + ["\(prefix)weight"] + (settings.bias ? ["\(prefix)bias"] : []),
            [
                .integers("kernel_shape", settings.kernel), .integers("strides", settings.stride),
                .integers("pads", [padding.height, padding.width, padding.height, padding.width]),
                .integer("group", groups),
            ])
    }

    private mutating func separate(_ layer: Layer, _ settings: Convolution, channels: Int) {
        var depthwise = settings
        depthwise.bias = false
        let pointwise = Convolution(channels: settings.channels, kernel: 1, padding: 0, bias: settings.bias)
        let between = "\(layer.name).depthwise"
        convolve(between, layer.inputs, "\(layer.name).depthwise_", depthwise, groups: channels)
        convolve(layer.name, [between], "\(layer.name).pointwise_", pointwise, groups: 1)
    }

    private mutating func embed(_ layer: Layer, _ vocabulary: Int) {
        let name = layer.name
        let last = constant("\(name).last", [Int64(vocabulary - 1)])
        let first = constant("\(name).first", [0])
        node("\(name).numbers", "Cast", layer.inputs, [.integer("to", Int(TensorElementType.int64.rawValue))])
        node("\(name).atLeast", "Max", ["\(name).numbers", first])
        node("\(name).words", "Min", ["\(name).atLeast", last])
        node("\(name).rows", "Gather", ["\(name).weight", "\(name).words"], [.integer("axis", 0)])
        node("\(name).columns", "Transpose", ["\(name).rows"], [.integers("perm", [0, 2, 1])])
        node(name, "Unsqueeze", ["\(name).columns", constant("\(name).axis", [2])])
    }

    /// Bilinear resizing takes the sizes of all dimensions, and the batch's is known only when it runs.
    private mutating func resize(_ layer: Layer) {
        let name = layer.name
        let sizes = (shapes[name] ?? []).map(Int64.init)
        node("\(name).shape", "Shape", layer.inputs)
        node(
            "\(name).batch", "Slice",
            ["\(name).shape", constant("\(name).begin", [0]), constant("\(name).end", [1])])
        node("\(name).sizes", "Concat", ["\(name).batch", constant("\(name).size", sizes)], [.integer("axis", 0)])
        node(
            name, "Resize", layer.inputs + ["", "", "\(name).sizes"],
            [.text("coordinate_transformation_mode", "half_pixel"), .text("mode", "linear")])
    }
}

extension Wire.OnnxAttribute {
    fileprivate static func number(_ name: String, _ value: Double) -> Self {
        Self(name: name, f: Float(value), type: AttributeType.number.rawValue)
    }

    fileprivate static func integer(_ name: String, _ value: Int) -> Self {
        Self(name: name, i: Int64(value), type: AttributeType.integer.rawValue)
    }

    fileprivate static func integers(_ name: String, _ values: [Int]) -> Self {
        Self(name: name, ints: values.map(Int64.init), type: AttributeType.integers.rawValue)
    }

    fileprivate static func integers(_ name: String, _ extent: Extent) -> Self {
        integers(name, [extent.height, extent.width])
    }

    fileprivate static func text(_ name: String, _ value: String) -> Self {
        Self(name: name, s: Array(value.utf8), type: AttributeType.text.rawValue)
    }
}
