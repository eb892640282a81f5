import DesignerClient
import DesignerSearch
import Model
import Storage

/// Connects searches with replicas to their workers: children wait here until their search takes them, and shards
/// announce their locations. All of it is lost when the designer ends; the workers send it again.
actor ControllerBroker {
    /// How long children wait for their search.
    private static let longestWait = Duration.seconds(30)

    private var requests: [ScenarioID: [ControllerRequest]] = [:]
    private var answers: [Int: ControllerPlacement] = [:]
    private var places: [ScenarioID: [Int: ControllerClient.ShardPlace]] = [:]
    private var latest = 0
    private let changes = WaitList<ScenarioID>()

    // MARK: Children

    /// Hands children to a search, and waits for its answer.
    /// - Throws: `Failure` with code `unavailable` if the search is not running at the moment.
    func place(
        _ children: ControllerChildren, of replica: Int, to search: ScenarioID
    ) async throws -> ControllerPlacement {
        latest += 1
        let request = ControllerRequest(id: latest, replica: replica, children: children)
        requests[search, default: []].append(request)
        changes.wake(search)
        defer {
            requests[search]?.removeAll { $0.id == request.id }
            answers[request.id] = nil
        }
        guard let answer = try await wait(for: search, until: Self.longestWait, { answers[request.id] }) else {
            throw Failure(.unavailable, "The search of scenario '\(search)' is not running yet.")
        }
        return answer
    }

    /// Waits for the next children of a search.
    func next(for search: ScenarioID) async throws -> ControllerRequest {
        while true {
            let request = try await wait(for: search, until: Self.longestWait) { () -> ControllerRequest? in
                guard requests[search]?.isEmpty == false else { return nil }
                return requests[search]?.removeFirst()
            }
            if let request { return request }
        }
    }

    /// Replies to children.
    func answer(_ request: Int, _ placement: ControllerPlacement, of search: ScenarioID) {
        answers[request] = placement
        changes.wake(search)
    }

    // MARK: Shards

    /// Records the location of a shard.
    func announce(_ place: ControllerClient.ShardPlace, of search: ScenarioID) {
        guard places[search]?[place.shard] != place else { return }
        places[search, default: [:]][place.shard] = place
        changes.wake(search)
    }

    /// Waits for the locations of the given number of shards; on timeout, returns those announced by then.
    func places(of search: ScenarioID, count: Int, waiting: Duration) async throws -> [ControllerClient.ShardPlace] {
        _ = try await wait(for: search, until: min(waiting, Self.longestWait)) {
            places[search]?.count == count ? true : nil
        }
        return (places[search] ?? [:]).values.sorted { $0.shard < $1.shard }
    }

    /// Drops everything about a search that has ended.
    func forget(_ search: ScenarioID) {
        places[search] = nil
        requests[search] = nil
    }

    private func wait<Value>(
        for search: ScenarioID, until time: Duration, _ look: () -> Value?
    ) async throws -> Value? {
        let deadline = ContinuousClock.now + time
        while true {
            let ticket = changes.ticket(for: CollectionOfOne(search))
            defer { ticket.discard() }
            if let value = look() { return value }
            let remaining = deadline - ContinuousClock.now
            guard remaining > .zero else { return nil }
            await ticket.wait(for: remaining)
            try Task.checkCancellation()
        }
    }
}
