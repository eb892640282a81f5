import KnowledgeClient
public import Messaging
import Model
import Schema
import ServiceKit

/// Handles the routes of the knowledge service: decodes, checks, calls, encodes.
public struct KnowledgeHarness: Sendable {
    private static let largestPage: UInt32 = 1000
    private static let usualRanks: UInt32 = 10
    private static let mostRanks: UInt32 = 1000
    private static let mostCandidates = 2000

    private let store: KnowledgeStore
    private let learner: KnowledgeLearner

    /// Makes the harness of a store and its learner.
    public init(store: KnowledgeStore, learner: KnowledgeLearner) {
        self.store = store
        self.learner = learner
    }

    /// Adds the routes.
    public func register(in router: inout Router) {
        router.on(.observationPut) { request in
            let observation = try Observation(request)
            try check(observation)
            try await store.add(observation)
            KillPoint.observationRecorded.pass()
            learner.tell()
            return Wire.Empty()
        }
        router.on(.modelRank) { request in
            guard request.candidates.count <= Self.mostCandidates else {
                throw Failure(
                    .invalidArgument,
                    "At most \(Self.mostCandidates) models can be ranked at a time, not \(request.candidates.count).")
            }
            let limit = request.limit == 0 ? Self.usualRanks : min(request.limit, Self.mostRanks)
            let features = ScenarioFeatures(request.features ?? .init())
            try check(features)
            let ranked = try await learner.rank(
                for: features, space: request.space,
                candidates: request.candidates.map(ModelCandidate.init))
            let models = ranked.prefix(Int(limit)).map(Wire.RankedModel.init)
            return Wire.RankReply(models: try ReplyPage.fitting(models))
        }
        router.on(.knowledgeLearn) { _ in
            let training = try await learner.learn()
            return Wire.LearnReply(
                fresh: UInt32(clamping: training.fresh), scenarios: UInt32(clamping: training.scenarios),
                loss: training.loss, seconds: training.seconds)
        }
        router.on(.observationList) { request in
            let limit = request.limit == 0 ? Self.largestPage : min(request.limit, Self.largestPage)
            let found = try await store.observations(
                of: request.scenario.isEmpty ? nil : request.scenario,
                after: request.after.isEmpty ? nil : request.after, limit: Int(limit))
            return Wire.ObservationListReply(observations: try ReplyPage.fitting(found.map(Wire.Observation.init)))
        }
    }

    private func check(_ observation: Observation) throws {
        let texts = [
            ("id", observation.id), ("scenario", observation.scenario), ("genome", observation.genome),
            ("space", observation.space), ("features.task", observation.features.task),
        ]
        for (field, text) in texts where text.isEmpty {
            throw Failure(.invalidArgument, "An observation lacks the field '\(field)'.")
        }
        let metrics = observation.metrics.map { ("metrics.\($0.key)", $0.value) }
        for (name, value) in metrics + [("objective", observation.objective)] where !value.isFinite {
            throw Failure(.invalidArgument, "Observation '\(observation.id)': '\(name)' is not finite: \(value).")
        }
        try check(observation.features)
    }

    private func check(_ features: ScenarioFeatures) throws {
        for (name, value) in features.numbers where !value.isFinite {
            throw Failure(.invalidArgument, "The scenario's feature 'numbers.\(name)' is not finite: \(value).")
        }
    }
}
