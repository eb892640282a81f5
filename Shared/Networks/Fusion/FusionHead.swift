import Model

/// The part on top of the backbones' stages: the product of the backbones' answers, which needs no training, or a trained
/// correction of it by up to four fusion layers and a classifier.
///
/// A correction starts at zero and the trust in each backbone's answer at one, so that training starts from the product
/// of answers and can only leave it for something better on the training samples (ReZero: Bachlechner et al., 2021). The
/// trust, a factor for each score, calibrates the answers.
///
/// Each fusion layer reads one stage of each backbone and the previous fusion layer. The same layers, with the same
/// names, form a network over precomputed features (`network`) and, on top of the backbones, the whole network
/// (`whole`), so weights learned in one fit the other.
public struct FusionHead: Hashable, Sendable {
    /// How a layer joins its inputs.
    public enum Operator: String, CaseIterable, Hashable, Sendable, Codable {
        /// Concatenated, before a linear layer.
        case concatenation
        /// Projected, and added with learned weights.
        case weightedSum = "weighted-sum"
        /// Projected, and multiplied elementwise: low-rank multilinear pooling.
        case bilinear
        /// Projected, and added with weights that depend on the sample.
        case attention
    }

    /// The relation between the modalities' vectors.
    public enum Representation: String, CaseIterable, Hashable, Sendable, Codable {
        /// Only their fusion matters.
        case joint
        /// Each is projected separately, and those of one sample are kept similar.
        case coordinated
    }

    /// The non-linearity of a layer.
    public enum Activation: String, CaseIterable, Hashable, Sendable, Codable {
        /// max(x, 0).
        case relu
        /// 1 / (1 + e^−x).
        case sigmoid
        /// x above zero, x / 100 below.
        case leakyRelu = "leaky-relu"

        var operation: Layer.Operation {
            switch self {
            case .relu: .relu
            case .sigmoid: .sigmoid
            case .leakyRelu: .leakyRelu()
            }
        }
    }

    /// A fusion layer.
    public struct Level: Hashable, Sendable {
        /// The stage of each backbone that it reads, from 0.
        public var stages: [Int]
        /// Its non-linearity.
        public var activation: Activation

        /// Makes a layer.
        public init(stages: [Int], activation: Activation) {
            self.stages = stages
            self.activation = activation
        }
    }

    /// Maximum number of fusion layers.
    public static let mostLevels = 4
    /// Dropout rate of the last fusion layer during training.
    static let dropout = 0.2
    /// Weight of similarity relative to the cross-entropy if representations are coordinated.
    static let similarityWeight = 0.1

    /// The networks whose stages it joins, one for each modality.
    public let backbones: [Backbone]
    /// How all layers join their inputs.
    public let joining: Operator
    /// The relation between the modalities' vectors.
    public let representation: Representation
    /// The fusion layers, in order; empty if the answers are multiplied.
    public let levels: [Level]
    /// Length of a fusion layer's vector.
    public let width: Int
    /// Number of outputs.
    public let classes: Int
    /// Whether answers are numbers, which are averaged, rather than scores, whose sum is a product of probabilities.
    public let averages: Bool

    /// Makes a head from its parts.
    /// - Throws: `Failure` with code `invalid-argument` if a layer names a stage that does not exist, or a number is
    ///   invalid.
    public init(
        _ backbones: [Backbone], _ joining: Operator, _ representation: Representation, levels: [Level], width: Int,
        classes: Int, averages: Bool = false
    ) throws {
        let isComplete = levels.allSatisfy { level in
            level.stages.count == backbones.count
                && zip(level.stages, backbones).allSatisfy { $1.stages.indices.contains($0) }
        }
        guard backbones.count > 1, isComplete, (1...Self.mostLevels).contains(levels.count), width > 0, classes > 0
        else {
            throw Failure(
                .invalidArgument,
                "A fusion needs at least two backbones and 1 to \(Self.mostLevels) layers, each with a stage of each "
                    + "backbone."
            )
        }
        self.backbones = backbones
        self.joining = joining
        self.representation = representation
        self.levels = levels
        self.width = width
        self.classes = classes
        self.averages = averages
    }

    /// The product of the backbones' answers: the product rule, or logarithmic opinion pool (Genest and Zidek 1986;
    /// Kittler et al. 1998, eq. 7). Scores are logarithms of probabilities up to a term that all classes share, so the
    /// product is the sum of the scores. Numbers are averaged instead.
    ///
    /// It trusts each modality as much as that modality trusts itself. A fusion that is trained on the samples that its
    /// backbones were trained on puts too much trust in backbones that have memorized them.
    /// - Throws: `Failure` with code `invalid-argument` if there are fewer than two backbones.
    public init(productOf backbones: [Backbone], classes: Int, averages: Bool = false) throws {
        guard backbones.count > 1 else {
            throw Failure(.invalidArgument, "A product of answers needs at least two backbones.")
        }
        self.backbones = backbones
        joining = .concatenation
        representation = .joint
        levels = []
        width = classes
        self.classes = classes
        self.averages = averages
    }

    /// Whether it has anything to train.
    public var isTrainable: Bool { !levels.isEmpty }

    /// The stages that its layers read, each once, in the order of the backbones.
    public var stages: [Backbone.Stage] {
        guard isTrainable else { return backbones.compactMap(\.stages.last) }
        return backbones.indices.flatMap { index in
            Set(levels.map { $0.stages[index] } + [backbones[index].stages.count - 1]).sorted().map {
                backbones[index].stages[$0]
            }
        }
    }

    /// The network over features: its inputs are stages.
    public func network(named name: String) -> NetworkDescription {
        NetworkDescription(
            name: name, inputs: stages.map { .init(name: $0.name, shape: [$0.features]) }, layers: layers(\.name))
    }

    /// The whole network: its inputs are the modalities.
    public func whole(named name: String) -> NetworkDescription {
        let pooling = stages.filter(\.isPooled).map(\.pooling)
        return NetworkDescription(
            name: name, inputs: backbones.flatMap(\.network.inputs),
            layers: backbones.flatMap(\.network.layers) + pooling + layers(\.source)
        ).pruned
    }

    /// The constraint that keeps coordinated vectors similar; nil if representations are joint.
    public var constraint: SimilarityConstraint? {
        guard representation == .coordinated else { return nil }
        let pairs = levels.indices.flatMap { level in
            backbones.dropFirst().map {
                SimilarityConstraint.Pair(projection(level, backbones[0]), projection(level, $0))
            }
        }
        return SimilarityConstraint(pairs: pairs, weight: Self.similarityWeight)
    }

    // MARK: Layers

    private func prefix(_ level: Int) -> String { "fusion.layer\(level + 1)" }

    private func projection(_ level: Int, _ backbone: Backbone) -> String {
        "\(prefix(level)).\(backbone.modality).projection"
    }

    /// - Parameter source: Returns the name under which a stage is read.
    private func layers(_ source: (Backbone.Stage) -> String) -> [Layer] {
        let joint: Layer.Operation = averages ? .mean : .addition
        guard isTrainable else { return [Layer("fusion.product", joint, from: stages.map(source))] }
        var layers = backbones.compactMap { backbone in
            backbone.stages.last.map {
                Layer("fusion.\(backbone.modality).trust", .scale(initial: 1), from: source($0))
            }
        }
        layers.append(Layer("fusion.product", joint, from: layers.map(\.name)))
        var last: String?
        for index in levels.indices { last = add(index, source, after: last, to: &layers) }
        layers.append(Layer("fusion.dropout", .dropout(rate: Self.dropout), from: last.map { [$0] } ?? []))
        layers.append(Layer("fusion.classifier", .linear(features: classes), from: "fusion.dropout"))
        layers.append(Layer("fusion.correction", .scale(initial: 0), from: "fusion.classifier"))
        layers.append(Layer("fusion.answer", .addition, from: ["fusion.product", "fusion.correction"]))
        return layers
    }

    /// Adds a fusion layer.
    /// - Returns: The name of its output.
    private func add(
        _ index: Int, _ source: (Backbone.Stage) -> String, after last: String?, to layers: inout [Layer]
    ) -> String {
        let (level, prefix) = (levels[index], prefix(index))
        func add(_ name: String, _ operation: Layer.Operation, _ inputs: [String]) -> String {
            layers.append(Layer("\(prefix).\(name)", operation, from: inputs))
            return "\(prefix).\(name)"
        }
        var parts = zip(backbones, level.stages).map { backbone, stage in
            // Stages differ in magnitude by orders of magnitude.
            let name = backbone.modality
            let normal = add("\(name).normalization", .batchNormalization(), [source(backbone.stages[stage])])
            guard joining != .concatenation || representation == .coordinated else { return normal }
            return add("\(name).projection", .linear(features: width), [normal])
        }
        let earlier = last.map { [$0] } ?? []
        let activation = level.activation.operation
        switch joining {
        case .concatenation:
            let joined = add("concatenation", .concatenation, parts + earlier)
            return add("activation", activation, [add("linear", .linear(features: width), [joined])])
        case .bilinear:
            let product = add("product", .multiplication, parts)
            let linear = add("linear", .linear(features: width), [product])
            let sum = earlier.isEmpty ? linear : add("sum", .addition, [linear] + earlier)
            return add("activation", activation, [sum])
        case .weightedSum, .attention:
            parts = zip(backbones, parts).map { add("\($0.modality).activation", activation, [$1]) } + earlier
            guard joining == .attention else { return add("sum", .weightedSum, parts) }
            let joined = add("concatenation", .concatenation, parts)
            return add("sum", .attention, [add("scores", .linear(features: parts.count), [joined])] + parts)
        }
    }
}
