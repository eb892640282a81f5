import Model

/// What stands above the stages of backbones: up to four fusion layers and a classifier, which are learned, or the product of
/// the backbones' answers, for which nothing is to be learned.
///
/// Each fusion layer reads one stage of each backbone and the fusion layer before it. The same layers, with the same names,
/// make a network over features that were computed before (`network`) and, above the backbones, the whole network
/// (`whole`), so weights learned by the one are those of the other.
public struct FusionHead: Hashable, Sendable {
    /// How a layer joins what it reads.
    public enum Operator: String, CaseIterable, Hashable, Sendable, Codable {
        /// One after the other, before a linear layer.
        case concatenation
        /// Projected, and added with learned weights.
        case weightedSum = "weighted-sum"
        /// Projected, and multiplied place by place: multilinear pooling of low rank.
        case bilinear
        /// Projected, and added with weights that depend on the sample.
        case attention
    }

    /// What the modalities' vectors are to each other.
    public enum Representation: String, CaseIterable, Hashable, Sendable, Codable {
        /// Only their fusion matters.
        case joint
        /// Each is projected for itself, and those of one sample are kept alike.
        case coordinated
    }

    /// The non-linearity of a layer.
    public enum Activation: String, CaseIterable, Hashable, Sendable, Codable {
        /// max(x, 0).
        case relu
        /// 1 / (1 + e^−x).
        case sigmoid
        /// x above zero, x/100 below.
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

    /// Most fusion layers.
    public static let mostLevels = 4
    /// Share of the last fusion layer's values that are left out while training.
    static let dropout = 0.2
    /// How much likeness counts beside the cross-entropy where representations are coordinated.
    static let similarityWeight = 0.1

    /// The backbones.
    public let backbones: [Backbone]
    /// How all layers join what they read.
    public let joining: Operator
    /// What the modalities' vectors are to each other.
    public let representation: Representation
    /// The fusion layers, the first one first; none where the answers are multiplied.
    public let levels: [Level]
    /// Length of a fusion layer's vector.
    public let width: Int
    /// Number of classes.
    public let classes: Int

    /// Takes the parts.
    /// - Throws: `Failure` with code `invalid-argument` where a layer names no stage, or the numbers are impossible.
    public init(
        _ backbones: [Backbone], _ joining: Operator, _ representation: Representation, levels: [Level], width: Int,
        classes: Int
    ) throws {
        let isComplete = levels.allSatisfy { level in
            level.stages.count == backbones.count
                && zip(level.stages, backbones).allSatisfy { $1.stages.indices.contains($0) }
        }
        guard backbones.count > 1, isComplete, (1...Self.mostLevels).contains(levels.count), width > 0, classes > 0
        else {
            throw Failure(
                .invalidArgument,
                "A fusion needs two backbones or more and 1 to \(Self.mostLevels) layers, each with a stage of each.")
        }
        self.backbones = backbones
        self.joining = joining
        self.representation = representation
        self.levels = levels
        self.width = width
        self.classes = classes
    }

    /// The product of the backbones' answers: the product rule, or logarithmic opinion pool (Genest and Zidek 1986; Kittler et
    /// al. 1998, eq. 7). Scores are logarithms of probabilities but for a term that all classes share, so their sum is it.
    ///
    /// It trusts each modality as far as that one trusts itself. A fusion that is learned from the samples that its backbones
    /// have learned from trusts those too far that know them by heart.
    /// - Throws: `Failure` with code `invalid-argument` where there are fewer than two backbones.
    public init(productOf backbones: [Backbone], classes: Int) throws {
        guard backbones.count > 1 else {
            throw Failure(.invalidArgument, "A product of answers needs two backbones or more.")
        }
        self.backbones = backbones
        joining = .concatenation
        representation = .joint
        levels = []
        width = classes
        self.classes = classes
    }

    /// Whether it has anything to be learned.
    public var isLearnt: Bool { !levels.isEmpty }

    /// The stages that its layers read, each once, in the order of backbones.
    public var stages: [Backbone.Stage] {
        guard isLearnt else { return backbones.compactMap(\.stages.last) }
        return backbones.indices.flatMap { index in
            Set(levels.map { $0.stages[index] }).sorted().map { backbones[index].stages[$0] }
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

    /// What keeps coordinated vectors alike; nil where representations are joint.
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

    /// - Parameter source: The name under which a stage is read.
    private func layers(_ source: (Backbone.Stage) -> String) -> [Layer] {
        guard isLearnt else { return [Layer("fusion.product", .addition, from: stages.map(source))] }
        var layers: [Layer] = []
        var last: String?
        for index in levels.indices { last = add(index, source, after: last, to: &layers) }
        layers.append(Layer("fusion.dropout", .dropout(rate: Self.dropout), from: last.map { [$0] } ?? []))
        layers.append(Layer("fusion.classifier", .linear(features: classes), from: "fusion.dropout"))
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
            // Stages differ in size by orders of magnitude.
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
