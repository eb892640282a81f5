import DesignerClient
import EvaluatorClient
import GRDB
import Model
import Networks
import Search
import Storage
import Synchronization
import Testing
import Tracking
import TrackingSearch

@testable import DesignerSearch
@testable import DesignerServer

private func text(trials: Int = 30, population: Int = 6, more: String = "") -> String {
    """
    scenario: follow
    stimuli: [people that move]
    task: tracking
    modalities:
      video: {dataset: mot16, detectors: [one, two], held-out: [MOT16-04]}
    objective: {maximize: idf1}
    search: {population: \(population), trials: \(trials), seed: 5}
    \(more)
    """
}

@Suite(.timeLimit(.minutes(10))) struct TrackingScenarioTests {
    private func end(of id: String, _ service: DesignerService) async throws -> ScenarioStatus {
        while true {
            let status = try await service.scenario(id, waiting: .seconds(30))
            if status.state.isFinal { return status }
        }
    }

    private func search(order: UInt64) async throws -> (ScenarioStatus, [Trial], FakeWorld.State) {
        let world = FakeWorld(order: order)
        let designer = try await Designer(Designer.database(), world)
        let status = try await designer.living { service in
            try await service.publish(text(), file: "t.yaml", as: "s1")
            return try await end(of: "s1", service)
        }
        let trials = try await designer.service.trials(of: "s1", from: 0, limit: 0)
        return (status, trials, world.state.withLock { $0 })
    }

    @Test func `a tracking scenario starts with the fixed settings and registers the best tracker`() async throws {
        let (status, trials, state) = try await search(order: 1)
        #expect(status.state == .succeeded, "\(String(describing: status.failure))")
        #expect(trials.count == 31 && trials.allSatisfy { $0.state == .succeeded })
        let space = try TrackingSpace(detectors: ["one", "two"])
        #expect(trials.prefix(6).map(\.genome) == space.defaults.map(\.description))
        #expect(trials.prefix(6).allSatisfy { $0.origin == "fixed" })
        #expect(trials.dropFirst(6).allSatisfy { $0.origin != "fixed" && $0.purpose != .baseline })
        let best = try #require(trials.dropLast().compactMap(\.objective).max())
        let last = try #require(trials.last)
        #expect(last.purpose.isFinal && last.objective == best && status.best == last && last.tracker != nil)
        let tracker = try #require(state.trackers["s1/30"])
        #expect(
            tracker.setup == last.tracker?.setup && tracker.tracks == last.tracker?.tracks
                && tracker.accuracy == best / 2)
        #expect(try tracker.outline.nodes.map(\.name) == ["detector", "filter", "tracker"])
        #expect(state.trainings.isEmpty && state.prepared == ["s1/prepare"])
        // The final run is not an observation; all others are.
        #expect(state.observations.count == 30)
    }

    @Test func `the order of scores does not change the search`() async throws {
        let first = try await search(order: 1).1
        let second = try await search(order: 9).1
        #expect(first == second)
    }

    @Test func `a search that stops at any point resumes from its rows`() throws {
        let file = try ScenarioFile(text())
        let plan = ScenarioPlan(id: try ScenarioID("s1"), generation: 0, file: file, text: text())
        func step(_ run: inout TrackingRun, _ open: inout [SearchDecision.Step]) throws -> SearchDecision? {
            guard !open.isEmpty else { return nil }
            let event: SearchEvent
            switch open.removeFirst() {
            case .prepare: event = .prepared(.success(()))
            case .requestSeeds: event = .found(.init())
            case .track(let order, let number):
                let files = order.task.keepsTracks ? FakeWorld.digest("\(order.task.setup)") : nil
                let value = Double(order.task.setup.description.utf8.count) / 1_000
                event = .tracked(
                    number: number, .success(TrackingResult(metrics: ["idf1": value], setup: files, tracks: files)))
            case .registerTracker(let model): event = .registered(model: model.id, .success(()))
            case .train, .evaluate, .extract, .register, .startReplicas, .awaitProposals, .wait:
                preconditionFailure("a search for a tracker trains nothing")
            }
            let decision = try run.handle([event])
            open += decision.steps
            return decision
        }
        func trace(restoringEvery interval: Int) throws -> [String] {
            var run = try TrackingRun(plan: plan, isPrepared: false, seeds: nil, trials: [])
            var open = try run.begin().steps
            var seeds: [Genome]?
            var count = 0
            while let decision = try step(&run, &open), decision.conclusion == nil {
                seeds = decision.seeds ?? seeds
                count += 1
                guard count.isMultiple(of: interval), seeds != nil else { continue }
                run = try TrackingRun(plan: plan, isPrepared: true, seeds: seeds, trials: Array(run.trials))
                open = try run.begin().steps
            }
            return run.trials.map { "\($0.id) \($0.genome) \($0.origin) \($0.objective ?? -1)" }
        }
        let straight = try trace(restoringEvery: .max)
        #expect(straight.count == 31)
        #expect(try trace(restoringEvery: 3) == straight)
    }

    @Test(arguments: [
        (text(trials: 6), "search.trials"), (text().replacing("tracking", with: "classification"), "task"),
        (text().replacing("idf1", with: "accuracy"), "objective.maximize"),
        (text().replacing("[one, two]", with: "[one, one]"), "modalities.video.detectors"),
        (text().replacing("detectors: [one, two], ", with: ""), "modalities.video.detectors"),
        (text().replacing("[one, two]", with: "[../one]"), "modalities.video.detectors"),
        (text().replacing("held-out", with: "frames: 0, held-out"), "modalities.video.frames"),
        (text().replacing("mot16", with: "mot18"), "modalities.video.dataset"),
        (text().replacing("mot16", with: "mnist"), "modalities.video.detectors"),
        (text().replacing("stimuli: [people that move]", with: "functions: [hum.xyzzy]"), "functions"),
    ])
    func `errors in a tracking scenario give their position`(_ text: String, _ field: String) async throws {
        let designer = try await Designer(Designer.database(), FakeWorld())
        let failure = await #expect(throws: Failure.self) {
            try await designer.service.publish(text, file: "t.yaml", as: "s1")
        }
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.hasPrefix("t.yaml:") == true && failure?.message.contains(" \(field)") == true)
    }
}
