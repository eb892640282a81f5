import Model
import Networks
import Schema

/// Walks an ONNX graph once, checks it, and makes its outline.
struct OnnxChecker {
    private let file: String
    private var tensors: [String: Wire.OnnxTensor] = [:]
    /// Values that something gave.
    private var values: [String: Source] = [:]
    private var nodes: [NetworkOutline.Node] = []
    private var counted: Set<String> = []

    /// Where a value comes from.
    private enum Source {
        case constant
        /// An input or a node of the outline.
        case computed(String)
    }

    init(file: String) { self.file = file }

    mutating func check(_ model: Wire.OnnxModel) throws -> (NetworkOutline, operatorSet: Int64) {
        guard OnnxFile.formatVersions.contains(model.irVersion) else {
            throw fault("ir_version", "\(model.irVersion) is not within \(OnnxFile.formatVersions)")
        }
        let set = try operatorSet(model.opsetImport)
        guard let graph = model.graph else { throw fault("graph", "it is missing") }
        for tensor in graph.initializer { try add(tensor, "initializer '\(tensor.name)'") }
        let inputs = try graph.input.filter { tensors[$0.name] == nil }.map { try port($0, "input") }
        for input in inputs {
            guard values.updateValue(.computed(input.name), forKey: input.name) == nil else {
                throw fault("input '\(input.name)'", "the name is taken")
            }
        }
        for node in graph.node { try add(node) }
        let outputs = try graph.output.map { try port($0, "output") }
        if let missing = outputs.first(where: { values[$0.name] == nil }) {
            throw fault("output '\(missing.name)'", "no node gives it")
        }
        let outline = NetworkOutline(
            format: "onnx", name: graph.name.isEmpty ? "network" : graph.name, inputs: inputs, outputs: outputs,
            nodes: nodes)
        do {
            try outline.validate()
        } catch let failure as Failure {
            throw fault("graph", failure.message)
        }
        return (outline, set)
    }

    private func fault(_ field: String, _ reason: String) -> Failure {
        Failure(.corrupt, "'\(file)' is no ONNX file that can be imported: \(field.prefix(200)): \(reason).")
    }

    // MARK: - Versions

    private static let standardDomains: Set<String> = ["", "ai.onnx"]

    private func operatorSet(_ sets: [Wire.OnnxOperatorSet]) throws -> Int64 {
        if let other = sets.first(where: { !Self.standardDomains.contains($0.domain) && $0.domain != "ai.onnx.ml" }) {
            throw fault("opset_import", "the operators of '\(other.domain)' are not standard ones")
        }
        guard let standard = sets.first(where: { Self.standardDomains.contains($0.domain) }) else {
            throw fault("opset_import", "the version of the standard operators is missing")
        }
        guard OnnxFile.operatorSets.contains(standard.version) else {
            throw fault("opset_import", "version \(standard.version) is not within \(OnnxFile.operatorSets)")
        }
        return standard.version
    }

    // MARK: - Values

    private func port(_ value: Wire.OnnxValue, _ kind: String) throws -> NetworkOutline.Port {
        let field = "\(kind) '\(value.name)'"
        guard !value.name.isEmpty else { throw fault(field, "it has no name") }
        guard let type = value.type?.tensorType, TensorElementType(rawValue: type.elemType) != nil else {
            throw fault(field, "its type is missing or no tensor")
        }
        let sizes = (type.shape?.dim ?? []).map { dimension in
            if case .dimValue(let size)? = dimension.value { Int(clamping: size) } else { -1 }
        }
        // Some writers say 0 where they mean a size that is not fixed.
        return NetworkOutline.Port(name: value.name, shape: sizes.map { $0 <= 0 ? -1 : $0 })
    }

    private mutating func add(_ tensor: Wire.OnnxTensor, _ field: String) throws {
        guard !tensor.name.isEmpty else { throw fault(field, "it has no name") }
        try check(tensor, field)
        guard tensors.updateValue(tensor, forKey: tensor.name) == nil else { throw fault(field, "it is there twice") }
        values[tensor.name] = .constant
    }

    private func check(_ tensor: Wire.OnnxTensor, _ field: String) throws {
        guard let type = TensorElementType(rawValue: tensor.dataType) else {
            throw fault(field, "its data_type \(tensor.dataType) is unknown")
        }
        guard tensor.dataLocation == 0, tensor.externalData.isEmpty else {
            throw fault(field, "its elements lie in another file; write them into this one")
        }
        guard let needed = tensor.elementCount else { throw fault(field, "its shape \(tensor.dims) is impossible") }
        if !tensor.rawData.isEmpty, let size = type.byteCount {
            let (bytes, overflow) = needed.multipliedReportingOverflow(by: size)
            guard !overflow, tensor.rawData.count == bytes else {
                throw fault(
                    field, "shape \(tensor.dims) needs \(needed) × \(size) bytes, raw_data has \(tensor.rawData.count)")
            }
        } else if tensor.typedCount(type) != needed {
            throw fault(field, "shape \(tensor.dims) needs \(needed) elements, there are \(tensor.typedCount(type))")
        }
    }

    // MARK: - Nodes

    private mutating func add(_ node: Wire.OnnxNode) throws {
        let field = "node '\(node.name.isEmpty ? node.output.first ?? "" : node.name)' (\(node.opType))"
        guard !node.opType.isEmpty, let output = node.output.first, !output.isEmpty else {
            throw fault(field, "it has no operator or gives nothing")
        }
        guard Self.standardDomains.contains(node.domain) || node.domain == "ai.onnx.ml" else {
            throw fault(field, "the operators of '\(node.domain)' are not standard ones")
        }
        for attribute in node.attribute { try check(attribute, field) }
        for input in node.input where !input.isEmpty && values[input] == nil {
            throw fault(field, "it reads '\(input)', which nothing before it gives")
        }
        let shapes = node.input.map { tensors[$0]?.dims.map { Int(clamping: $0) } }
        try OnnxWeightRules(node: node, shapes: shapes).check { fault(field, $0) }
        try define(node, output, field)
    }

    /// Notes what a node gives: a constant is a weight like an initializer, anything else a node of the outline.
    private mutating func define(_ node: Wire.OnnxNode, _ output: String, _ field: String) throws {
        let isConstant = node.opType == "Constant"
        for name in node.output where !name.isEmpty {
            guard values.updateValue(isConstant ? .constant : .computed(output), forKey: name) == nil else {
                throw fault(field, "it gives '\(name)', which is there already")
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

    /// Weights that no node before it has.
    private mutating func weights(of node: Wire.OnnxNode) -> Int {
        var total = 0
        for name in node.input {
            guard let tensor = tensors[name], TensorElementType(rawValue: tensor.dataType)?.isWeight == true,
                counted.insert(name).inserted
            else { continue }
            total += tensor.elementCount ?? 0
        }
        return total
    }

    private func check(_ attribute: Wire.OnnxAttribute, _ field: String) throws {
        switch AttributeType(rawValue: attribute.type) {
        case .graph, .graphs:
            throw fault(field, "attribute '\(attribute.name)' has a graph of its own, and nested graphs are not read")
        case .tensor:
            guard let tensor = attribute.t else { throw fault(field, "attribute '\(attribute.name)' has no tensor") }
            try check(tensor, "\(field), attribute '\(attribute.name)'")
        default: break
        }
    }
}
