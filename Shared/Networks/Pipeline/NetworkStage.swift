/// Consecutive layers of a network that one worker of a pipeline computes.
///
/// A stage receives the outputs of earlier layers that it or a later stage reads, and sends the values that later
/// stages read. Values that are only passed on are in both. Inputs of the network always come from the samples.
public struct NetworkStage: Hashable, Sendable {
    /// The output of a layer.
    public struct Value: Hashable, Sendable {
        /// Name of the layer.
        public let layer: String
        /// Shape for one sample.
        public let shape: [Int]
    }

    /// The whole network.
    public let network: NetworkDescription
    /// The range of layers that the stage has.
    public let layers: Range<Int>
    /// Inputs of the network that those layers read.
    public let inputs: [NetworkDescription.Input]
    /// What comes from the previous stage; empty for the first one.
    public let received: [Value]
    /// What goes to the next stage; for the last one, the network's output.
    public let sent: [Value]

    /// Whether it produces the network's output.
    public var isLast: Bool { layers.upperBound == network.layers.count }

    /// Makes a stage from layers of a network.
    /// - Throws: `Failure` if the network is inconsistent.
    public init(of network: NetworkDescription, layers: Range<Int>) throws {
        precondition(!layers.isEmpty && layers.upperBound <= network.layers.count, "The network has no such layers.")
        let shapes = try network.validate()
        func values(at cut: Int) -> [Value] {
            network.values(crossing: cut).map { Value(layer: $0, shape: shapes[$0] ?? []) }
        }
        self.network = network
        self.layers = layers
        let read = Set(network.layers[layers].flatMap(\.inputs))
        inputs = network.inputs.filter { read.contains($0.name) }
        received = values(at: layers.lowerBound)
        sent = values(at: layers.upperBound)
    }

    /// All tensors of these layers.
    public var tensors: [NetworkTensor] {
        get throws { try network.tensors(of: layers) }
    }

    /// The `forward` method in TorchScript: takes the inputs and the received values, and returns a list of the values
    /// to send.
    public var torchScriptSource: String {
        get throws {
            var values: [String: String] = [:]
            for (number, input) in inputs.enumerated() { values[input.name] = "input\(number)" }
            for (number, value) in received.enumerated() { values[value.layer] = "received\(number)" }
            let arguments = inputs.indices.map { "input\($0)" } + received.indices.map { "received\($0)" }
            let lines = try network.torchScriptLines(for: layers, &values)
            let results = sent.compactMap { values[$0.layer] }.joined(separator: ", ")
            let head = (["self"] + arguments.map { "\($0): Tensor" }).joined(separator: ", ")
            return "def forward(\(head)) -> List[Tensor]:\n"
                + (lines + ["return [\(results)]"]).map { "    \($0)\n" }.joined()
        }
    }
}

extension NetworkDescription {
    /// The layers before a cut whose values are read after it, and the last layer if nothing follows.
    func values(crossing cut: Int) -> [String] {
        guard cut < layers.count else { return layers.suffix(1).map(\.name) }
        let read = Set(layers[cut...].flatMap(\.inputs))
        return layers[..<cut].map(\.name).filter(read.contains)
    }

    /// The finest parts into which the network can be split without changing the result.
    ///
    /// At the beginning of a network, a convolution and the maximum pooling after it are computed together, which
    /// rounds differently from computing them separately; so they stay together everywhere.
    public var parts: [Range<Int>] {
        var cuts = Set(1..<max(1, layers.count))
        var convolutions: [String: Int] = [:]
        for (place, layer) in layers.enumerated() {
            if layer.operation.isConvolution { convolutions[layer.name] = place }
            if case .maximumPooling = layer.operation {
                for first in layer.inputs.compactMap({ convolutions[$0] }) { cuts.subtract(first + 1...place) }
            }
        }
        let bounds = [0] + cuts.sorted() + [layers.count]
        return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
    }
}
