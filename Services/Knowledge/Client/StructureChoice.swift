public import Model

/// A structure that the gene of a modality can choose, as attention sees it: a pretrained model or a structure with
/// fresh weights. Both are ranked together.
public struct StructureChoice: Hashable, Sendable {
    /// Its name in the search space.
    public let name: String
    /// The model behind it, with the scores of its features on the scenario's data. A structure with fresh weights has
    /// the scores of the samples themselves.
    public let candidate: ModelCandidate

    /// The structures of a modality.
    ///
    /// A model that is there twice, as it is and fine-tuned, counts once, by the better one.
    /// - Parameters:
    ///   - names: Names of the structures in the search space, the more promising first.
    ///   - code: The artificial code of a model in the registry; nil if it has none.
    public static func all(
        named names: [String], of modality: String, in data: ScenarioData,
        code: (_ model: String) async throws -> ArtificialCode?
    ) async throws -> [StructureChoice] {
        let views = data.views.values.filter { $0.modality == modality }
        let plain = views.first?.reference ?? [:]
        var choices: [StructureChoice] = []
        for name in names {
            let view = views.first { $0.title == name }
            let key = view.map { ModelKey.model($0.model) } ?? .fresh(name)
            guard !choices.contains(where: { $0.candidate.key == key }) else { continue }
            let found = if let view { try await code(view.model) } else { nil as ArtificialCode? }
            choices.append(
                StructureChoice(
                    name: name, candidate: ModelCandidate(key: key, code: found, scores: view?.scores ?? plain)))
        }
        return choices
    }
}

/// A structure with the attention that a scenario pays to it.
public struct RankedStructure: Hashable, Sendable {
    /// Its name in the search space.
    public let name: String
    /// The model behind it, with its attention.
    public let ranked: RankedModel

    /// Describes a ranked structure.
    public init(name: String, ranked: RankedModel) {
        self.name = name
        self.ranked = ranked
    }

    /// Whether anything distinguishes it from the others: a score of its features, or earlier outcomes.
    public var isKnown: Bool { ranked.outcomes > 0 || ranked.model.isPretrained && !ranked.model.scores.isEmpty }

    /// Why it has its place, for display.
    public var reason: String {
        var parts: [String] = []
        for (name, title) in [("logme", "LogME"), ("h-score", "H-score")] {
            guard let score = ranked.model.scores[name] else { continue }
            let whose = ranked.model.key.isFresh ? "the raw samples" : "its features"
            parts.append("\(title) of \(whose) \((score * 1_000).rounded() / 1_000)")
        }
        let trainedOn = ranked.model.trainedOn.sorted()
        if !trainedOn.isEmpty { parts.append("trained on \(trainedOn.joined(separator: ", "))") }
        if ranked.model.isPretrained, let size = ranked.model.code?.size { parts.append("\(size) parameters") }
        parts.append(
            ranked.outcomes == 0
                ? "not yet tried"
                : "tried in \(ranked.outcomes) \(ranked.outcomes == 1 ? "scenario" : "scenarios"), the most similar one "
                    + "by \((ranked.similarity * 100).rounded() / 100)")
        return parts.joined(separator: ", ")
    }
}

extension KnowledgeClient {
    /// The structures of a modality in the order in which a scenario should try them, greatest attention first.
    ///
    /// Unlike `rank`, the order has no bonus for what is rarely tried, because a search tries each structure anyway.
    public func rank(_ choices: [StructureChoice], for features: ScenarioFeatures) async throws -> [RankedStructure] {
        guard choices.count > 1 else { return [] }
        let ranked = try await rank(
            for: features, space: ModelKey.pretrained, candidates: choices.map(\.candidate), limit: choices.count)
        let names = Dictionary(choices.map { ($0.candidate.key, $0.name) }) { first, _ in first }
        return ranked.sorted { ($0.weight, $1.model.key.genome) > ($1.weight, $0.model.key.genome) }.compactMap {
            model in
            names[model.model.key].map { RankedStructure(name: $0, ranked: model) }
        }
    }
}

extension ScenarioFeatures {
    /// What is known about one modality of a scenario. The modality is named by its kind, because users name theirs
    /// differently.
    public func of(_ modality: String, in data: ScenarioData) -> ScenarioFeatures {
        var features = self
        let kind = data.inputs[modality]?.kind.rawValue ?? modality
        features.datasets = [kind: datasets[modality] ?? ""]
        for other in data.modalities {
            let prefix = "\(Self.statisticPrefix)\(other)."
            for (name, value) in numbers where name.hasPrefix(prefix) {
                features.numbers[name] = nil
                guard other == modality else { continue }
                features.numbers["\(Self.statisticPrefix)\(kind).\(name.dropFirst(prefix.count))"] = value
            }
        }
        return features
    }
}
