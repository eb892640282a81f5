import Model

/// A network of one modality whose stages can be fused with those of others.
///
/// A stage is what a network has made of a sample at one resolution: of the activations of each resolution the one with the
/// most channels, as the mean of each channel; of a network without planes the vector before its answer. The last stage is the
/// network's own answer, its scores of the classes.
public struct Backbone: Hashable, Sendable {
    /// A vector that a backbone gives.
    public struct Stage: Hashable, Sendable {
        /// Name of the input that it is for a network over features, such as `image_stage2` or `image_scores`.
        public let name: String
        /// The layer that it comes from.
        public let layer: String
        /// Length of the vector.
        public let features: Int
        /// Whether the layer gives a plane for each channel, of which the means are taken.
        public let isPooled: Bool
    }

    /// Most stages beside the scores; of a deeper network the last ones.
    public static let mostStages = 8

    /// Name of the modality.
    public let modality: String
    /// The network, its input named after the modality, the names of its layers beginning with it.
    public let network: NetworkDescription
    /// Its stages, the scores last.
    public let stages: [Stage]

    /// Takes a network for a modality.
    /// - Throws: `Failure` with code `invalid-argument` where it has several inputs or no classes at its end.
    public init(modality: String, network: NetworkDescription) throws {
        self.modality = modality
        self.network = try network.renamed(for: modality)
        stages = try Self.stages(of: self.network, modality)
    }

    /// The network that gives all stages of a sample, one after the other, as one vector.
    public var featureNetwork: NetworkDescription {
        var network = network
        network.layers += stages.filter(\.isPooled).map(\.pooling)
        network.layers.append(Layer("fusion.features", .concatenation, from: stages.map(\.source)))
        return network
    }

    private static func stages(of network: NetworkDescription, _ modality: String) throws -> [Stage] {
        let shapes = try network.validate()
        guard let last = network.layers.last, let scores = shapes[last.name], scores.count == 1 else {
            throw Failure(.invalidArgument, "Network '\(network.name)' of modality '\(modality)' gives no scores.")
        }
        var chosen: [(resolution: [Int], layer: String, channels: Int)] = []
        for layer in network.layers where layer.operation.isActivation {
            guard let shape = shapes[layer.name], shape.count == 3 else { continue }
            let found = (resolution: Array(shape.dropFirst()), layer: layer.name, channels: shape[0])
            guard let place = chosen.firstIndex(where: { $0.resolution == found.resolution }) else {
                chosen.append(found)
                continue
            }
            if found.channels >= chosen[place].channels { chosen[place] = found }
        }
        // A network without planes has the vector before its answer.
        if chosen.isEmpty, case .linear? = network.layers.last?.operation, let source = last.inputs.first,
            let shape = shapes[source], shape.count == 1
        {
            return [
                Stage(name: "\(modality)_stage1", layer: source, features: shape[0], isPooled: false),
                Stage(name: "\(modality)_scores", layer: last.name, features: scores[0], isPooled: false),
            ]
        }
        let pooled = chosen.suffix(mostStages).enumerated().map { number, stage in
            Stage(
                name: "\(modality)_stage\(number + 1)", layer: stage.layer, features: stage.channels, isPooled: true)
        }
        return pooled + [
            Stage(name: "\(modality)_scores", layer: last.name, features: scores[0], isPooled: false)
        ]
    }
}

extension Backbone.Stage {
    /// The layer whose output is the stage.
    var source: String { isPooled ? "fusion.\(name)" : layer }
    /// The layer that takes the means.
    var pooling: Layer { Layer(source, .globalAveragePooling, from: layer) }
}

extension Layer.Operation {
    fileprivate var isActivation: Bool {
        switch self {
        case .relu, .leakyRelu, .sigmoid, .relu6, .tanh, .gelu, .silu, .hardSwish: true
        default: false
        }
    }
}

extension NetworkDescription {
    /// The network with the name of its one input, and that name before those of all layers that have it not yet.
    fileprivate func renamed(for modality: String) throws -> NetworkDescription {
        guard inputs.count == 1, let input = inputs.first else {
            throw Failure(
                .invalidArgument, "Network '\(name)' of modality '\(modality)' needs one input and has \(inputs.count)."
            )
        }
        guard modality != "fusion" else {
            throw Failure(.invalidArgument, "modalities: no modality can be named 'fusion' where modalities are fused.")
        }
        func renamed(_ layer: String) -> String {
            if layer == input.name { return modality }
            return layer.hasPrefix("\(modality).") ? layer : "\(modality).\(layer)"
        }
        return NetworkDescription(
            name: name, inputs: [.init(name: modality, shape: input.shape)],
            layers: layers.map { Layer(renamed($0.name), $0.operation, from: $0.inputs.map(renamed)) })
    }

    /// The network without what its output does not depend on.
    var pruned: NetworkDescription {
        var needed = Set(layers.last.map { [$0.name] } ?? [])
        for layer in layers.reversed() where needed.contains(layer.name) { needed.formUnion(layer.inputs) }
        return NetworkDescription(name: name, inputs: inputs, layers: layers.filter { needed.contains($0.name) })
    }
}
