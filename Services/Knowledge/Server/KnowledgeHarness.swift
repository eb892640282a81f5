import KnowledgeClient
public import Messaging
import Model
import Schema
import ServiceKit

/// Answers the routes of the knowledge service: decodes, checks, calls, encodes.
public struct KnowledgeHarness: Sendable {
    private static let largestPage: UInt32 = 1000
    private static let mostRecommendations: UInt32 = 200

    private let store: KnowledgeStore

    /// Makes the harness of a store.
    public init(store: KnowledgeStore) { self.store = store }

    /// Adds the routes.
    public func register(in router: inout Router) {
        router.on(.observationPut) { request in
            let observation = try Observation(request)
            try check(observation)
            try await store.add(observation)
            return Wire.Empty()
        }
        router.on(.observationBest) { request in
            let limit = request.limit == 0 ? 10 : min(request.limit, Self.mostRecommendations)
            let found = try await store.best(
                for: ScenarioFeatures(request.features ?? .init()), space: request.space,
                excluding: request.excludingScenario, limit: Int(limit))
            let recommendations = found.map {
                Wire.Recommendation(observation: .init($0.observation), similarity: $0.similarity)
            }
            return Wire.BestKnownReply(recommendations: try ReplyPage.fitting(recommendations))
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
        let numbers = observation.metrics.merging(observation.features.numbers) { a, _ in a }
        for (name, value) in numbers.merging(["objective": observation.objective], uniquingKeysWith: { $1 })
        where !value.isFinite {
            throw Failure(.invalidArgument, "Observation '\(observation.id)': '\(name)' is \(value), no finite number.")
        }
    }
}
