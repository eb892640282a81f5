public import Model
import Networks
package import Schema

/// Facts derived from a scenario's text, for display. The designer parses the text once, at publication; nobody else
/// needs to.
public struct ScenarioFacts: Hashable, Sendable, Codable {
    /// A network that a fusion search fuses.
    public struct Fused: Hashable, Sendable, Codable {
        /// Modality that it perceives.
        public var modality: String
        /// Whether the search trains it itself; otherwise it is a model of the registry.
        public var isTrained: Bool

        /// Describes a network.
        public init(modality: String, isTrained: Bool) {
            self.modality = modality
            self.isTrained = isTrained
        }
    }

    /// Decisions that are inherited together; the numbers between two hyphens of a genome encode them.
    public struct Gene: Hashable, Sendable, Codable {
        /// One decision.
        public struct Part: Hashable, Sendable, Codable {
            /// Its name, such as `structure`.
            public var name: String
            /// The choices, numbered from 1; an omitted gene has zeros.
            public var choices: [String]

            /// Describes a decision.
            public init(name: String, choices: [String]) {
                self.name = name
                self.choices = choices
            }
        }

        /// Name of the gene, such as that of a modality.
        public var name: String
        /// The decisions in order.
        public var parts: [Part]
        /// The decisions that can repeat any number of times.
        public var turn: [Part]

        /// Describes a gene.
        public init(name: String, parts: [Part], turn: [Part] = []) {
            self.name = name
            self.parts = parts
            self.turn = turn
        }
    }

    /// The learning task.
    public var task: Scenario.Task
    /// Identity of the data's recipe.
    public var recipe: String
    /// Search method, as given in the scenario.
    public var method: SearchMethod
    /// Costs that are minimized in addition to the objective.
    public var minimized: [Scenario.Cost]
    /// Latency limit in milliseconds for one sample; nil for none.
    public var latencyLimit: Double?
    /// Number of trials that get the final budget.
    public var finalists: Int
    /// The networks that are fused, by modality; empty unless it is a fusion search.
    public var fused: [Fused]
    /// Detectors for which trackers are searched; empty unless it is a tracking scenario.
    public var detectors: [String]
    /// Held-out sequences, never used for selection.
    public var heldOut: [String]
    /// Number of parameter servers for controllers with several replicas; 0 without replicas.
    public var shards: Int
    /// Time budget in seconds for search and final training together; nil if only the number of trials limits the
    /// search.
    public var budget: Double?
    /// How many times longer a final training takes than that of a trial.
    public var finalLength: Double
    /// The meaning of the numbers of a genome; nil if unknown, and in lists.
    public var genes: [Gene]?

    /// Makes facts.
    public init(
        task: Scenario.Task, recipe: String, method: SearchMethod, minimized: [Scenario.Cost], latencyLimit: Double?,
        finalists: Int, fused: [Fused], detectors: [String], heldOut: [String], shards: Int,
        budget: Double?, finalLength: Double, genes: [Gene]? = nil
    ) {
        self.task = task
        self.recipe = recipe
        self.method = method
        self.minimized = minimized
        self.latencyLimit = latencyLimit
        self.finalists = finalists
        self.fused = fused
        self.detectors = detectors
        self.heldOut = heldOut
        self.shards = shards
        self.budget = budget
        self.finalLength = finalLength
        self.genes = genes
    }

    /// The facts of a scenario.
    public init(_ scenario: Scenario) {
        // A name that is not a structure's is a model of the registry.
        let fused = (scenario.fusion?.networks ?? [:]).sorted { $0.key < $1.key }
            .map { Fused(modality: $0.key, isTrained: StructureFamily.named($0.value) != nil) }
        self.init(
            task: scenario.task, recipe: scenario.data.id, method: scenario.search.method,
            minimized: scenario.minimized, latencyLimit: scenario.limits.latency, finalists: scenario.finalists,
            fused: fused, detectors: scenario.data.video?.detectors ?? [],
            heldOut: scenario.data.video?.heldOut ?? [], shards: scenario.search.replication?.shards ?? 0,
            budget: scenario.search.budget, finalLength: Self.finalLength(of: scenario))
    }

    private static func finalLength(of scenario: Scenario) -> Double {
        let epochs = Double(scenario.final.epochs) / Double(max(1, scenario.training.epochs))
        guard let few = scenario.training.samples else { return epochs }
        let most = scenario.final.samples ?? scenario.data.counts.training
        return epochs * Double(max(few, most)) / Double(max(1, few))
    }

    /// The limits that can only be checked after a training.
    public var limits: Scenario.Limits { Scenario.Limits(latency: latencyLimit) }
}

// MARK: - On the wire

extension ScenarioFacts {
    /// Decodes received facts.
    /// - Throws: `Failure` with code `corrupt` if they are invalid.
    package init(_ wire: Wire.ScenarioFacts) throws {
        func known<Value: RawRepresentable<String>>(_ text: String, _ what: String) throws -> Value {
            guard let value = Value(rawValue: text) else {
                throw Failure(.corrupt, "A scenario has the unknown \(what) '\(text)'; update this program.")
            }
            return value
        }
        self.init(
            task: try known(wire.task, "task"), recipe: wire.recipe, method: try known(wire.method, "search method"),
            minimized: try wire.minimized.map { try known($0, "cost") },
            latencyLimit: wire.latencyLimit == 0 ? nil : wire.latencyLimit, finalists: Int(wire.finalists),
            fused: wire.fused.map { Fused(modality: $0.modality, isTrained: $0.trained) }, detectors: wire.detectors,
            heldOut: wire.heldOut, shards: Int(wire.shards),
            budget: wire.budgetSeconds == 0 ? nil : wire.budgetSeconds, finalLength: wire.finalLength,
            genes: wire.genes.isEmpty
                ? nil
                : wire.genes.map { gene in
                    Gene(name: gene.name, parts: gene.parts.map(Gene.Part.init), turn: gene.turn.map(Gene.Part.init))
                })
    }
}

extension ScenarioFacts.Gene.Part {
    init(_ wire: Wire.SpacePart) { self.init(name: wire.name, choices: wire.choices) }
}

extension Wire.SpacePart {
    init(_ part: ScenarioFacts.Gene.Part) { self.init(name: part.name, choices: part.choices) }
}

extension Wire.ScenarioFacts {
    /// The facts in wire form.
    package init(_ facts: ScenarioFacts) {
        self.init(
            task: facts.task.rawValue, recipe: facts.recipe, method: facts.method.rawValue,
            minimized: facts.minimized.map(\.rawValue), latencyLimit: facts.latencyLimit ?? 0,
            finalists: UInt32(clamping: facts.finalists),
            fused: facts.fused.map { Wire.FusedNetwork(modality: $0.modality, trained: $0.isTrained) },
            detectors: facts.detectors, heldOut: facts.heldOut, shards: UInt32(clamping: facts.shards),
            budgetSeconds: facts.budget ?? 0, finalLength: facts.finalLength,
            genes: (facts.genes ?? []).map { gene in
                Wire.SpaceGene(
                    name: gene.name, parts: gene.parts.map(Wire.SpacePart.init),
                    turn: gene.turn.map(Wire.SpacePart.init))
            })
    }
}
