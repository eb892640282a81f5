import Model
import Networks

extension NetworkDescription {
    /// Features between the encoder and what a pretext compares.
    private static let hiddenFeatures = 128
    /// Numbers in which two forms of a sample are compared.
    private static let projectedFeatures = 64

    /// The linear layer that answers, at the network's end.
    /// - Throws: `Failure` where there is none, so that nothing can be learned without labels.
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

    /// The network with a head that is of use for learning without labels only, in place of its classifier.
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

    /// What learns to tell forms of a sample from those of others.
    var projected: NetworkDescription {
        get throws { try withPretext(outputs: Self.projectedFeatures) }
    }

    /// What learns to give back its inputs, all one after the other.
    var restoring: NetworkDescription {
        get throws { try withPretext(outputs: inputs.reduce(0) { $0 + $1.shape.reduce(1, *) }) }
    }
}
