import KnowledgeAttention
import KnowledgeClient
public import Logging
import Model
public import ServiceLifecycle

/// Ranks models for scenarios, and learns from outcomes as they arrive.
public actor KnowledgeLearner: Service {
    /// Pause between two learning runs, so that a search with a steady stream of outcomes does not keep a core busy.
    private static let rest = Duration.seconds(5)
    /// Number of kinds of scenarios read at a time.
    private static let page = 256

    private let store: KnowledgeStore
    private let logger: Logger
    private var ranker = ModelRanker()
    private var isLoaded = false
    /// The last observation that the ranker has.
    private var last: Int64 = 0
    /// The last observation that the weights reflected when the service started.
    private var learned: Int64 = 0
    private let (news, newsContinuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Makes the learner of a store.
    public init(store: KnowledgeStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// Learns whenever there is something new, until the service stops.
    public func run() async throws {
        tell()
        for await _ in news.cancelOnGracefulShutdown() {
            do {
                _ = try await learn()
            } catch {
                logger.error("learning failed", metadata: ["error": "\(Failure(error).message)"])
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.rest) }
        }
    }

    /// Signals that there is something new.
    nonisolated func tell() { newsContinuation.yield() }

    /// Models in the order in which a scenario should try them.
    func rank(
        for features: ScenarioFeatures, space: String, candidates: [ModelCandidate]
    ) async throws -> [RankedModel] {
        try await refresh()
        return try ranker.rank(for: features, space: space, candidates: candidates)
    }

    /// Learns from new outcomes.
    func learn() async throws -> LearningResult {
        try await refresh()
        guard let training = ranker.training() else {
            try await store.noteLearned(last: last)
            return LearningResult(fresh: 0, scenarios: ranker.scenarios, loss: 0, seconds: 0)
        }
        let known = last
        let start = ContinuousClock.now
        let outcome = try await Self.learn(training)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        ranker.take(outcome)
        try await store.keep(outcome, version: ModelRanker.version, last: known, seconds: seconds)
        logger.info(
            "attention.learned",
            metadata: ["fresh": "\(outcome.fresh)", "scenarios": "\(outcome.scenarios)", "loss": "\(outcome.loss)"])
        return LearningResult(
            fresh: outcome.fresh, scenarios: outcome.scenarios, loss: outcome.loss, seconds: seconds)
    }

    @concurrent private static func learn(_ training: RankerTraining) async throws -> RankerTraining.Outcome {
        try training.learn()
    }

    /// Reads what was recorded since the last call.
    private func refresh() async throws {
        if !isLoaded {
            let kept = try await store.attention(version: ModelRanker.version)
            if !isLoaded {
                ranker = ModelRanker(weights: kept.weights)
                learned = kept.last
                isLoaded = true
            }
        }
        for (outcomes, newest) in try await store.outcomes(after: last, limit: Self.page) {
            ranker.remember(outcomes, isLearned: newest <= learned)
            last = max(last, newest)
        }
    }
}
