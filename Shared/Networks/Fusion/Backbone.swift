import Model

/// A network of one modality whose stages can be fused with those of other networks.
///
/// A stage is the representation of a sample at one resolution: the activation with the most channels at that
/// resolution, as the mean of each channel. In a network without planes, it is the vector before the answer. The last
/// stage is the network's own answer, its class scores.
public struct Backbone: Hashable, Sendable {
    /// A vector that a backbone outputs.
    public struct Stage: Hashable, Sendable {
        /// Its name as an input of a network over features, such as `image_stage2` or `image_scores`.
        public let name: String
        /// The layer that it comes from.
        public let layer: String
        /// Length of the vector.
        public let features: Int
        /// Whether the layer outputs a plane for each channel, which is averaged.
        public let isPooled: Bool
    }

    /// Maximum number of stages besides the scores; a deeper network uses the last ones.
    public static let mostStages = 8

    /// Name of the modality.
    public let modality: String
    /// The network. Its input is named after the modality, and the names of its layers begin with that name.
    public let network: NetworkDescription
    /// Its stages; the scores come last.
    public let stages: [Stage]

    /// Makes a backbone from a network for a modality.
    /// - Throws: `Failure` with code `invalid-argument` if it has several inputs or does not end with classes.
    public init(modality: String, network: NetworkDescription) throws {
        self.modality = modality
        self.network = try network.renamed(for: modality)
        stages = try Self.stages(of: self.network, modality)
    }

    /// The network that outputs all stages of a sample, concatenated into one vector.
    public var featureNetwork: NetworkDescription {
        var network = network
        network.layers += stages.filter(\.isPooled).map(\.pooling)
        network.layers.append(Layer("fusion.features", .concatenation, from: stages.map(\.source)))
        return network
    }

    private static func stages(of network: NetworkDescription, _ modality: String) throws -> [Stage] {
        let shapes = try network.validate()
        guard let last = network.layers.last, let scores = shapes[last.name], scores.count == 1 else {
            throw Failure(
                .invalidArgument, "Network '\(network.name)' of modality '\(modality)' does not output class scores.")
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
        // In a network without planes, the stage is the vector before its answer.
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
    /// The layer that averages the stage.
    var pooling: Layer { Layer(source, .globalAveragePooling, from: layer) }
}

extension NetworkDescription {
    /// The network with its only input renamed to the modality, and with that name as a prefix of all layers that lack
    /// it.
    fileprivate func renamed(for modality: String) throws -> NetworkDescription {
        guard inputs.count == 1, let input = inputs.first else {
            throw Failure(
                .invalidArgument,
                "Network '\(name)' of modality '\(modality)' needs exactly one input but has \(inputs.count)."
            )
        }
        guard modality != "fusion" else {
            throw Failure(.invalidArgument, "modalities: a modality cannot be named 'fusion' if modalities are fused.")
        }
        func renamed(_ layer: String) -> String {
            if layer == input.name { return modality }
            return layer.hasPrefix("\(modality).") ? layer : "\(modality).\(layer)"
        }
        return NetworkDescription(
            name: name, inputs: [.init(name: modality, shape: input.shape)],
            layers: layers.map { Layer(renamed($0.name), $0.operation, from: $0.inputs.map(renamed)) })
    }

    /// The network without the layers on which its output does not depend.
    var pruned: NetworkDescription {
        var needed = Set(layers.last.map { [$0.name] } ?? [])
        for layer in layers.reversed() where needed.contains(layer.name) { needed.formUnion(layer.inputs) }
        return NetworkDescription(name: name, inputs: inputs, layers: layers.filter { needed.contains($0.name) })
    }
}
