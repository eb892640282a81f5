extension NetworkDescription {
    /// The network in ONNX operators.
    /// - Throws: `Failure` if the description is inconsistent.
    public var onnxGraph: OnnxGraph {
        get throws {
            let inference = try ShapeInference(self)
            var graph = OnnxGraph()
            for layer in layers {
                var scope = OnnxScope(
                    layer, shapes: inference.inputShapes(of: layer), output: inference.shapes[layer.name] ?? [], graph)
                layer.operation.rules.addNodes(to: &scope)
                graph = scope.graph
            }
            return graph
        }
    }
}
