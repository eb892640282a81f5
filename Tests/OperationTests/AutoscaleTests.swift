import Foundation
import TestSupport
import Testing
import WorkQueueClient

@testable import gyrus

/// As many workers as there is work for.
@Suite(.serialized, .timeLimit(.minutes(10))) struct AutoscaleTests {
    @Test func `workers start immediately and stop after a while with less work`() {
        var scaling = Scaling(fewest: 0, most: 4, tasksPerWorker: 2, cooldown: .seconds(60))
        let start = ContinuousClock.now
        func decide(_ open: Int, _ seconds: Int) -> Int? {
            let wanted = scaling.decide(
                .init(usable: open, needed: min(open, 1)), at: start + .seconds(seconds))
            if let wanted { scaling.note(wanted) }
            return wanted
        }
        #expect(decide(0, 0) == 0)
        #expect(decide(1, 1) == 1)
        #expect(decide(5, 2) == 3)
        #expect(decide(100, 3) == 4)
        #expect(decide(6, 10) == nil)
        #expect(decide(8, 20) == nil)
        #expect(decide(2, 30) == nil)
        #expect(decide(2, 89) == nil)
        #expect(decide(2, 90) == 1)
        #expect(decide(0, 100) == nil)
        #expect(decide(0, 160) == 0)
    }

    @Test(
        arguments: [
            (.init(usable: 4, needed: 4), 1, 4), (.init(usable: 4, needed: 4), 2, 4),
            (.init(usable: 9, needed: 2), 2, 5),
            (.init(usable: 9, needed: 9), 1, 8), (.init(usable: 0, needed: 0), 1, 0),
        ] as [(QueueStatistics.Demand, Int, Int)])
    func `a task for several workers gets all of them`(
        _ demand: QueueStatistics.Demand, _ tasksPerWorker: Int, _ workers: Int
    ) {
        var scaling = Scaling(fewest: 0, most: 8, tasksPerWorker: tasksPerWorker, cooldown: .seconds(60))
        #expect(scaling.decide(demand, at: .now) == workers)
    }

    @Test func `a number of workers that could not be set is requested again, down as well as up`() {
        var scaling = Scaling(fewest: 0, most: 4, tasksPerWorker: 1, cooldown: .seconds(60))
        let start = ContinuousClock.now
        func decide(_ open: Int, _ seconds: Int) -> Int? {
            scaling.decide(.init(usable: open, needed: min(open, 1)), at: start + .seconds(seconds))
        }
        #expect(decide(3, 0) == 3 && decide(3, 5) == 3)
        scaling.note(3)
        #expect(decide(3, 10) == nil && decide(1, 15) == nil)
        #expect(decide(1, 75) == 1 && decide(1, 80) == 1)
        scaling.note(1)
        #expect(decide(1, 85) == nil)
    }

    @Test func `a failing command is retried`() async throws {
        try await withProject { gyrus in
            #expect(try await gyrus.run(["up", "-d", "trainer"]).status == 0)
            let calls = gyrus.folder.appending(path: "calls").path
            let scaler = try gyrus.start([
                "autoscale", "trainer-worker", "--min", "2", "--interval", "1s", "--command",
                "echo $GYRUS_WORKERS >> \(calls); test $(wc -l < \(calls)) = 2",
            ])
            defer { scaler.signal(SIGTERM) }
            while (try? String(contentsOfFile: calls, encoding: .utf8)) != "2\n2\n" {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    @Test func `a search scales from no workers to some and back, and loses no task`() async throws {
        try await withProject { gyrus in
            #expect(try await gyrus.run(["up", "-d", "--scale", "trainer-worker=0"]).status == 0)
            let log = gyrus.folder.appending(path: "autoscale.log")
            let scaler = try gyrus.start(
                ["autoscale", "trainer-worker", "--max", "2", "--interval", "1s", "--cooldown", "2s"], into: log)
            defer { scaler.signal(SIGTERM) }
            let scenario = gyrus.folder.appending(path: "tiny.yaml")
            try Data(tinyScenario(trials: 10, epochs: 4, samples: 256).utf8).write(to: scenario)
            let run = try await gyrus.run(["publish", scenario.path, "--wait"])
            #expect(run.status == 0, "\(run.err)")
            struct Process: Decodable { let service: String }
            while try await gyrus.list(Process.self, ["ps"]).contains(where: { $0.service == "trainer-worker" }) {
                try await Task.sleep(for: .milliseconds(100))
            }
            let steps = try String(contentsOf: log, encoding: .utf8).split(separator: "\n").compactMap {
                $0.firstMatch(of: /trainer-worker=([0-9]+)/).flatMap { Int($0.output.1) }
            }
            #expect(steps.max() ?? 0 >= 1 && steps.last == 0, "\(steps)")
            let events = try await gyrus.run(["events", "--service", "trainer"]).out.split(separator: "\n")
            let submitted = events.count { $0.contains(" task.submitted ") }
            #expect(submitted > 10 && events.count { $0.contains(" task.succeeded ") } == submitted)
        }
    }
}
