import Foundation
package import Model
package import WorkQueueClient

/// A part of a search with controller replicas that a worker takes for as long as the search lasts.
package struct ControllerTask: Hashable, Codable {
    /// Kind of the tasks of replicas.
    package static let replicaKind = "controller"
    /// Kind of the tasks of parameter servers.
    package static let shardKind = "parameters"
    /// Workers are expected to die; only a permanent error ends a task.
    private static let attempts = 1_000

    /// The scenario of the search.
    package let scenario: String
    /// Number of the replica or the shard, from 0.
    package let number: Int

    package init(scenario: String, number: Int) {
        self.scenario = scenario
        self.number = number
    }

    package init(payload: [UInt8]) throws { self = try JSONDecoder().decode(Self.self, from: Data(payload)) }

    /// Group of a search's tasks in the designer's queue.
    package static func group(of search: String) -> String { "\(search)/controllers" }

    /// All tasks of a search.
    package static func tasks(of plan: ScenarioPlan, _ replication: Scenario.Replication) -> [TaskSubmission] {
        func task(_ kind: String, _ number: Int) -> TaskSubmission {
            // A text and a number can always be encoded.
            let payload = (try? JSONEncoder().encode(ControllerTask(scenario: plan.id.text, number: number))) ?? Data()
            return TaskSubmission(
                id: "\(plan.group)/\(kind)-\(number)", kind: kind, group: group(of: plan.group),
                payload: Array(payload), maximumAttempts: attempts)
        }
        return (0..<replication.shards).map { task(shardKind, $0) }
            + (0..<replication.replicas).map { task(replicaKind, $0) }
    }
}
