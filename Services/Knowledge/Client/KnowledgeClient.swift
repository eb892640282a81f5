public import Messaging
import Model
import Schema

/// Reports outcomes of networks to the knowledge service, and asks it which to try first.
///
/// Every method is safe to repeat, and retries automatically while the service is unreachable and patience lasts.
///
/// ```swift
/// let knowledge = KnowledgeClient(try ServiceDirectory().connect(to: .knowledge, logger: logger))
/// let seeds = try await knowledge.rank(for: features, space: space, limit: 4).map(\.model.key.genome)
/// ```
public struct KnowledgeClient: Sendable {
    let requests: RequestClient
    let patience: Duration

    /// Makes a client over a connection.
    /// - Parameter patience: How long to retry while the service is unreachable.
    public init(_ requests: RequestClient, patience: Duration = .seconds(60)) {
        self.requests = requests
        self.patience = patience
    }

    /// Stores an observation; a known identity changes nothing.
    public func record(_ observation: Observation) async throws {
        _ = try await requests.callRetrying(.observationPut, Wire.Observation(observation), for: patience)
    }

    /// Models in the order in which a scenario should try them.
    /// - Parameters:
    ///   - candidates: The models to choose from; if empty, those that were seen in the space.
    ///   - space: Search space of the models, if no candidates are given.
    public func rank(
        for features: ScenarioFeatures, space: String, candidates: [ModelCandidate] = [], limit: Int
    ) async throws -> [RankedModel] {
        let request = Wire.RankRequest(
            features: .init(features), space: space, limit: UInt32(clamping: limit),
            candidates: candidates.map(Wire.ModelCandidate.init))
        return try await requests.callRetrying(.modelRank, request, for: patience).models.map(RankedModel.init)
    }

    /// Learns from all new outcomes now; otherwise the service does so a little later.
    public func learn() async throws -> LearningResult {
        let reply = try await requests.callRetrying(
            .knowledgeLearn, Wire.Empty(), timeout: Self.learningTimeout, for: patience)
        return LearningResult(
            fresh: Int(reply.fresh), scenarios: Int(reply.scenarios), loss: reply.loss, seconds: reply.seconds)
    }

    /// Timeout of a learning run on a busy machine.
    private static var learningTimeout: Duration { .seconds(120) }

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

// MARK: - Schedules

extension KnowledgeClient {
    /// Makes a schedule; a known identity changes nothing.
    public func add(_ schedule: UpdateSchedule) async throws -> UpdateSchedule {
        UpdateSchedule(try await requests.callRetrying(.schedulePut, Wire.UpdateSchedule(schedule), for: patience))
    }

    /// All schedules, oldest first.
    public func schedules() async throws -> [UpdateSchedule] {
        try await requests.callRetrying(.scheduleList, Wire.Empty(), for: patience).schedules.map(UpdateSchedule.init)
    }

    /// Cancels a schedule; safe to repeat.
    public func cancel(schedule id: String) async throws -> UpdateSchedule {
        UpdateSchedule(
            try await requests.callRetrying(.scheduleCancel, Wire.ScheduleCancelRequest(id: id), for: patience))
    }
}
