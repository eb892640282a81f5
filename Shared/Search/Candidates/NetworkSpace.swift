public import Model
import Networks

/// The networks that a scenario's search chooses from: for each modality one gene with optimizer, structure, size and
/// what else the scenario lets the search choose (`SettingParts`).
///
/// With several modalities each can be omitted, so that a single modality that does better alone is in the space.
/// Present branches are trained together, each with its own optimizer; the common classifier uses that of the first
/// branch. The structures of a gene are the families that can read the modality and serve the engaged areas of the
/// brain (`StructureAlphabet`); size means width and, if the family has it and the scenario has no list of depths, depth.
///
/// ```swift
/// let space = try file.locating { try NetworkSpace(file.scenario) }
/// let candidate = try space.candidate(genome)
/// try candidate.network.parameterCount
/// ```
public struct NetworkSpace: CandidateSpace {
    /// Widths if a scenario names none.
    public static let usualWidths = [0.5, 1, 2]

    /// The choices, as integers.
    public let space: SearchSpace

    private let scenario: Scenario
    let modalities: [String]
    /// Structures that each modality chooses from.
    let structures: [[StructureFamily]]
    private let widths: [Double]
    private let optimizers: [Optimizer]
    private let branchSettings: SettingParts
    private let sharedSettings: SettingParts
    /// Costs of each modality's networks by structure, width and depth, each with its own classifier.
    private let costs: [[[[Cost]]]]

    private struct Cost {
        let parameters: Int
        let operations: Int
        /// Whether the structure is the same at an earlier depth.
        var isRepeated = false
    }

    /// The space of a scenario.
    /// - Parameter engaged: The engaged part of the brain, which decides which structures there are.
    /// - Throws: `Failure` with code `invalid-argument` whose message begins with the invalid field.
    public init(_ scenario: Scenario, engaged: EngagedAreas = .all) throws {
        let search = scenario.search
        let alphabet = try StructureAlphabet(scenario, engaged: engaged)
        let optimizers = try Self.choices(
            search.optimizers, among: Optimizer.choices, named: \.name, field: "search.optimizers")
        let widths = search.widths ?? Self.usualWidths
        guard Set(widths).count == widths.count, widths.count <= 100 else {
            throw Failure(.invalidArgument, "search.widths: at most 100 different widths are allowed.")
        }
        let branchSettings = SettingParts.branch(search.choices), sharedSettings = SettingParts.shared(search.choices)
        let modalities = scenario.data.modalities
        let structures = try modalities.map { try alphabet.families(for: $0) }
        space = try SearchSpace(
            zip(modalities, structures).map { modality, structures in
                let parts = [
                    SearchSpace.Part("optimizer", optimizers.map(\.name)),
                    SearchSpace.Part("structure", structures.map(\.name)),
                    SearchSpace.Part("size", widths.map(\.choiceText)),
                ]
                return .init(modality, parts + branchSettings.parts, isOptional: modalities.count > 1)
            } + sharedSettings.gene)
        costs = try zip(modalities, structures).map { modality, structures in
            try structures.map { structure in
                try widths.map { width in
                    try Self.costs(of: structure, width: width, search.choices.depths, modality, scenario.data)
                }
            }
        }
        (self.scenario, self.modalities, self.structures) = (scenario, modalities, structures)
        (self.widths, self.optimizers) = (widths, optimizers)
        (self.branchSettings, self.sharedSettings) = (branchSettings, sharedSettings)
        try checkLimits()
    }

    /// The network of a genome, with its training settings.
    /// - Throws: `Failure` with code `invalid-argument` if the genome belongs to another space.
    public func candidate(_ genome: Genome) throws -> Candidate {
        guard space.contains(genome) else {
            throw Failure(.invalidArgument, "The genome '\(genome)' does not belong to the search space \(space).")
        }
        let branches = try modalities.indices.compactMap { index -> Candidate.Branch? in
            let (modality, structures, numbers) = (modalities[index], structures[index], genome.genes[index])
            guard !SearchSpace.isAbsent(numbers) else { return nil }
            let (structure, width) = (structures[numbers[1] - 1], widths[numbers[2] - 1])
            let settings = branchSettings.chosen(numbers.dropFirst(3))
            let network = try Self.network(structure, width: width, settings.depth, modality, scenario.data)
            return Candidate.Branch(
                modality: modality, structure: structure.name, title: "\(structure.name)×\(width.choiceText)",
                category: structure.category,
                optimizer: settings.optimizer(
                    optimizers[numbers[0] - 1], branch: "\(structure.frozen?.input ?? modality)."),
                network: settings.network(network), frozen: structure.frozen, settings: settings.text)
        }
        return try Candidate(
            genome: genome, branches: branches, data: scenario.data, task: scenario.task,
            settings: sharedSettings.chosen(genome.genes.dropFirst(modalities.count).joined()))
    }

    /// Names of the structures that each modality chooses from.
    public var names: [String: [String]] {
        Dictionary(zip(modalities, structures).map { ($0, $1.map(\.name)) }) { first, _ in first }
    }

    /// Whether a genome has a network that is within the scenario's limits. A depth that changes nothing is not allowed,
    /// so that no network is tried twice.
    public func isAllowed(_ genome: Genome) -> Bool {
        guard space.contains(genome) else { return false }
        let present = zip(costs, genome.genes).compactMap { costs, numbers -> Cost? in
            guard !SearchSpace.isAbsent(numbers) else { return nil }
            return costs[numbers[1] - 1][numbers[2] - 1][scenario.search.choices.depths == nil ? 0 : numbers[3] - 1]
        }
        guard !present.isEmpty, !present.contains(where: \.isRepeated) else { return false }
        // A fused network has one bias vector where the parts had one each.
        let shared = (present.count - 1) * scenario.data.target.outputs
        let parameters = present.reduce(-shared) { $0 + $1.parameters }
        let operations = present.reduce(0) { $0 + $1.operations }
        return scenario.limits.allow(parameters: parameters, operations: operations)
    }

    /// Whether every limit can be met, and all of them at once.
    private func checkLimits() throws {
        let all = costs.joined().joined().joined()
        try scenario.limits.check(
            parameters: all.map(\.parameters).min() ?? 0, operations: all.map(\.operations).min() ?? 0)
        let fits = all.contains {
            scenario.limits.allow(parameters: $0.parameters, operations: $0.operations)
        }
        guard fits else {
            throw Failure(
                .invalidArgument, "objective.limits: no network of the search space meets both limits; raise one.")
        }
    }

    // MARK: Parts

    static func choices<Choice>(
        _ names: [String]?, among all: [Choice], named name: (Choice) -> String, field: String
    ) throws -> [Choice] {
        guard let names else { return all }
        guard Set(names).count == names.count else {
            throw Failure(.invalidArgument, "\(field): a name is listed twice.")
        }
        return try names.map { wanted in
            if let choice = all.first(where: { name($0) == wanted }) { return choice }
            let known = all.map(name)
            throw Failure(
                .invalidArgument,
                "\(field): unknown choice '\(wanted)'.\(NearestName.question(wanted, among: known)) "
                    + "Choices: \(known.joined(separator: ", ")).")
        }
    }

    /// The network of a modality; if its family has depth and none is given, a wider network is also deeper.
    static func network(
        _ structure: StructureFamily, width: Double, _ depth: Double? = nil, _ modality: String, _ data: ScenarioData
    ) throws -> NetworkDescription {
        guard var signature = data.inputs[modality] else {
            throw Failure(.internal, "The data has no modality '\(modality)'.")
        }
        if let frozen = structure.frozen {
            signature = InputSignature(kind: signature.kind, shape: [frozen.view.width])
        }
        return try structure.network(
            input: modality, signature, outputs: data.target.outputs, width: width,
            depth: depth ?? min(2, max(0.5, width)))
    }

    /// The costs of a structure by depth.
    private static func costs(
        of structure: StructureFamily, width: Double, _ depths: [Double]?, _ modality: String, _ data: ScenarioData
    ) throws -> [Cost] {
        do {
            var earlier: Set<[Layer]> = []
            return try (depths?.map(Optional.init) ?? [nil]).map { depth in
                let network = try network(structure, width: width, depth, modality, data)
                let hasGaps = data.inputs[modality]?.hasGaps == true
                let branch =
                    hasGaps
                    ? try NetworkDescription.fused(
                        branches: [(modality, network)], classes: data.target.outputs, gaps: [modality]) : network
                return Cost(
                    parameters: try branch.parameterCount + (structure.frozen?.view.parameters ?? 0),
                    operations: try branch.multiplyAccumulates,
                    isRepeated: !earlier.insert(network.layers).inserted)
            }
        } catch let failure as Failure {
            throw Failure(
                .invalidArgument,
                "modalities.\(modality): \(structure.name)×\(width.choiceText) cannot take it: \(failure.message)")
        }
    }
}
