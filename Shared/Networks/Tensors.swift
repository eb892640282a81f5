/// A tensor that belongs to a network: a trained parameter or a running figure.
public struct NetworkTensor: Hashable, Sendable {
    /// How its first values are chosen.
    public enum Initialization: Hashable, Sendable {
        /// The same value everywhere.
        case constant(Float)
        /// Uniform between −bound and bound.
        case uniform(bound: Float)
    }

    /// Name: the layer's with `weight`, `bias`, `running_mean` and so on, such as `image.convolution1.weight`.
    public let name: String
    /// Shape.
    public let shape: [Int]
    /// Whether the optimizer changes it.
    public let isTrained: Bool
    /// Its first values.
    public let initialization: Initialization

    /// Number of elements.
    public var elementCount: Int { shape.reduce(1, *) }
}

extension NetworkDescription {
    /// All tensors of the network, in the order of its layers.
    ///
    /// Weights start uniform with the variance that keeps the signal's size through a leaky ReLU (He et al. 2015);
    /// a linear layer's and a depthwise kernel's, which no non-linearity follows, keep it by themselves. Biases start at 0.
    public var tensors: [NetworkTensor] {
        get throws { try tensors(of: layers.indices) }
    }

    /// The tensors of some layers, in their order.
    func tensors(of range: Range<Int>) throws -> [NetworkTensor] {
        let inference = try ShapeInference(self)
        return try layers[range].flatMap { layer in
            let shapes = inference.inputShapes(of: layer)
            let found = layer.tensors(from: shapes.first ?? [])
            let total = found.reduce(0.0) { $0 + $1.shape.reduce(1.0) { $0 * Double($1) } }
            guard total <= Self.mostParametersOfALayer else {
                throw inference.fault(layer, "would have more than 2³² parameters")
            }
            return found
        }
    }

    static var mostParametersOfALayer: Double { 4_294_967_296 }
}

extension Layer {
    func tensors(from input: [Int]) -> [NetworkTensor] {
        switch operation {
        case .convolution(let settings):
            let inner = input[0] / settings.groups
            return kernel("", [settings.channels, inner, settings.kernel.height, settings.kernel.width], gain: 2)
                + bias("", settings.channels, settings.bias)
        case .separableConvolution(let settings):
            return kernel("depthwise_", [input[0], 1, settings.kernel.height, settings.kernel.width], gain: 1)
                + kernel("pointwise_", [settings.channels, input[0], 1, 1], gain: 2)
                + bias("pointwise_", settings.channels, settings.bias)
        case .linear(let features, let hasBias):
            return kernel("", [features, input[0]], gain: 1) + bias("", features, hasBias)
        case .embedding(let vocabulary, let features):
            // Variance 1, whatever the size of the vocabulary.
            return [tensor("weight", [vocabulary, features], .uniform(bound: Float(3).squareRoot()))]
        case .batchNormalization:
            return [
                tensor("weight", [input[0]], .constant(1)), tensor("bias", [input[0]], .constant(0)),
                tensor("running_mean", [input[0]], .constant(0), isTrained: false),
                tensor("running_var", [input[0]], .constant(1), isTrained: false),
            ]
        case .weightedSum:
            return [tensor("logits", [inputs.count], .constant(0))]
        default: return []
        }
    }

    private func kernel(_ prefix: String, _ shape: [Int], gain: Float) -> [NetworkTensor] {
        let fanIn = Float(shape.dropFirst().reduce(1, *))
        return [tensor(prefix + "weight", shape, .uniform(bound: (3 * gain / fanIn).squareRoot()))]
    }

    private func bias(_ prefix: String, _ count: Int, _ exists: Bool) -> [NetworkTensor] {
        exists ? [tensor(prefix + "bias", [count], .constant(0))] : []
    }

    private func tensor(
        _ name: String, _ shape: [Int], _ initialization: NetworkTensor.Initialization, isTrained: Bool = true
    ) -> NetworkTensor {
        NetworkTensor(
            name: "\(self.name).\(name)", shape: shape, isTrained: isTrained, initialization: initialization)
    }
}

extension ShapeInference {
    func multiplyAccumulates() throws -> Int {
        var total = 0
        for layer in network.layers {
            guard let output = shapes[layer.name], let input = inputShapes(of: layer).first else { continue }
            let positions = output.dropFirst().reduce(1.0) { $0 * Double($1) }
            let operations: Double
            switch layer.operation {
            case .convolution, .separableConvolution, .linear:
                // Every weight of two or more dimensions is used once at each position.
                operations = layer.tensors(from: input).filter { $0.shape.count > 1 }
                    .reduce(0.0) { $0 + $1.shape.reduce(1.0) { $0 * Double($1) } * positions }
            default: operations = 0
            }
            guard Double(total) + operations < 9e18 else { throw fault(layer, "needs too many operations") }
            total += Int(operations)
        }
        return total
    }
}
