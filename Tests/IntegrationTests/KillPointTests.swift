import DesignerClient
import Foundation
import Messaging
import Model
import ServiceClient
import TestSupport
import Testing

/// Processes that end between two steps of their work, at each point where a search could lose something or do it twice.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct KillPointTests {
    private static let scenario = tinyScenario(
        trials: 16, search: "method: evolution, population: 4", finalEpochs: 2)

    /// Where each process ends, one after the other: the point, and how many times it is passed first.
    private static let kills: [Cluster.Part: [(point: KillPoint, passes: Int)]] = [
        .service(.designer): [
            (.scenarioPublished, 1), (.decisionStored, 2), (.resultsHeard, 3), (.messageDelivered, 2),
        ],
        .service(.trainer): [(.taskSubmitted, 2), (.taskLeased, 2), (.taskReported, 2), (.taskCompleted, 2)],
        .service(.evaluator): [(.taskSubmitted, 1), (.taskLeased, 2), (.taskCompleted, 2)],
        .service(.registry): [(.blobPlaced, 2), (.blobRecorded, 3), (.modelRegistered, 1)],
        .service(.knowledge): [(.observationRecorded, 2)],
        .trainerWorker(1): [(.taskPulled, 1), (.taskDone, 1), (.taskSettled, 1)],
        .evaluatorWorker(1): [(.taskDone, 2)],
    ]

    private struct Run {
        let outcomes: [RecoveryTests.Outcome]
        let best: String?
        /// How often the registry and knowledge took each thing in.
        let records: [String: Int]
    }

    @Test func `whatever a process was killed between, nothing is lost or done twice`() async throws {
        let undisturbed = try await Cluster.run { try await Self.search($0) }
        #expect(undisturbed.outcomes.count == 17)
        let killed = try await Cluster.run { cluster in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (part, kills) in Self.kills {
                    group.addTask { try await Self.kill(part, at: kills, of: cluster) }
                }
                let run = try await Self.search(cluster)
                // Every process was killed at every point.
                try await group.waitForAll()
                return run
            }
        }
        #expect(killed.outcomes == undisturbed.outcomes)
        #expect(killed.best == undisturbed.best)
        #expect(killed.records == undisturbed.records)
    }

    /// Restarts a part after each death, until it has died at all points.
    private static func kill(
        _ part: Cluster.Part, at kills: [(point: KillPoint, passes: Int)], of cluster: Cluster
    ) async throws {
        try await cluster.stop(part)
        for (point, passes) in kills {
            try cluster.start(part, environment: ["GYRUS_KILL_POINT": "\(point.rawValue):\(passes)"])
            #expect(await cluster.end(of: part) == 128 + SIGKILL, "\(part) at \(point.rawValue)")
        }
        try cluster.start(part)
    }

    private static func search(_ cluster: Cluster) async throws -> Run {
        let designer = try cluster.designer
        let id = ScenarioID.random()
        try await designer.publish(scenario, file: "tiny.yaml", as: id, patience: .seconds(60))
        let status = try await retrying(for: .seconds(300)) { try await designer.waitForEnd(of: id.text) }
        #expect(status.state == .succeeded, "\(status.failure.map(\.message) ?? "")")
        let trials = try await retrying(for: .seconds(60)) { try await designer.trials(of: id.text) }
        try #require(trials.compactMap(\.failure) == [])
        // What the designer tells others may arrive after the end.
        let (kind, observed) = ("observation.recorded", trials.count { !$0.purpose.isFinal })
        while try await cluster.events(of: .knowledge).count(where: { $0.kind == kind }) < observed {
            try await Task.sleep(for: .milliseconds(100))
        }
        try await RecoveryTests.checkEvents(cluster, trials)
        var records: [String: Int] = [:]
        for (service, kind) in [(ServiceName.knowledge, kind), (.registry, "model.registered")] {
            records[kind] = try await cluster.events(of: service).count { $0.kind == kind }
        }
        return Run(outcomes: trials.map(RecoveryTests.Outcome.init), best: status.best?.genome, records: records)
    }
}
