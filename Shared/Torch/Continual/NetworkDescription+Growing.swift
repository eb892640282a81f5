import Model
import Networks

extension NetworkDescription {
    /// The same network with more outputs. Only the layers that compute one value per output grow.
    /// - Returns: The network and the names of the layers that grew; none if it already has as many outputs.
    /// - Throws: `Failure` with code `invalid-argument` if the outputs do not come from a linear layer or a convolution.
    func growing(to outputs: Int) throws -> (network: NetworkDescription, layers: [String]) {
        let shape = try outputShape
        guard shape != [outputs] else { return (self, []) }
        guard shape.count == 1, shape[0] < outputs, let last = layers.last else {
            throw Failure(
                .invalidArgument,
                "Network '\(name)' has outputs of shape \(shape), which cannot become \(outputs) classes.")
        }
        let (shapes, weighted) = (try validate(), try tensors.map(\.name))
        var grown = self
        var names: [String] = []
        var pending = [last.name]
        while let name = pending.popLast() {
            guard let place = layers.firstIndex(where: { $0.name == name }), !names.contains(name) else { continue }
            let layer = layers[place]
            if case .linear(shape[0], let bias) = layer.operation {
                grown.layers[place] = Layer(name, .linear(features: outputs, bias: bias), from: layer.inputs)
                names.append(name)
            } else if case .convolution(var convolution) = layer.operation, convolution.groups == 1 {
                convolution.channels = outputs
                grown.layers[place] = Layer(name, .convolution(convolution), from: layer.inputs)
                names.append(name)
            } else if !weighted.contains(where: { $0.hasPrefix("\(name).") }),
                layer.inputs.allSatisfy({ shapes[$0]?.first == shape[0] })
            {
                // A layer without weights, such as a mean, computes each output from the same channel of its input.
                pending += layer.inputs
            } else {
                throw Failure(
                    .invalidArgument,
                    "Network '\(self.name)' cannot learn new classes: its outputs come from layer '\(name)', and "
                        + "only a linear layer or a convolution can get more outputs.")
            }
        }
        guard try grown.outputShape == [outputs] else {
            throw Failure(.invalidArgument, "Network '\(name)' cannot get \(outputs) outputs.")
        }
        return (grown, names)
    }
}
