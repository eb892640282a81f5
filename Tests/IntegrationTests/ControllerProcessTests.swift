import DesignerClient
import Foundation
import Messaging
import Model
import ServiceClient
import ServiceLifecycle
import TestSupport
import Testing
import WorkQueueClient

/// Searches with replicas of their controllers and the built executables; a formula measures networks.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ControllerProcessTests {
    private typealias Installation = DesignerProcessTests.Installation

    private static func scenario(trials: Int, population: Int, _ search: String) -> String {
        """
        scenario: digits
        modalities:
          image: {dataset: mnist}
          audio: {dataset: fsdd, noise: esc10}
        search: {method: reinforce, population: \(population), trials: \(trials), seed: 7, widths: [0.5, 1], \(search)}
        """
    }

    /// Runs a scenario to its end while something may happen; returns its trials, without the final ones.
    private func search(
        _ scenario: String, workers: Int = 2, starting parts: [String: [String]],
        disturb: (Installation, inout [String: ChildProcess], Int) async throws -> Void = { _, _, _ in }
    ) async throws -> [Trial] {
        try await ProcessFixture.run { fixture in
            let installation = try Installation(fixture)
            var processes: [String: ChildProcess] = [:]
            for (name, flags) in parts { processes[name] = try start(name, flags, fixture) }
            let group = try installation.workers(workers)
            let working = Task { try await group.run() }
            let designer = DesignerClient(try installation.connect(.designer))
            try await designer.publish(
                scenario, file: "digits.yaml", as: ScenarioID("s1"), patience: .seconds(60))
            var status = try await designer.scenario("s1")
            while !status.state.isFinal {
                try await disturb(installation, &processes, status.endedTrials)
                status = try await retrying(for: .seconds(60)) {
                    try await designer.scenario("s1", waiting: .milliseconds(100))
                }
            }
            #expect(status.state == .succeeded, "\(status.failure?.message ?? "")")
            let trials = try await designer.trials(of: "s1").filter { !$0.purpose.isFinal }
            try await checkTasks(installation)
            await group.triggerGracefulShutdown()
            try await working.value
            return trials
        }
    }

    private func start(_ name: String, _ flags: [String], _ fixture: ProcessFixture) throws -> ChildProcess {
        try fixture.start("designer", ["work"] + flags, name: name)
    }

    /// When the search has ended, no worker still has a part of it, and none gets the designer's own tasks.
    private func checkTasks(_ installation: Installation) async throws {
        let queue = QueueClient(try installation.connect(.designer))
        await #expect(throws: Failure.self) {
            try await queue.pull(worker: "search-0", kinds: ["controller"], waiting: .zero)
        }
        let service = ServiceClient(try installation.connect(.designer))
        let names: Set = ["controller", "parameters"]
        func isPart(_ event: Event) -> Bool { names.contains { event.subject.hasPrefix("s1/\($0)-") } }
        var ended: Set<String> = [], begun: Set<String> = []
        var position: UInt64 = 0
        while begun.isEmpty || ended != begun {
            let page = try await service.events(after: position, waiting: .seconds(5))
            position = page.next
            for event in page.events where isPart(event) {
                begun.insert(event.subject)
                if ["task.succeeded", "task.cancelled"].contains(event.kind) { ended.insert(event.subject) }
            }
        }
    }

    private func replica(of trial: Trial) -> Int { trial.purpose.placement?.replica ?? -1 }

    @Test func `a search continues although replicas, parameter servers and the designer are killed`() async throws {
        let text = Self.scenario(trials: 40, population: 4, "replicas: 2, shards: 2, updates: {staleness: 2}")
        let host = ["--replicas", "0", "--shards", "2"], writer = ["--shards", "0"]
        var kills = 0
        let trials = try await search(text, starting: ["host": host, "writer-1": writer, "writer-2": writer]) {
            installation, processes, ended in
            guard kills < 3, ended >= 8 + kills * 8 else { return }
            switch kills {
            case 0:
                // The other one continues alone.
                processes["writer-1"]?.signal(SIGKILL)
            case 1:
                processes["host"]?.signal(SIGKILL)
                processes["host"] = try start("host", host, installation.fixture)
            default: try await installation.killAndRestart([.designer])
            }
            kills += 1
        }
        #expect(kills == 3)
        #expect(trials.count == 40)
        #expect(Set(trials.map(\.genome)).count == 40)
        #expect(trials.allSatisfy { $0.state == .succeeded })
        #expect(Set(trials.map(replica)) == [0, 1])
    }

    @Test func `one replica with bound 0 gives the same trials with any number of shards and workers`() async throws {
        func genomes(shards: Int, workers: Int) async throws -> [String] {
            let text = Self.scenario(
                trials: 24, population: 3, "replicas: 1, shards: \(shards), updates: {staleness: 0}")
            let trials = try await search(text, workers: workers, starting: ["worker": []])
            return trials.map { "\($0.genome) \($0.origin)" }
        }
        let reference = try await genomes(shards: 1, workers: 1)
        #expect(reference.count == 24)
        #expect(reference.contains { $0.hasSuffix("controller 1, step 8") })
        #expect(try await genomes(shards: 3, workers: 3) == reference)
    }
}
