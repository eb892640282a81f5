import Model
import Networks

extension NetworkDescription {
    /// Number of features between the encoder and the compared vector.
    private static let hiddenFeatures = 128
    /// Length of the vector in which two forms of a sample are compared.
    private static let projectedFeatures = 64

    /// The linear layer at the network's end, which gives the answer.
    /// - Throws: `Failure` if there is none, so that nothing can be learned without labels.
    var classifier: Layer {
        get throws {
            guard let last = layers.last, case .linear = last.operation, last.inputs.count == 1 else {
                throw Failure(
                    .invalidArgument,
                    "Network '\(name)' does not end in a linear layer, so it cannot learn without labels first.")
            }
            return last
        }
    }

    /// The network with its classifier replaced by a head that is used only for learning without labels.
    private func withPretext(outputs: Int) throws -> NetworkDescription {
        let classifier = try classifier
        var network = self
        network.layers.removeLast()
        network.layers += [
            Layer("pretext.hidden", .linear(features: Self.hiddenFeatures), from: classifier.inputs),
            Layer("pretext.activation", .relu, from: "pretext.hidden"),
            Layer("pretext.output", .linear(features: outputs), from: "pretext.activation"),
        ]
        _ = try network.validate()
        return network
    }

    /// The network that learns to match the forms of a sample among those of others.
    var projected: NetworkDescription {
        get throws { try withPretext(outputs: Self.projectedFeatures) }
    }

    /// The network that learns to reproduce its inputs, all concatenated.
    var restoring: NetworkDescription {
        get throws { try withPretext(outputs: inputs.reduce(0) { $0 + $1.shape.reduce(1, *) }) }
    }
}
