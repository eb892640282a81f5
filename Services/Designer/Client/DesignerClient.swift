public import Brain
public import Messaging
public import Model
import Schema

/// Publishes scenarios and asks how they are doing.
///
/// ```swift
/// let designer = DesignerClient(try ServiceDirectory().connect(to: .designer, logger: logger))
/// let id = ScenarioID.random()
/// try await designer.publish(text, file: "av-mnist.yaml", as: id)
/// let result = try await designer.waitForEnd(of: id.text)
/// ```
public struct DesignerClient: Sendable {
    /// How long the designer holds a request for a scenario's end at most.
    public static let longestWait = Duration.seconds(30)

    private let requests: RequestClient

    /// Makes a client over a connection.
    public init(_ requests: RequestClient) { self.requests = requests }

    /// Publishes a scenario under an identity of the caller's choice; returns after it is on disk.
    ///
    /// Repeating it with the same identity and text changes nothing, so it is repeated until it is answered or patience
    /// ends.
    /// - Throws: `Failure` with code `invalid-argument` whose message points at what is wrong in the file, `conflict`
    ///   where the identity belongs to another text.
    @discardableResult
    public func publish(
        _ text: String, file: String, as id: ScenarioID, patience: Duration = .seconds(15)
    ) async throws -> ScenarioStatus {
        let request = Wire.PublishRequest(id: id.text, text: text, file: file)
        return try ScenarioStatus(await requests.callRetrying(.publishScenario, request, for: patience))
    }

    /// The state of a scenario; waits for its end up to a time.
    /// - Parameter id: Its identity or a prefix of it that no other scenario has.
    public func scenario(_ id: String, waiting: Duration = .zero) async throws -> ScenarioStatus {
        let waiting = min(waiting, Self.longestWait)
        let milliseconds = UInt32(clamping: Int64(waiting / .milliseconds(1)))
        let request = Wire.ScenarioRequest(id: id, waitMilliseconds: milliseconds)
        return try ScenarioStatus(
            await requests.call(.getScenario, request, timeout: waiting + .seconds(10)))
    }

    /// Waits until a scenario has ended, across restarts of the designer; ends early only with the calling task, or where
    /// the designer stays away for longer than `patience`.
    public func waitForEnd(of id: String, patience: Duration = .seconds(120)) async throws -> ScenarioStatus {
        while true {
            let status = try await retrying(for: patience) { try await scenario(id, waiting: Self.longestWait) }
            if status.state.isFinal { return status }
        }
    }

    /// What a scenario engages, and why its search tries what it tries: resolved when it was published.
    /// - Parameter id: Its identity or a prefix of it that no other scenario has.
    public func explanation(of id: String) async throws -> Explanation {
        try Explanation(json: await requests.call(.explainScenario, Wire.ScenarioRequest(id: id)).explanation)
    }

    /// Cancels a scenario; one that has ended stays as it is.
    public func cancel(_ id: String) async throws -> ScenarioStatus {
        try ScenarioStatus(
            await requests.callRetrying(.cancelScenario, Wire.ScenarioRequest(id: id), for: .seconds(15)))
    }

    /// Removes a scenario that has ended, with its trials; models that came of it stay.
    /// - Returns: What it was.
    public func remove(_ id: String) async throws -> ScenarioStatus {
        try ScenarioStatus(await requests.call(.removeScenario, Wire.ScenarioRequest(id: id)))
    }

    /// Takes a canceled or failed scenario up where it stood; one that runs or has its result stays as it is.
    public func resume(_ id: String) async throws -> ScenarioStatus {
        try ScenarioStatus(
            await requests.callRetrying(.resumeScenario, Wire.ScenarioRequest(id: id), for: .seconds(15)))
    }

    /// The scenarios, newest first: as many as one reply holds.
    /// - Parameter before: Only scenarios published before the one of this identity; nil for the newest.
    public func scenarios(limit: Int = 1_000, before: ScenarioID? = nil) async throws -> [ScenarioStatus] {
        let request = Wire.ScenarioListRequest(limit: UInt32(clamping: limit), before: before?.text ?? "")
        return try await requests.call(.listScenarios, request).scenarios.map { try ScenarioStatus($0) }
    }

    /// The trials of a scenario, by number; the final trainings come last. They come in several pages where they are many.
    /// - Parameter id: The scenario's identity or a prefix of it that no other scenario has.
    public func trials(of id: String, from number: Int = 0, limit: Int = 1_000) async throws -> [Trial] {
        let request = Wire.TrialListRequest(
            scenario: id, from: UInt32(clamping: number), limit: UInt32(clamping: limit))
        return try await requests.call(.listTrials, request).trials.map { try Trial($0) }
    }

    /// One page of a scenario's trials, ordered by any figure.
    /// - Parameters:
    ///   - id: The scenario's identity or a prefix of it that no other scenario has.
    ///   - offset: Trials to leave out at the front.
    public func trials(
        of id: String, by order: TrialOrder, descending: Bool = false, offset: Int = 0, limit: Int = 100
    ) async throws -> [Trial] {
        let request = Wire.TrialPageRequest(
            scenario: id, order: .init(rawValue: .init(order.rawValue)), descending: descending,
            offset: UInt32(clamping: offset), limit: UInt32(clamping: limit))
        return try await requests.call(.pageTrials, request).trials.map { try Trial($0) }
    }

    /// How the search of a scenario went so far.
    /// - Parameters:
    ///   - id: The scenario's identity or a prefix of it that no other scenario has.
    ///   - sample: Most trials in the sample.
    public func progress(of id: String, sample: Int = 1_000) async throws -> SearchProgress {
        let request = Wire.SearchProgressRequest(scenario: id, sample: UInt32(clamping: sample))
        return try SearchProgress(await requests.call(.searchProgress, request))
    }
}
