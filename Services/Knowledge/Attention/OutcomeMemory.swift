import Foundation
public import KnowledgeClient
import Model

/// The outcomes of models in scenarios of one kind, by genome.
public struct ScenarioOutcomes: Sendable {
    /// The outcome of a model.
    public struct Outcome: Hashable, Sendable {
        /// The model, with its code and scores.
        public var model: ModelCandidate
        /// Its mean objective.
        public var objective: Double

        /// Makes an outcome.
        public init(model: ModelCandidate, objective: Double) {
            self.model = model
            self.objective = objective
        }
    }

    /// Identity of the kind of scenario and the space.
    public var id: UInt64
    /// Features of such scenarios.
    public var features: ScenarioFeatures
    /// The space of the models.
    public var space: String
    /// The outcomes, one per model.
    public var outcomes: [Outcome]

    /// Makes the outcomes of scenarios.
    public init(id: UInt64, features: ScenarioFeatures, space: String, outcomes: [Outcome]) {
        self.id = id
        self.features = features
        self.space = space
        self.outcomes = outcomes
    }
}

/// The outcomes that attention learns from and rests on: as many as fit, always including the latest.
///
/// Its size is bounded, so that learning and ranking do not slow down over the years.
struct OutcomeMemory {
    /// Number of remembered kinds of scenarios.
    static let scenarios = 256
    /// Outcomes remembered of each: half of them the best ones, the others spread over the rest.
    static let outcomes = 64
    /// Standings are clipped at this many standard deviations from the mean of the scenario.
    private static let longest = 2.0

    /// A model that was seen.
    struct Model {
        var candidate: ModelCandidate
        var encoding: [Float]
        /// Number of kinds of scenarios in which it was seen.
        var seen = 0
    }

    /// A kind of scenario.
    struct Group {
        let id: UInt64
        let features: ScenarioFeatures
        let space: String
        let encoding: [Float]
        let models: [Int]
        let objectives: [Double]
        /// Standing of each model: standard deviations from the mean.
        let standings: [Double]
        /// Scores of each model on the scenario's data.
        let scores: [[String: Double]]
        /// Similarity to each group, including this one.
        var similarities: [Float] = []
    }

    private(set) var models: [Model] = []
    private(set) var groups: [Group] = []
    private var places: [ModelKey: Int] = [:]

    /// Index of a model that was seen.
    func place(of key: ModelKey) -> Int? { places[key] }

    /// Replaces the outcomes of a kind of scenario.
    /// - Returns: Whether anything changed.
    mutating func put(_ given: ScenarioOutcomes) -> Bool {
        let outcomes = Self.chosen(given.outcomes)
        let indices = outcomes.map { index(of: $0.model) }
        let objectives = outcomes.map(\.objective)
        let place = groups.firstIndex { $0.id == given.id }
        if let place, groups[place].models == indices, groups[place].objectives == objectives { return false }
        var group = Group(
            id: given.id, features: given.features, space: given.space,
            encoding: FeatureEncoding.scenario(given.features), models: indices, objectives: objectives,
            standings: Self.standings(objectives), scores: outcomes.map(\.model.scores))
        if let place {
            group.similarities = groups[place].similarities
            for model in groups[place].models { models[model].seen -= 1 }
            groups[place] = group
        } else {
            if groups.count == Self.scenarios { forget(Int(given.id % UInt64(Self.scenarios / 2))) }
            append(group)
        }
        for model in indices { models[model].seen += 1 }
        return true
    }

    private mutating func append(_ group: Group) {
        var group = group
        group.similarities = groups.map { Float(Similarity.between(group.features, $0.features)) } + [1]
        for index in groups.indices { groups[index].similarities.append(group.similarities[index]) }
        groups.append(group)
    }

    /// Forgets one of the older half.
    private mutating func forget(_ place: Int) {
        for model in groups[place].models { models[model].seen -= 1 }
        groups.remove(at: place)
        for index in groups.indices { groups[index].similarities.remove(at: place) }
        dropUnseen()
    }

    /// Otherwise models that are no longer in any group would accumulate.
    private mutating func dropUnseen() {
        guard models.count > 2 * Self.scenarios * Self.outcomes else { return }
        let kept = models.indices.filter { models[$0].seen > 0 }
        let moved = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($0.element, $0.offset) })
        models = kept.map { models[$0] }
        places = places.compactMapValues { moved[$0] }
        groups = groups.map { group in
            var copy = Group(
                id: group.id, features: group.features, space: group.space, encoding: group.encoding,
                models: group.models.compactMap { moved[$0] }, objectives: group.objectives,
                standings: group.standings, scores: group.scores)
            copy.similarities = group.similarities
            return copy
        }
    }

    private mutating func index(of candidate: ModelCandidate) -> Int {
        if let place = places[candidate.key] {
            if let code = candidate.code { models[place].candidate.code = code }
            return place
        }
        // Scores belong to a scenario, not to the model.
        let model = ModelCandidate(key: candidate.key, code: candidate.code)
        models.append(Model(candidate: model, encoding: FeatureEncoding.model(model)))
        places[candidate.key] = models.count - 1
        return models.count - 1
    }

    private static func chosen(_ outcomes: [ScenarioOutcomes.Outcome]) -> [ScenarioOutcomes.Outcome] {
        let sorted = outcomes.sorted {
            ($0.objective, $1.model.key.genome) > ($1.objective, $0.model.key.genome)
        }
        guard sorted.count > Self.outcomes else { return sorted }
        let best = Self.outcomes / 2, others = Self.outcomes - best
        let step = Double(sorted.count - best) / Double(others)
        return sorted.prefix(best) + (0..<others).map { sorted[best + Int(Double($0) * step)] }
    }

    private static func standings(_ objectives: [Double]) -> [Double] {
        let count = Double(max(1, objectives.count))
        let mean = objectives.reduce(0, +) / count
        let variance = objectives.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        guard variance > 1e-18 else { return objectives.map { _ in 0 } }
        return objectives.map { max(-longest, min(longest, ($0 - mean) / variance.squareRoot())) }
    }
}
