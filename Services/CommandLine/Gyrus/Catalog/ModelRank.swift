import ArgumentParser
import KnowledgeClient
import Model
import Presentation
import RegistryClient
import ServiceClient
import TrainerClient

/// Ranks pretrained models as starting points for new data.
struct ModelRank: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rank",
        abstract: "Show which pretrained model to start from for new data, and why.",
        discussion: """
              gyrus models rank new-speakers.yaml
              gyrus models rank 0b5f21c9 --limit 3

            DATA is a scenario file, or a dataset's name or a prefix of its recipe (see: gyrus datasets). Every model that can be trained here \
            is scored on a sample of the data without training: LogME and H-score measure how well its features fit. \
            Attention combines these scores with the outcomes of earlier updates of similar models on similar data. \
            Continue with: gyrus models update MODEL --data DATA
            """)

    /// Maximum number of models to rank, newest first.
    private static let most = 1000
    /// Number of models scored at a time.
    private static let atOnce = 32

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    @Option(help: "Maximum number of models to show.")
    var limit = 10

    @Option(help: "Number of training samples to score models on.")
    var samples = ScoringTask.usualSamples

    @Argument(help: "New data: a scenario file, or a dataset's name or a prefix of its recipe.")
    var data: String

    func validate() throws {
        guard limit > 0, samples > 0 else { throw ValidationError("--limit and --samples must be above 0") }
    }

    func run() async throws {
        let services = try Services(gyrus.project)
        let trainer = TrainerClient(try await services.connect(to: .trainer))
        let set = try await services.preparedData(data, by: trainer)
        let models = try await trainable(try await services.registry())
        let candidates = try await scored(models, on: set, trainer)
        guard !candidates.isEmpty else {
            throw Failure(
                .notFound, "none of \(models.count) models fits this data; search for one: gyrus publish SCENARIO")
        }
        let ranked = try await services.knowledge().rank(
            for: ScenarioFeatures(set), space: ModelKey.pretrained, candidates: candidates, limit: limit)
        try list.render(ranked.map(ModelRankRow.init))
    }

    /// Models whose network has a layer description.
    private func trainable(_ registry: RegistryClient) async throws -> [PretrainedModel] {
        let own = Set(try await registry.networks().filter { $0.format == BaseNetwork.ownFormat }.map(\.id))
        let models = try await registry.models(.init(limit: Self.most, order: "-created"))
        return models.filter { own.contains($0.network) && $0.file(.safetensors) != nil && $0.stage != .archived }
    }

    private func scored(
        _ models: [PretrainedModel], on set: RegisteredDataset, _ trainer: TrainerClient
    ) async throws -> [ModelCandidate] {
        let results = try await withThrowingTaskGroup(of: (PretrainedModel, [String: Double]?).self) { group in
            var results: [(model: PretrainedModel, scores: [String: Double]?)] = []
            for (number, model) in models.enumerated() {
                if number >= Self.atOnce, let result = try await group.next() { results.append(result) }
                group.addTask { (model, try await scores(of: model, on: set, trainer)) }
            }
            for try await result in group { results.append(result) }
            return results.sorted { $0.model.id < $1.model.id }
        }
        let unfit = results.filter { $0.scores == nil }.map(\.model.id)
        if !unfit.isEmpty { say("do not fit this data: \(unfit.joined(separator: ", "))") }
        return results.compactMap { model, scores in
            let key = ModelKey(space: ModelKey.pretrained, genome: model.id)
            return scores.map { ModelCandidate(key: key, code: model.code, scores: $0) }
        }
    }

    /// Nil if the model does not fit the data.
    private func scores(
        of model: PretrainedModel, on set: RegisteredDataset, _ trainer: TrainerClient
    ) async throws -> [String: Double]? {
        do {
            let task = ScoringTask(model: model.id, dataset: set.recipe.hexadecimal, samples: samples)
            return try await trainer.score(task).scores
        } catch let failure as Failure where failure.code == .invalidArgument {
            return nil
        }
    }
}

/// A row of the ranking: a pretrained model with its attention score.
struct ModelRankRow: Listable {
    let model: String
    let code: String?
    let weight, deviation, similarity: Double
    let heads: [Double]
    let outcomes: Int
    let scores: [String: Double]

    init(_ ranked: RankedModel) {
        model = ranked.model.key.genome
        code = ranked.model.code?.description
        weight = ranked.weight
        heads = ranked.heads
        deviation = ranked.deviation
        outcomes = ranked.outcomes
        similarity = ranked.similarity
        scores = ranked.model.scores
    }

    static let columns = ["MODEL", "ATTENTION", "HEADS", "±", "SEEN", "LIKENESS", "LOGME", "H-SCORE"]

    var name: String { model }
    var row: [String] {
        [
            model, Figures.fixed(weight, 3), heads.map { Figures.fixed($0, 2) }.joined(separator: " "),
            Figures.fixed(deviation, 2), "\(outcomes)", Figures.fixed(similarity, 2), score("logme"), score("h-score"),
        ]
    }

    private func score(_ name: String) -> String { scores[name].map { Figures.fixed($0, 3) } ?? "–" }
}
