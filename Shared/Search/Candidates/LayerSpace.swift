public import Model
import Networks

/// The networks that a scenario's search composes layer by layer: for each modality one gene with an optimizer and, for
/// each layer, the number, height, width and stride of its kernels (source paper, section 3.1.2), and what else the
/// scenario lets the search choose (`SettingParts`).
///
/// Strings differ in length. With several modalities each can be omitted, as in `NetworkSpace`; those that are present
/// are trained together.
public struct LayerSpace: CandidateSpace {
    /// Category of these networks as in table 1.
    public static let category = "ConvolutionStack"

    /// The choices, as integers.
    public let space: SearchSpace

    private let scenario: Scenario
    private let layers: Scenario.Layers
    private let modalities: [String]
    private let optimizers: [Optimizer]
    private let branchSettings: SettingParts
    private let sharedSettings: SettingParts

    /// The space of a scenario.
    /// - Throws: `Failure` with code `invalid-argument` whose message begins with the invalid field.
    public init(_ scenario: Scenario, _ layers: Scenario.Layers) throws {
        self.scenario = scenario
        self.layers = layers
        modalities = scenario.data.modalities
        optimizers = try NetworkSpace.choices(
            scenario.search.optimizers, among: Optimizer.choices, named: \.name, field: "search.optimizers")
        branchSettings = .branch(scenario.search.choices)
        sharedSettings = .shared(scenario.search.choices)
        let (modalities, parts) = (
            modalities, [SearchSpace.Part("optimizer", optimizers.map(\.name))] + branchSettings.parts
        )
        let turn = SearchSpace.Repetition(
            [
                .init("kernels", layers.kernels.map(String.init)), .init("height", layers.heights.map(String.init)),
                .init("width", layers.widths.map(String.init)), .init("stride", layers.strides.map(String.init)),
            ], times: 1...layers.most)
        space = try SearchSpace(
            modalities.map { modality in
                .init(modality, parts, repeating: turn, isOptional: modalities.count > 1)
            } + sharedSettings.gene)
        let smallest = try modalities.map { try cost(of: simplest, $0) }
        try scenario.limits.check(
            parameters: smallest.map(\.parameters).min() ?? 0, operations: smallest.map(\.operations).min() ?? 0)
    }

    /// The network of a genome, with its training settings.
    /// - Throws: `Failure` with code `invalid-argument` if the genome belongs to another space.
    public func candidate(_ genome: Genome) throws -> Candidate {
        guard space.contains(genome) else {
            throw Failure(.invalidArgument, "The genome '\(genome)' does not belong to the search space \(space).")
        }
        let branches = try zip(modalities, genome.genes).compactMap { modality, numbers -> Candidate.Branch? in
            guard !SearchSpace.isAbsent(numbers) else { return nil }
            let settings = branchSettings.chosen(numbers.dropFirst())
            let network = try network(
                of: convolutions(numbers.dropFirst(1 + branchSettings.parts.count)), modality)
            return Candidate.Branch(
                modality: modality, structure: nil, title: network.name, category: Self.category,
                optimizer: settings.optimizer(optimizers[numbers[0] - 1], branch: "\(modality)."),
                network: settings.network(network), frozen: nil, settings: settings.text)
        }
        return try Candidate(
            genome: genome, branches: branches, data: scenario.data, task: scenario.task,
            settings: sharedSettings.chosen(genome.genes.dropFirst(modalities.count).joined()))
    }

    /// Whether the network of a genome is within the scenario's limits.
    public func isAllowed(_ genome: Genome) -> Bool {
        space.contains(genome) && !genome.genes.prefix(modalities.count).allSatisfy(SearchSpace.isAbsent)
            && keeps(scenario.limits, genome)
    }

    // MARK: Parts

    /// The layers that numbers encode, four numbers per layer.
    private func convolutions(_ numbers: ArraySlice<Int>) -> [Convolution] {
        stride(from: numbers.startIndex, to: numbers.endIndex, by: 4).map { start in
            let height = layers.heights[numbers[start + 1] - 1], width = layers.widths[numbers[start + 2] - 1]
            return convolution(
                layers.kernels[numbers[start] - 1], Extent(height: height, width: width),
                layers.strides[numbers[start + 3] - 1])
        }
    }

    /// The cheapest network: one layer of few, small kernels with large strides.
    private var simplest: [Convolution] {
        let kernel = Extent(height: layers.heights.min() ?? 1, width: layers.widths.min() ?? 1)
        return [convolution(layers.kernels.min() ?? 1, kernel, layers.strides.max() ?? 1)]
    }

    private func convolution(_ kernels: Int, _ kernel: Extent, _ stride: Int) -> Convolution {
        // Normalization adds a parameter to each channel.
        Convolution(channels: kernels, kernel: kernel, stride: Extent(stride), bias: false)
    }

    private func network(of convolutions: [Convolution], _ modality: String) throws -> NetworkDescription {
        guard let shape = scenario.data.inputs[modality]?.shape else {
            throw Failure(.internal, "The recipe has no modality '\(modality)'.")
        }
        return try .stack(
            of: convolutions, named: Self.name(of: convolutions), input: modality, shape: shape,
            classes: scenario.data.target.outputs)
    }

    private func cost(of convolutions: [Convolution], _ modality: String) throws -> (parameters: Int, operations: Int) {
        do {
            let network = try network(of: convolutions, modality)
            return (try network.parameterCount, try network.multiplyAccumulates)
        } catch let failure as Failure {
            throw Failure(
                .invalidArgument, "modalities.\(modality): no network of layers can read it: \(failure.message)")
        }
    }

    /// The string in readable form: for each layer the number, height and width of its kernels and, from 2 up, their
    /// stride, such as `8×5×3/2-16×3×3`.
    private static func name(of convolutions: [Convolution]) -> String {
        convolutions.map { layer in
            let stride = layer.stride == 1 ? "" : "/\(layer.stride.height)"
            return "\(layer.channels)×\(layer.kernel.height)×\(layer.kernel.width)\(stride)"
        }.joined(separator: "-")
    }
}
