public import Messaging
import Model
import Schema

/// Tells the knowledge service what came of networks, and asks it which to try first.
///
/// Every method may be repeated; each does so by itself while the service cannot be reached and patience lasts.
///
/// ```swift
/// let knowledge = KnowledgeClient(try ServiceDirectory().connect(to: .knowledge, logger: logger))
/// let seeds = try await knowledge.best(for: features, space: space, limit: 4).map(\.observation.genome)
/// ```
public struct KnowledgeClient: Sendable {
    private let requests: RequestClient
    private let patience: Duration

    /// Makes a client over a connection.
    /// - Parameter patience: How long to go on while the service cannot be reached.
    public init(_ requests: RequestClient, patience: Duration = .seconds(60)) {
        self.requests = requests
        self.patience = patience
    }

    /// Stores an observation; one with a known identity changes nothing.
    public func record(_ observation: Observation) async throws {
        _ = try await requests.callRetrying(.observationPut, Wire.Observation(observation), for: patience)
    }

    /// The best known genomes of like scenarios in a search space, best first, none twice.
    /// - Parameter scenario: The scenario that asks; its own observations are left out.
    public func best(
        for features: ScenarioFeatures, space: String, limit: UInt32, excluding scenario: String = ""
    ) async throws -> [Recommendation] {
        let request = Wire.BestKnownRequest(
            features: .init(features), space: space, limit: limit, excludingScenario: scenario)
        return try await requests.callRetrying(.observationBest, request, for: patience).recommendations.map {
            Recommendation(observation: try Observation($0.observation ?? .init()), similarity: $0.similarity)
        }
    }

    /// Observations, oldest first.
    /// - Parameters:
    ///   - scenario: Only those of this scenario; empty for all.
    ///   - after: Only those after the observation with this identity; empty for the first page.
    public func observations(
        of scenario: String = "", limit: Int = 1000, after: String = ""
    ) async throws -> [Observation] {
        var observations: [Observation] = []
        while observations.count < limit {
            let request = Wire.ObservationListRequest(
                scenario: scenario, limit: UInt32(clamping: min(limit - observations.count, 1000)),
                after: observations.last?.id ?? after)
            let page = try await requests.callRetrying(.observationList, request, for: patience).observations
            guard !page.isEmpty else { break }
            observations += try page.map(Observation.init)
        }
        return observations
    }
}
