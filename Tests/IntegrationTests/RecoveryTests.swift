import DesignerClient
import Foundation
import Messaging
import Model
import ServiceClient
import TestSupport
import Testing
import WorkQueueClient

/// Searches survive the death of any process.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct RecoveryTests {
    /// A search of 40 trials on synthetic data; each trial takes a fraction of a second.
    private static let scenario = tinyScenario(trials: 40)

    /// What must be the same in every run of the search.
    struct Outcome: Hashable {
        let number: Int
        let state: TrialState
        let genome: String
        let origin: String
        let objective: Double?

        init(_ trial: Trial) {
            number = trial.id.number
            state = trial.state
            genome = trial.genome
            origin = trial.origin
            objective = trial.objective
        }
    }

    private struct Run {
        let outcomes: [Outcome]
        let best: String?
    }

    @Test func `neither killed processes nor the number of workers change a search`() async throws {
        let undisturbed = try await search(workers: 1)
        #expect(undisturbed.outcomes.count == 41)
        #expect(Set(undisturbed.outcomes.dropLast().map(\.genome)).count == 40)

        let many = try await search(workers: 4)
        #expect(many.outcomes == undisturbed.outcomes)

        let everything = Cluster.Part.allKillable
        let disturbed = try await search(
            workers: 2,
            kills: [
                (after: 6, [.trainerWorker(1)]), (after: 13, [.service(.designer)]),
                (after: 20, [.service(.registry)]), (after: 27, everything),
            ])
        #expect(disturbed.outcomes == undisturbed.outcomes)
        #expect(disturbed.best == undisturbed.best)
    }

    /// Runs the search and kills parts each time that a number of trials has ended.
    private func search(workers: Int, kills: [(after: Int, [Cluster.Part])] = []) async throws -> Run {
        try await Cluster.run(workers: workers) { cluster in
            let designer = try cluster.designer
            let id = ScenarioID.random()
            try await designer.publish(Self.scenario, file: "tiny.yaml", as: id)
            for (count, parts) in kills {
                try await ended(count, of: id, designer)
                if parts == [.trainerWorker(1)] { try await hasTask("trainer-worker-1", cluster) }
                try await cluster.killAndRestart(parts)
                let recovery = try await recovery(of: id, designer)
                print("killed \(parts): the trials that were running ended after \(recovery)")
                #expect(recovery < .seconds(15), "recovery from kill -9 of \(parts)")
            }
            let status = try await designer.waitForEnd(of: id.text)
            #expect(status.state == .succeeded, "\(status.failure.map(\.message) ?? "")")
            let trials = try await designer.trials(of: id.text)
            // Thrown, so that the logs are kept.
            try #require(trials.compactMap(\.failure) == [])
            try await Self.checkEvents(cluster, trials)
            if !kills.isEmpty {
                let returned = try await cluster.events(of: .trainer).filter { $0.kind == "task.returned" }
                #expect(returned.contains { $0.attributes["reason"] == "silence" }, "no kill has hit a task")
            }
            return Run(outcomes: trials.map(Outcome.init), best: status.best?.genome)
        }
    }

    private func ended(_ count: Int, of id: ScenarioID, _ designer: DesignerClient) async throws {
        while try await designer.scenario(id.text).endedTrials < count {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Waits until a worker is at work, so that killing it means something.
    private func hasTask(_ worker: String, _ cluster: Cluster) async throws {
        let queue = QueueClient(try cluster.connect(to: .trainer))
        while try await !queue.statistics().workers.contains(where: { $0.name.hasPrefix(worker) && $0.task != nil }) {
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// Time from now until all running trials have ended, including restarts.
    private func recovery(of id: ScenarioID, _ designer: DesignerClient) async throws -> Duration {
        let start = ContinuousClock.now
        var running: Set<Int>?
        while true {
            let trials = try await retrying(for: .seconds(60)) { try await designer.trials(of: id.text) }
            let open = Set(trials.filter { !$0.state.isFinal }.map(\.id.number))
            running = running?.intersection(open) ?? open
            if running?.isEmpty == true { return ContinuousClock.now - start }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// No event is missing, and every trial and task has succeeded exactly once.
    static func checkEvents(_ cluster: Cluster, _ trials: [Trial]) async throws {
        for service in ServiceName.allCases {
            let events = try await cluster.events(of: service)
            #expect(events.map(\.sequence) == (0..<UInt64(events.count)).map { $0 + 1 }, "a gap in \(service)'s events")
        }
        for service in [ServiceName.trainer, .evaluator] {
            let events = try await cluster.events(of: service)
            let successes = Dictionary(grouping: events.filter { $0.kind == "task.succeeded" }, by: \.subject)
            let submitted = Set(events.filter { $0.kind == "task.submitted" }.map(\.subject))
            #expect(Set(successes.keys) == submitted)
            #expect(successes.values.allSatisfy { $0.count == 1 })
            let statistics = try await QueueClient(cluster.connect(to: service)).statistics()
            #expect(statistics.tasks == [.succeeded: submitted.count])
        }
        #expect(Set(trials.map(\.id.number)).count == trials.count)
    }
}

extension Cluster.Part {
    /// All services and all workers of a cluster with two trainer workers.
    static let allKillable: [Self] =
        ServiceName.allCases.map { .service($0) } + [.trainerWorker(1), .trainerWorker(2), .evaluatorWorker(1)]
}
