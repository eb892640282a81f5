import DesignerClient
import Foundation
import Model
import ServiceClient
import TestSupport
import Testing
import Tracking

private let scenario = """
    scenario: follow
    stimuli: [people that move]
    task: tracking
    modalities:
      video: {dataset: mot16, detectors: [keen, dull], held-out: [MOT16-04]}
    search: {method: evolution, population: 6, trials: 30, seed: 3}

    """

private struct Row: Decodable {
    let trial: Int
    let isWinner: Bool
    let state, setup, origin: String
    let metrics: [String: Double]
}

private struct Scenario: Decodable {
    let state: String
    let endedTrials: Int
}

@Suite(.timeLimit(.minutes(5))) struct `A tracking scenario on the command line` {
    @Test func `publish, cancel, resume, see the tables, fetch the tracker and track with it`() async throws {
        let data = try MadeSequences()
        try await GyrusCommand.use(environment: data.environment) { gyrus in
            let file = try gyrus.write(scenario, to: "follow.yaml")
            try await gyrus.run("up", "-d", "--scale", "evaluator-worker=0")
            let id = try await gyrus.run("publish", file).out.trimmingCharacters(in: .newlines)
            #expect(try await gyrus.run("explain", id).out.contains("vision.motion"))
            #expect(try await gyrus.run("cancel", id).status == 0)
            #expect(try await gyrus.list(Scenario.self, "scenarios").first?.state == "cancelled")
            try await gyrus.run("scale", "evaluator-worker=2")
            #expect(try await gyrus.run("resume", id).status == 0)
            let watch = try await gyrus.run("watch", id)
            #expect(watch.status == 0, "\(watch.out)\(watch.err)")
            #expect(watch.out.contains("final run 30 succeeded"))

            let rows = try await gyrus.list(Row.self, "result", id)
            #expect(rows.count == 31 && rows.allSatisfy { $0.state == "succeeded" })
            #expect(rows.prefix(6).allSatisfy { $0.origin == "fixed" })
            let winner = try #require(rows.first { $0.isWinner })
            let best = rows.compactMap { $0.metrics["idf1"] }.max()
            #expect(winner.trial == 30 && winner.metrics["idf1"] == best && winner.metrics["held-out/idf1"] != nil)
            try await fetch(id, winner, gyrus, data)
            #expect(try await gyrus.run("export", "\(id)/30", "--output", "model").out.contains(".json"))
        }
    }

    /// The setup gives the tracks of the search when it is used on the same detections.
    private func fetch(_ id: String, _ winner: Row, _ gyrus: GyrusCommand, _ data: MadeSequences) async throws {
        let result = try await gyrus.run("result", id, "--output", "found")
        for part in [
            "Best with keen", "Best with dull", "MOT16-04 (held out)", "held-out sequences (MOT16-04)",
            "YOLOv3 (003)", "Absent here: 05 09 10 11 13", "Result: ",
        ] {
            #expect(result.out.contains(part), "\(part)\n\(result.out)\(result.err)")
        }
        let setup = gyrus.folder.appending(path: "found/follow-\(id).json").path
        let detector = try TrackingSetup(contentsOf: setup).detector
        let detections = data.folder.url.appending(path: "mot/detections/\(detector)").path
        let run = try await gyrus.run(
            "track", "run", "--detections", detections, "--setup", setup, "--output", "again", "--gt",
            data.folder.url.appending(path: "mot/MOT16/train").path)
        #expect(run.status == 0, "\(run.err)")
        for name in MadeSequences.names {
            let kept = try String(
                contentsOf: gyrus.folder.appending(path: "found/follow-\(id)-tracks/\(name).txt"), encoding: .utf8)
            let again = try String(contentsOf: gyrus.folder.appending(path: "again/\(name).txt"), encoding: .utf8)
            #expect(kept == again && !kept.isEmpty)
        }
    }

    @Test func `without data, or without a detector's, the failure lists the places that were searched`() async throws {
        let data = try MadeSequences()
        try await GyrusCommand.use(environment: ["GYRUS_DATA": data.folder.url.path]) { gyrus in
            try await gyrus.run("up", "-d")
            let unknown = try gyrus.write(scenario.replacing("dull", with: "nobody"), to: "unknown.yaml")
            let output = try await gyrus.run("publish", "--wait", unknown)
            #expect(output.status == 1)
            #expect(output.err.contains("no detections of 'nobody'") && output.err.contains("mot/detections/nobody"))
            try FileManager.default.removeItem(at: data.folder.url.appending(path: "mot"))
            let absent = try gyrus.write(scenario.replacing("seed: 3", with: "seed: 4"), to: "absent.yaml")
            let failed = try await gyrus.run("publish", "--wait", absent)
            #expect(failed.err.contains("\(data.folder.url.path)/mot") && failed.err.contains("$GYRUS_DATA"))
            let synthetic = try await gyrus.run("publish", "--synthetic", absent)
            #expect(synthetic.status != 0 && synthetic.err.contains("Gyrus cannot generate data in place of 'mot16'"))
        }
    }
}

@Suite(.serialized, .timeLimit(.minutes(5))) struct `A tracking scenario when processes die` {
    private func search(_ data: MadeSequences, kills: [(after: Int, [Cluster.Part])]) async throws -> [String] {
        try await Cluster.run(workers: 1, environment: data.environment) { cluster in
            let designer = try cluster.designer
            let id = ScenarioID.random()
            try await designer.publish(scenario, file: "follow.yaml", as: id)
            for (count, parts) in kills {
                while try await designer.scenario(id.text).endedTrials < count {
                    try await Task.sleep(for: .milliseconds(5))
                }
                try await cluster.killAndRestart(parts)
            }
            let status = try await designer.waitForEnd(of: id.text)
            #expect(status.state == .succeeded, "\(status.failure.map(\.message) ?? "")")
            for service in [ServiceName.designer, .evaluator] {
                let events = try await cluster.events(of: service)
                #expect(events.map(\.sequence) == (0..<UInt64(events.count)).map { $0 + 1 })
            }
            return try await designer.trials(of: id.text).map { trial in
                "\(trial.id.number) \(trial.genome) \(trial.origin) \(trial.state) \(trial.objective ?? -1)"
            }
        }
    }

    @Test func `killing designer, evaluator and worker does not change the search`() async throws {
        let data = try MadeSequences()
        let undisturbed = try await search(data, kills: [])
        #expect(undisturbed.count == 31)
        let disturbed = try await search(
            data,
            kills: [
                (after: 2, [.evaluatorWorker(1)]), (after: 8, [.service(.designer)]),
                (after: 16, [.service(.evaluator), .service(.designer), .evaluatorWorker(1)]),
            ])
        #expect(disturbed == undisturbed)
    }
}

@Suite(.enabled(if: isHere, "needs the folder mot of real data; name it with $GYRUS_DATA"), .timeLimit(.minutes(10)))
struct `A tracking scenario on real sequences` {
    @Test func `the shipped scenario beats every fixed setting, even on held-out sequences`() async throws {
        let mot = URL(filePath: try RealData.locator.folder(of: "mot"))
        let environment = ["GYRUS_DATA": mot.deletingLastPathComponent().path]
        try await GyrusCommand.use(environment: environment) { gyrus in
            try await gyrus.run("up", "-d", "--scale", "evaluator-worker=2")
            let file = DeliveredFiles.scenarios.appending(path: "tracking.yaml")
            let end = try await gyrus.run("publish", "--wait", file.path)
            #expect(end.status == 0, "\(end.err)")
            let rows = try await gyrus.list(Row.self, "result", end.out.trimmingCharacters(in: .newlines))
            let winner = try #require(rows.first { $0.isWinner })
            let fixed = rows.filter { $0.origin == "fixed" }
            #expect(fixed.count == 9)
            for name in ["idf1", "held-out/idf1"] {
                let (best, found) = (fixed.compactMap { $0.metrics[name] }.max() ?? 1, winner.metrics[name] ?? 0)
                print("\(name): fixed settings up to \(best), result \(found), \(winner.setup)")
                #expect(found > best, "\(name)")
            }
            #expect(TrackingMetrics.sequences(in: winner.metrics).count == 5)
        }
    }
}

private let isHere = (try? RealData.locator.folder(of: "mot")) != nil
