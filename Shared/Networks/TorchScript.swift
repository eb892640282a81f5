extension NetworkDescription {
    /// The `forward` method in TorchScript. It refers to tensors as attributes of nested modules, so that the saved
    /// network has the same tensor names as `tensors`.
    /// - Throws: `Failure` if the description is inconsistent.
    public var torchScriptSource: String {
        get throws { try method("forward", returning: ("Tensor", { _ in "output" })) }
    }

    /// The method `constrained`, which returns the output and what a constraint adds to the loss, in one pass.
    /// - Throws: `Failure` if the constraint does not name layers of the network.
    public func torchScriptSource(of constraint: SimilarityConstraint) throws -> String {
        try method("constrained", returning: ("Tuple[Tensor, Tensor]", { "output, \(try constraint.expression($0))" }))
    }

    /// - Parameter result: The type of the result, and its expression given those of the layers by name.
    private func method(
        _ name: String, returning result: (type: String, expression: ([String: String]) throws -> String)
    ) throws -> String {
        var values: [String: String] = [:]
        for (number, input) in inputs.enumerated() { values[input.name] = "input\(number)" }
        // Arguments keep the inputs' names. Locals cannot collide with them, because inputs are first bound to numbered
        // names.
        var lines = inputs.enumerated().map { "input\($0) = \($1.name)" }
        lines += try torchScriptLines(for: layers.indices, &values)
        lines.append("return \(try result.expression(values))")
        let arguments = inputs.map { "\($0.name): Tensor" }.joined(separator: ", ")
        return "def \(name)(self, \(arguments)) -> \(result.type):\n" + lines.map { "    \($0)\n" }.joined()
    }

    /// Statements that compute some layers.
    /// - Parameter values: The expressions of all their inputs; those of these layers are added.
    func torchScriptLines(for range: Range<Int>, _ values: inout [String: String]) throws -> [String] {
        let inference = try ShapeInference(self)
        return range.flatMap { number in
            let layer = layers[number]
            let value = number == layers.count - 1 ? "output" : "value\(number)"
            var scope = ScriptScope(
                layer, values: layer.inputs.compactMap { values[$0] }, shapes: inference.inputShapes(of: layer),
                local: value)
            let expression = layer.operation.rules.script(&scope)
            values[layer.name] = value
            return scope.lines + ["\(value) = \(expression)"]
        }
    }
}
