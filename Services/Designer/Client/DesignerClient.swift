public import Brain
public import Messaging
public import Model
import Schema

/// Publishes scenarios and reports their state.
///
/// ```swift
/// let designer = DesignerClient(try ServiceDirectory().connect(to: .designer, logger: logger))
/// let id = ScenarioID.random()
/// try await designer.publish(text, file: "av-mnist.yaml", as: id)
/// let result = try await designer.waitForEnd(of: id.text)
/// ```
public struct DesignerClient: Sendable {
    /// Maximum time that the designer holds a request for a scenario's end.
    public static let longestWait = Duration.seconds(30)

    private let requests: RequestClient

    /// Makes a client over a connection.
    public init(_ requests: RequestClient) { self.requests = requests }

    /// Publishes a scenario under an identity chosen by the caller; returns once it is on disk.
    ///
    /// Repeating it with the same identity and text changes nothing, so it retries until it gets an answer or patience
    /// ends.
    /// - Throws: `Failure` with code `invalid-argument` whose message points at the error in the file, `conflict` if
    ///   the identity belongs to another text.
    @discardableResult
    public func publish(
        _ text: String, file: String, as id: ScenarioID, patience: Duration = .seconds(15)
    ) async throws -> ScenarioStatus {
        let request = Wire.PublishRequest(id: id.text, text: text, file: file)
        return try ScenarioStatus(await requests.callRetrying(.publishScenario, request, for: patience))
    }

    /// The state of a scenario; waits up to the given time for its end.
    /// - Parameter id: Its identity or a unique prefix of it.
    public func scenario(_ id: String, waiting: Duration = .zero) async throws -> ScenarioStatus {
        let waiting = min(waiting, Self.longestWait)
        let milliseconds = UInt32(clamping: Int64(waiting / .milliseconds(1)))
        let request = Wire.ScenarioRequest(id: id, waitMilliseconds: milliseconds)
        return try ScenarioStatus(
            await requests.call(.getScenario, request, timeout: waiting + .seconds(10)))
    }

    /// Waits until a scenario has ended, across restarts of the designer; ends early only if the calling task is
    /// canceled or the designer is unavailable for longer than `patience`.
    public func waitForEnd(of id: String, patience: Duration = .seconds(120)) async throws -> ScenarioStatus {
        while true {
            let status = try await retrying(for: patience) { try await scenario(id, waiting: Self.longestWait) }
            if status.state.isFinal { return status }
        }
    }

    /// What a scenario engages, and why its search tries what it tries; resolved when it was published.
    /// - Parameter id: Its identity or a unique prefix of it.
    public func explanation(of id: String) async throws -> Explanation {
        try await explain(.published(id), networks: 0).explanation
    }

    /// What a scenario engages, which structures its search chooses from, and what attention would try first.
    /// - Parameter networks: Maximum number of networks in the order of attention; 0 asks for no attention at all.
    /// - Throws: `Failure` with code `invalid-argument` whose message points at the error in the file.
    public func explain(_ subject: ScenarioExplanation.Subject, networks: Int) async throws -> ScenarioExplanation {
        var request = Wire.ExplainScenarioRequest(networks: UInt32(clamping: networks))
        switch subject {
        case .published(let id): request.id = id
        case .text(let text, let file): (request.text, request.file) = (text, file)
        }
        return try ScenarioExplanation(await requests.call(.explainScenario, request))
    }

    /// Cancels a scenario; has no effect on one that has ended.
    public func cancel(_ id: String) async throws -> ScenarioStatus {
        try ScenarioStatus(
            await requests.callRetrying(.cancelScenario, Wire.ScenarioRequest(id: id), for: .seconds(15)))
    }

    /// Removes a scenario that has ended, with its trials; the models that it produced are kept.
    /// - Returns: The removed scenario.
    public func remove(_ id: String) async throws -> ScenarioStatus {
        try ScenarioStatus(await requests.call(.removeScenario, Wire.ScenarioRequest(id: id)))
    }

    /// Resumes a canceled or failed scenario where it stopped; has no effect on one that runs or succeeded.
    public func resume(_ id: String) async throws -> ScenarioStatus {
        try ScenarioStatus(
            await requests.callRetrying(.resumeScenario, Wire.ScenarioRequest(id: id), for: .seconds(15)))
    }

    /// The scenarios, newest first, as many as fit into one reply.
    /// - Parameter before: Only scenarios published before the one with this identity; nil for the newest.
    public func scenarios(limit: Int = 1_000, before: ScenarioID? = nil) async throws -> [ScenarioStatus] {
        let request = Wire.ScenarioListRequest(limit: UInt32(clamping: limit), before: before?.text ?? "")
        return try await requests.call(.listScenarios, request).scenarios.map { try ScenarioStatus($0) }
    }

    /// The trials of a scenario, by number, with the final trainings last; many trials come in several pages.
    /// - Parameter id: The scenario's identity or a unique prefix of it.
    public func trials(of id: String, from number: Int = 0, limit: Int = 1_000) async throws -> [Trial] {
        let request = Wire.TrialListRequest(
            scenario: id, from: UInt32(clamping: number), limit: UInt32(clamping: limit))
        return try await requests.call(.listTrials, request).trials.map { try Trial($0) }
    }

    /// One page of a scenario's trials, ordered by any metric.
    /// - Parameters:
    ///   - id: The scenario's identity or a unique prefix of it.
    ///   - offset: Number of trials to skip.
    public func trials(
        of id: String, by order: TrialOrder, descending: Bool = false, offset: Int = 0, limit: Int = 100
    ) async throws -> [Trial] {
        let request = Wire.TrialPageRequest(
            scenario: id, order: .init(rawValue: .init(order.rawValue)), descending: descending,
            offset: UInt32(clamping: offset), limit: UInt32(clamping: limit))
        return try await requests.call(.pageTrials, request).trials.map { try Trial($0) }
    }

    /// The progress of a scenario's search.
    /// - Parameters:
    ///   - id: The scenario's identity or a unique prefix of it.
    ///   - sample: Maximum number of trials in the sample.
    public func progress(of id: String, sample: Int = 1_000) async throws -> SearchProgress {
        let request = Wire.SearchProgressRequest(scenario: id, sample: UInt32(clamping: sample))
        return try SearchProgress(await requests.call(.searchProgress, request))
    }
}
