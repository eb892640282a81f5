extension NetworkDescription {
    /// All tensors of the network, in the order of its layers.
    ///
    /// Weights start uniform with the variance that keeps the signal's size through a leaky ReLU (He et al. 2015).
    /// Linear layers and depthwise kernels, which no nonlinearity follows, keep the size by themselves. Biases start at
    /// 0.
    public var tensors: [NetworkTensor] {
        get throws { try tensors(of: layers.indices) }
    }

    /// The tensors of some layers, in order.
    func tensors(of range: Range<Int>) throws -> [NetworkTensor] {
        let inference = try ShapeInference(self)
        return try layers[range].flatMap { layer in
            let plans = layer.operation.rules.tensors(from: inference.inputShapes(of: layer))
            guard plans.reduce(0, { $0 + $1.elementCount }) <= Self.mostParametersOfALayer else {
                throw inference.fault(layer, "would have more than 2³² parameters")
            }
            return plans.map { layer.tensor($0) }
        }
    }

    /// The tensors that are neither learned nor drawn at random but computed from the training samples, by name; layers
    /// that read an input of the network can have such tensors.
    /// - Parameter rows: The values of an input for each training sample; nil if the samples lack it.
    public func fittedTensors(to rows: (String) -> AnySequence<[Float]>?) -> [(name: String, values: [Float])] {
        layers.flatMap { layer -> [(name: String, values: [Float])] in
            guard let input = layer.inputs.first, inputs.contains(where: { $0.name == input }), let rows = rows(input)
            else { return [] }
            return layer.operation.rules.fitted(to: rows).map { ("\(layer.name).\($0.tensor)", $0.values) }
        }
    }

    static var mostParametersOfALayer: Double { 4_294_967_296 }
}

extension Layer {
    /// The tensors of a layer with the given input shapes.
    func tensors(from inputs: [[Int]]) -> [NetworkTensor] {
        operation.rules.tensors(from: inputs).map { tensor($0) }
    }

    fileprivate func tensor(_ plan: TensorPlan) -> NetworkTensor {
        NetworkTensor(
            name: "\(name).\(plan.name)", shape: plan.shape, isTrained: plan.isTrained,
            initialization: plan.initialization)
    }
}

extension ShapeInference {
    func multiplyAccumulates() throws -> Int {
        var total = 0
        for layer in network.layers {
            guard let output = shapes[layer.name] else { continue }
            let operations = layer.operation.rules.multiplyAccumulates(from: inputShapes(of: layer), to: output)
            guard Double(total) + operations < 9e18 else { throw fault(layer, "needs too many operations") }
            total += Int(operations)
        }
        return total
    }
}
