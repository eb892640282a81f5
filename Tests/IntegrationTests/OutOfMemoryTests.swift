import DesignerClient
import Foundation
import Model
import ServiceClient
import TestSupport
import Testing
import WorkQueueClient

/// A worker that the kernel kills because it has too little memory.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct OutOfMemoryTests {
    private static let scenario = tinyScenario(trials: 4, search: "method: random", space: "structures: [LeNet3]")

    /// What the worker may take beyond what it has while it waits: too little for a training.
    private static let memory = 4 << 20

    @Test(.enabled(if: MemoryGroup.obstacle == nil, Comment(rawValue: MemoryGroup.obstacle ?? "")))
    func `a worker that runs out of memory costs time, and the search ends well`() async throws {
        let group = try MemoryGroup()
        let worker = Cluster.Part.trainerWorker(1)
        try await Cluster.run(workers: 1) { cluster in
            try await cluster.stop(worker)
            let queue = QueueClient(try cluster.connect(to: .trainer))
            let earlier = Set(try await queue.statistics().workers.map(\.name))
            try cluster.start(worker, prefix: group.prefix)
            while try await queue.statistics().workers.allSatisfy({ earlier.contains($0.name) }) {
                try await Task.sleep(for: .milliseconds(50))
            }
            try group.limit(toFurther: Self.memory)
            let designer = try cluster.designer
            let id = ScenarioID.random()
            try await designer.publish(Self.scenario, file: "tiny.yaml", as: id)
            #expect(await cluster.end(of: worker) == 128 + SIGKILL)
            #expect(try group.kills == 1, "the kernel did not kill it")
            try cluster.start(worker)
            let status = try await designer.waitForEnd(of: id.text)
            #expect(status.state == .succeeded, "\(status.failure.map(\.message) ?? "")")
            #expect(try await designer.trials(of: id.text).allSatisfy { $0.state == .succeeded })
            let returned = try await cluster.events(of: .trainer).filter { $0.kind == "task.returned" }
            #expect(returned.contains { $0.attributes["reason"] == "silence" })
        }
    }
}
