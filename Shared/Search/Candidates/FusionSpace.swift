public import Model
import Networks

/// The space of a fusion search: each single-modality network alone, the product of their answers, and fusions of
/// their stages.
///
/// The first gene is the choice that needs no training: the modality of a single network, or the product of all
/// answers. The second one is a fusion that corrects this product: operator, representation and optimizer, and one to four layers, each with a
/// stage of each modality and a non-linearity. A genome has exactly one of the two.
public struct FusionSpace: CandidateSpace {
    /// The choices, as integers.
    public let space: SearchSpace
    /// The single-modality networks, by modality.
    public let networks: [FusedNetwork]

    private let scenario: Scenario
    private let joining: [FusionHead.Operator]
    private let representations: [FusionHead.Representation]
    private let optimizers: [Optimizer]
    private let width: Int

    /// The space of a scenario that asks for a fusion.
    /// - Parameter models: The registry models that the scenario names, by modality.
    /// - Throws: `Failure` with code `invalid-argument` whose message begins with the invalid field.
    public init(_ scenario: Scenario, _ fusion: Scenario.Fusion, models: [String: FusedNetwork] = [:]) throws {
        self.scenario = scenario
        width = fusion.width
        joining = try NetworkSpace.choices(
            fusion.operators, among: FusionHead.Operator.allCases, named: \.rawValue, field: "fusion.operators")
        representations = try NetworkSpace.choices(
            fusion.representations, among: FusionHead.Representation.allCases, named: \.rawValue,
            field: "fusion.representations")
        optimizers = try NetworkSpace.choices(
            scenario.search.optimizers ?? [Self.usualOptimizer], among: Optimizer.choices, named: \.name,
            field: "search.optimizers")
        networks = try scenario.data.modalities.map { modality in
            let field = "fusion.networks.\(modality)"
            guard let name = fusion.networks[modality] else {
                throw Failure(.invalidArgument, "\(field): the network for this modality is missing.")
            }
            let network = try models[modality] ?? Self.structure(name, modality, scenario.data, field)
            try Self.check(network, scenario.data, field)
            return network
        }
        guard scenario.search.population >= networks.count else {
            throw Failure(
                .invalidArgument, "search.population: it must be at least \(networks.count), one for each modality.")
        }
        space = try Self.space(networks, fusion, joining, representations, optimizers)
    }

    /// The display title of a product.
    public static let productTitle = "product of answers"

    /// The optimizer if the scenario names none.
    static let usualOptimizer = "adamw"

    /// Whether a name is a structure's; any other name is a model of the registry.
    public static func isStructure(_ name: String) -> Bool { StructureFamily.named(name) != nil }

    /// The genomes of the single networks, by modality.
    public var alone: [Genome] {
        networks.indices.map { Genome([[$0 + 1], space.genes[1].absence]) }
    }

    /// Simple fusions to begin with: genomes that multiply the networks' answers, fuse the answers, or fuse the last
    /// stages before them.
    public var late: [Genome] {
        let leakyRelu = FusionHead.Activation.allCases.count
        let product = Genome([[networks.count + 1], space.genes[1].absence])
        return [product]
            + [0, 1].map { earlier in
                let stages = networks.map { max(1, $0.backbone.stages.count - earlier) }
                return Genome([space.genes[0].absence, [1, 1, 1] + stages + [leakyRelu]])
            }
    }

    /// Whether a genome is a fusion within the scenario's limits, or a single network.
    public func isAllowed(_ genome: Genome) -> Bool {
        guard space.contains(genome), SearchSpace.isAbsent(genome.genes[0]) != SearchSpace.isAbsent(genome.genes[1])
        else { return false }
        // All fusions need the single networks, regardless of their own size.
        return network(alone: genome) != nil || keeps(scenario.limits, genome)
    }

    /// The network of a genome, with its training settings.
    /// - Throws: `Failure` with code `invalid-argument` if the genome belongs to another space.
    public func candidate(_ genome: Genome) throws -> Candidate {
        guard space.contains(genome), SearchSpace.isAbsent(genome.genes[0]) != SearchSpace.isAbsent(genome.genes[1])
        else { throw Failure(.invalidArgument, "The genome '\(genome)' does not belong to the search space \(space).") }
        if let network = network(alone: genome) {
            return try Candidate(
                .backbone(network), network.backbone.network, genome: genome,
                title: "\(network.backbone.modality): \(network.title)", category: network.category,
                optimizer: optimizers[0], structures: [network.backbone.modality: network.title], data: scenario.data,
                task: scenario.task)
        }
        let (head, optimizer) = try head(of: genome)
        let whole = head.whole(named: networks.map(\.title).joined(separator: "+"))
        return try Candidate(
            .head(head), whole, genome: genome, title: title(of: head, optimizer), category: "fusion",
            optimizer: optimizer, structures: Dictionary(networks.map { ($0.backbone.modality, $0.title) }) { $1 },
            data: scenario.data, task: scenario.task)
    }

    /// The single network of a genome; nil if it fuses.
    private func network(alone genome: Genome) -> FusedNetwork? {
        let number = genome.genes[0][0]
        return (1...networks.count).contains(number) ? networks[number - 1] : nil
    }

    private var averages: Bool { scenario.task == .regression }

    private func head(of genome: Genome) throws -> (FusionHead, Optimizer) {
        guard SearchSpace.isAbsent(genome.genes[0]) else {
            let product = try FusionHead(
                productOf: networks.map(\.backbone), classes: scenario.data.target.outputs, averages: averages)
            return (product, optimizers[0])
        }
        let numbers = genome.genes[1]
        let turn = networks.count + 1
        let levels = stride(from: Self.parts, to: numbers.count, by: turn).map { start in
            FusionHead.Level(
                stages: numbers[start..<start + turn - 1].map { $0 - 1 },
                activation: FusionHead.Activation.allCases[numbers[start + turn - 1] - 1])
        }
        let head = try FusionHead(
            networks.map(\.backbone), joining[numbers[0] - 1], representations[numbers[1] - 1], levels: levels,
            width: width, classes: scenario.data.target.outputs, averages: averages)
        return (head, optimizers[numbers[2] - 1])
    }

    private func title(of head: FusionHead, _ optimizer: Optimizer) -> String {
        let names = networks.map(\.title).joined(separator: "+")
        guard head.isTrainable else {
            let scores = networks.map { "\($0.backbone.modality) scores" }.joined(separator: " + ")
            return "\(names) \(Self.productTitle): \(scores) multiplied"
        }
        let levels = head.levels.map { level in
            let stages = zip(networks, level.stages).map { network, stage in
                let backbone = network.backbone
                let name = backbone.stages[stage].name.dropFirst(backbone.modality.count + 1)
                return "\(backbone.modality) \(name)"
            }
            return "\(stages.joined(separator: " + ")) \(level.activation.rawValue)"
        }
        return "\(names) \(head.joining.rawValue) \(head.representation.rawValue) \(optimizer.name): "
            + levels.joined(separator: " → ")
    }
}

// MARK: - Parts

extension FusionSpace {
    /// Decisions of a fusion before its layers: operator, representation, optimizer.
    private static let parts = 3

    private static func space(
        _ networks: [FusedNetwork], _ fusion: Scenario.Fusion, _ joining: [FusionHead.Operator],
        _ representations: [FusionHead.Representation], _ optimizers: [Optimizer]
    ) throws -> SearchSpace {
        let stages = networks.map { network in
            SearchSpace.Part("\(network.backbone.modality) stage", network.backbone.stages.map(\.name))
        }
        let activation = SearchSpace.Part("activation", FusionHead.Activation.allCases.map(\.rawValue))
        return try SearchSpace([
            // Names of modalities contain no spaces.
            .init("answer", [.init("of", networks.map(\.backbone.modality) + ["all of them"])], isOptional: true),
            .init(
                "correction",
                [
                    .init("operator", joining.map(\.rawValue)),
                    .init("representation", representations.map(\.rawValue)),
                    .init("optimizer", optimizers.map(\.name)),
                ], repeating: .init(stages + [activation], times: 1...fusion.layers), isOptional: true),
        ])
    }

    private static func structure(
        _ name: String, _ modality: String, _ data: ScenarioData, _ field: String
    ) throws -> FusedNetwork {
        guard let structure = StructureFamily.named(name), let signature = data.inputs[modality] else {
            let known = StructureFamily.all.map(\.name)
            throw Failure(
                .invalidArgument,
                """
                \(field): '\(name)' is neither a structure nor a model of the registry.\
                \(NearestName.question(name, among: known)) Structures are \(known.joined(separator: ", ")); \
                'gyrus models' lists the models.
                """)
        }
        do {
            return try FusedNetwork(structure, modality: modality, signature, outputs: data.target.outputs)
        } catch let failure as Failure {
            throw Failure(.invalidArgument, "\(field): \(failure.message)")
        }
    }

    private static func check(_ network: FusedNetwork, _ data: ScenarioData, _ field: String) throws {
        let (input, output) = (network.backbone.network.inputs.first?.shape, try network.backbone.network.outputShape)
        guard input == data.inputs[network.backbone.modality]?.shape, output == [data.target.outputs] else {
            throw Failure(
                .invalidArgument,
                """
                \(field): '\(network.title)' reads shape \(input ?? []) and returns \(output); this scenario needs \
                \(data.inputs[network.backbone.modality]?.shape ?? []) and \([data.target.outputs]).
                """)
        }
    }
}
