import DesignerClient
import DesignerSearch
import Model
import Search
import Storage
import WorkQueueServer

// Requests of the workers of searches with replicas.
extension DesignerService {
    /// Submits children of a replica to be tried.
    func place(
        _ children: ControllerChildren, of replica: Int, in scenario: String
    ) async throws -> ControllerPlacement {
        let status = try await store.status(scenario)
        if status.state.isFinal { return ControllerPlacement(trials: [], isOver: true) }
        return try await broker.place(children, of: replica, to: status.id)
    }

    /// Waits up to the given time until trials have ended.
    /// - Returns: Whether they have.
    func wait(for trials: [Int], of scenario: String, waiting: Duration) async throws -> Bool {
        let id = try await store.status(scenario).id
        let deadline = ContinuousClock.now + min(waiting, Self.longestWait)
        while true {
            let ticket = store.advanced.ticket(for: CollectionOfOne(id.text))
            defer { ticket.discard() }
            if try await store.haveEnded(trials, of: id) { return true }
            let remaining = deadline - ContinuousClock.now
            guard remaining > .zero else { return false }
            await ticket.wait(for: remaining)
            try Task.checkCancellation()
        }
    }

    /// Records the location of a shard of the controllers' parameters.
    func announce(_ place: ControllerClient.ShardPlace, of scenario: String) async throws {
        let status = try await store.status(scenario)
        if !status.state.isFinal { await broker.announce(place, of: status.id) }
    }

    /// The locations of the shards; waits up to the given time until all are known.
    func shards(of scenario: String, waiting: Duration) async throws -> [ControllerClient.ShardPlace] {
        let status = try await store.status(scenario)
        return try await broker.places(of: status.id, count: status.facts?.shards ?? 0, waiting: waiting)
    }
}
