import Model
import Networks
import Schema

/// Walks an ONNX graph once, checks it, and makes its outline.
struct OnnxChecker {
    private let file: String
    private var tensors: [String: Wire.OnnxTensor] = [:]
    /// Values that have been produced.
    private var values: [String: Source] = [:]
    private var nodes: [NetworkOutline.Node] = []
    private var counted: Set<String> = []
    /// Version of the standard operators; nil if the file uses none.
    private var standardVersion: Int64?
    /// Sparse weights: their shapes, and how many there are.
    private var sparse: [String: (shape: [Int64], count: Int)] = [:]
    /// Nesting depth of this graph.
    private var depth = 0

    /// Where a value comes from.
    private enum Source {
        case constant
        /// An input or a node of the outline.
        case computed(String)
    }

    init(file: String) { self.file = file }

    mutating func check(_ model: Wire.OnnxModel) throws -> (NetworkOutline, operatorSet: Int64?) {
        guard OnnxFile.formatVersions.contains(model.irVersion) else {
            throw fault("ir_version", "\(model.irVersion) is not in \(OnnxFile.formatVersions)\(Self.advice)")
        }
        standardVersion = try operatorSet(model.opsetImport)
        guard let graph = model.graph else { throw fault("graph", "it is missing") }
        for tensor in graph.initializer { try add(tensor, "initializer '\(tensor.name)'") }
        for tensor in graph.sparseInitializer { try add(tensor) }
        let inputs = try graph.input.filter { tensors[$0.name] == nil && sparse[$0.name] == nil }.map {
            try port($0, "input")
        }
        for input in inputs {
            guard values.updateValue(.computed(input.name), forKey: input.name) == nil else {
                throw fault("input '\(input.name)'", "the name is already in use")
            }
        }
        for node in graph.node { try add(node) }
        let outputs = try graph.output.map { try port($0, "output") }
        if let missing = outputs.first(where: { values[$0.name] == nil }) {
            throw fault("output '\(missing.name)'", "no node produces it")
        }
        let outline = NetworkOutline(
            format: "onnx", name: graph.name.isEmpty ? "network" : graph.name, inputs: inputs, outputs: outputs,
            nodes: nodes)
        do {
            try outline.validate()
        } catch let failure as Failure {
            throw fault("graph", failure.message)
        }
        return (outline, standardVersion)
    }

    private func fault(_ field: String, _ reason: String) -> Failure {
        Failure(.corrupt, "'\(file)' is not an ONNX file that can be imported: \(field.prefix(200)): \(reason).")
    }

    // MARK: - Versions

    private static let standardDomains: Set<String> = ["", "ai.onnx"]

    private static let advice =
        "; export it for an older version, with torch.onnx.export(…, opset_version=18) or onnx.version_converter"

    /// Exporters list operator sets that no node uses; those that nodes use are checked node by node.
    private func operatorSet(_ sets: [Wire.OnnxOperatorSet]) throws -> Int64? {
        guard !sets.isEmpty else { throw fault("opset_import", "it is missing") }
        guard let standard = sets.first(where: { Self.standardDomains.contains($0.domain) }) else { return nil }
        guard OnnxFile.operatorSets.contains(standard.version) else {
            throw fault(
                "opset_import", "version \(standard.version) is not in \(OnnxFile.operatorSets)\(Self.advice)")
        }
        return standard.version
    }

    private func checkDomain(_ node: Wire.OnnxNode, _ field: String) throws {
        if node.domain == "ai.onnx.ml" { return }
        guard Self.standardDomains.contains(node.domain) else {
            throw fault(field, "the operators of '\(node.domain)' are not standard operators")
        }
        guard standardVersion != nil else {
            throw fault(
                "opset_import", "the version of the standard operators is missing, but \(field) is a standard operator")
        }
    }

    // MARK: - Values

    private func port(_ value: Wire.OnnxValue, _ kind: String) throws -> NetworkOutline.Port {
        let field = "\(kind) '\(value.name)'"
        guard !value.name.isEmpty else { throw fault(field, "it has no name") }
        guard let type = value.type?.tensorType, TensorElementType(rawValue: type.elemType) != nil else {
            throw fault(field, "its type is missing or not a tensor")
        }
        let sizes = (type.shape?.dim ?? []).map { dimension in
            if case .dimValue(let size)? = dimension.value { Int(clamping: size) } else { -1 }
        }
        // Some writers use 0 for a size that is not fixed.
        return NetworkOutline.Port(name: value.name, shape: sizes.map { $0 <= 0 ? -1 : $0 })
    }

    private mutating func add(_ tensor: Wire.OnnxTensor, _ field: String) throws {
        guard !tensor.name.isEmpty else { throw fault(field, "it has no name") }
        try check(tensor, field)
        guard tensors.updateValue(tensor, forKey: tensor.name) == nil else { throw fault(field, "it occurs twice") }
        values[tensor.name] = .constant
    }

    private mutating func add(_ tensor: Wire.OnnxSparseTensor) throws {
        let field = "sparse_initializer '\(tensor.values?.name ?? "")'"
        guard let elements = tensor.values, let indices = tensor.indices, !elements.name.isEmpty else {
            throw fault(field, "it has no name, values or indices")
        }
        try check(elements, field)
        try check(indices, "\(field), indices")
        let count = elements.elementCount ?? 0
        guard let whole = Wire.OnnxTensor.elementCount(of: tensor.dims), elements.dims.count == 1, count <= whole,
            indices.dataType == TensorElementType.int64.rawValue, indices.dims.first.map({ Int($0) }) == count
        else { throw fault(field, "its values, indices and shape \(tensor.dims) are inconsistent") }
        guard tensors[elements.name] == nil,
            sparse.updateValue((tensor.dims, count), forKey: elements.name) == nil
        else { throw fault(field, "it occurs twice") }
        values[elements.name] = .constant
    }

    private func check(_ tensor: Wire.OnnxTensor, _ field: String) throws {
        guard let type = TensorElementType(rawValue: tensor.dataType) else {
            throw fault(field, "its data_type \(tensor.dataType) is unknown")
        }
        guard tensor.dataLocation == 0, tensor.externalData.isEmpty else {
            let place = tensor.externalData.first { $0.key == "location" }.map { " ('\($0.value.prefix(80))')" } ?? ""
            throw fault(
                field,
                "its elements are in another file\(place); merge them into this one with onnx.save(onnx.load(FILE), "
                    + "FILE) or torch.onnx.export(…, external_data=False)")
        }
        guard let needed = tensor.elementCount else { throw fault(field, "its shape \(tensor.dims) is invalid") }
        if !tensor.rawData.isEmpty, let size = type.bitCount {
            let (bits, overflow) = needed.multipliedReportingOverflow(by: size)
            guard !overflow, tensor.rawData.count == bits / 8 + (bits % 8 > 0 ? 1 : 0) else {
                throw fault(
                    field,
                    "shape \(tensor.dims) needs \(needed) × \(size) bits, but raw_data has \(tensor.rawData.count) "
                        + "bytes"
                )
            }
        } else {
            let (values, there) = (Wire.OnnxTensor.typedCount(of: needed, type), tensor.typedCount(type))
            guard values == there else {
                throw fault(field, "shape \(tensor.dims) needs \(values) elements, but there are \(there)")
            }
        }
    }

    // MARK: - Nodes

    private mutating func add(_ node: Wire.OnnxNode) throws {
        let name = node.name.isEmpty ? node.output.first { !$0.isEmpty } ?? "" : node.name
        let field = "node '\(name)' (\(node.opType))"
        // Unused outputs have no name.
        guard !node.opType.isEmpty, let output = node.output.first(where: { !$0.isEmpty }) else {
            throw fault(field, "it has no operator or no outputs")
        }
        try checkDomain(node, field)
        for attribute in node.attribute { try check(attribute, field) }
        for input in node.input where !input.isEmpty && values[input] == nil {
            throw fault(field, "it reads '\(input)', which nothing before it produces")
        }
        let shapes = node.input.map { (tensors[$0]?.dims ?? sparse[$0]?.shape)?.map { Int(clamping: $0) } }
        try OnnxWeightRules(node: node, shapes: shapes).check { fault(field, $0) }
        try define(node, output, field)
    }

    /// Records the outputs of a node: a constant is a weight like an initializer, anything else is a node of the
    /// outline.
    private mutating func define(_ node: Wire.OnnxNode, _ output: String, _ field: String) throws {
        let isConstant = node.opType == "Constant"
        for name in node.output where !name.isEmpty {
            guard values.updateValue(isConstant ? .constant : .computed(output), forKey: name) == nil else {
                throw fault(field, "it produces '\(name)', which already exists")
            }
        }
        if isConstant {
            if let tensor = node.attribute.first(where: { $0.name == "value" })?.t { tensors[output] = tensor }
            return
        }
        var sources: [String] = []
        for input in node.input {
            if case .computed(let source)? = values[input], !sources.contains(source) { sources.append(source) }
        }
        nodes.append(
            NetworkOutline.Node(
                name: output, operation: node.opType, inputs: sources, parameters: weights(of: node)))
    }

    /// The node's weights that no node before it reads.
    private mutating func weights(of node: Wire.OnnxNode) -> Int {
        var total = 0
        for name in node.input where !counted.contains(name) {
            if let tensor = tensors[name], let type = TensorElementType(rawValue: tensor.dataType),
                type.isWeight || (type == .int32 && Self.dequantizers.contains(node.opType))
            {
                total += tensor.elementCount ?? 0
            } else if let count = sparse[name]?.count {
                total += count
            } else {
                continue
            }
            counted.insert(name)
        }
        return total
    }

    /// Operators whose 32-bit integers are weights: biases of quantized layers.
    private static let dequantizers: Set = ["DequantizeLinear", "QLinearConv"]

    private func check(_ attribute: Wire.OnnxAttribute, _ field: String) throws {
        switch AttributeType(rawValue: attribute.type) {
        case .graph: try check(attribute.g, field)
        case .graphs: throw fault(field, "attribute '\(attribute.name)' has several graphs")
        case .tensor:
            guard let tensor = attribute.t else { throw fault(field, "attribute '\(attribute.name)' has no tensor") }
            try check(tensor, "\(field), attribute '\(attribute.name)'")
        default: break
        }
    }

    /// Maximum nesting depth of graphs.
    private static let deepest = 8

    /// Checks a graph within a node, such as a branch of `If`; it may read values of the surrounding graph.
    private func check(_ bytes: [UInt8], _ field: String) throws {
        guard depth < Self.deepest else { throw fault(field, "graphs are nested deeper than \(Self.deepest)") }
        try OnnxFrame(bytes, file: file).checkGraph()
        let graph: Wire.OnnxGraph
        do {
            graph = try Wire.OnnxGraph(bytes: bytes)
        } catch {
            throw fault(field, "cannot read its graph: \(Failure(error).message)")
        }
        var inner = self
        inner.depth += 1
        for tensor in graph.initializer { try inner.add(tensor, "\(field), initializer '\(tensor.name)'") }
        // The body of a loop gets these from its node.
        for input in graph.input where inner.tensors[input.name] == nil {
            guard inner.values.updateValue(.computed(input.name), forKey: input.name) == nil else {
                throw fault("\(field), input '\(input.name)'", "the name is already in use")
            }
        }
        for node in graph.node { try inner.add(node) }
        if let missing = graph.output.first(where: { inner.values[$0.name] == nil }) {
            throw fault("\(field), output '\(missing.name)'", "no node produces it")
        }
    }
}
