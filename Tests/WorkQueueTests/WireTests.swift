import Foundation
import Model
import Schema
import Testing
import WorkQueueClient

struct WireTests {
    private let digest = BlobDigest(hashing: [9])

    @Test func `a task survives the wire unchanged`() throws {
        for state in TaskState.allCases {
            let task = QueuedTask(
                id: "a", kind: "k", group: "g", state: state, attempt: 2, maximumAttempts: 5, worker: "w",
                payload: [1], result: [2, 0], failure: Failure(.busy, "full", retryAfter: .milliseconds(5)),
                checkpoint: digest, submitted: Date(microseconds: 1_000_001), updated: Date(microseconds: 2_000_002),
                logTail: "äöü")
            let bytes = try Wire.Task(task).encodedBytes()
            #expect(try QueuedTask(Wire.Task(bytes: bytes)) == task)
        }
    }

    @Test func `a lease, a report and statistics survive the wire unchanged`() throws {
        let attempt = TaskAttempt(task: "a", number: 3, worker: "w")
        let lease = TaskLease(attempt: attempt, kind: "k", group: "g", payload: [1, 2], checkpoint: digest)
        #expect(try TaskLease(Wire.Lease(lease), worker: "w") == lease)
        let report = TaskReport(
            step: 1, steps: 2, metrics: ["loss": 0.1, "accuracy": 1], checkpoint: digest, notice: "full")
        let sent = Wire.ReportRequest(report, of: attempt)
        #expect(try TaskReport(sent) == report)
        #expect(try TaskAttempt(sent.attempt) == attempt)
        let statistics = QueueStatistics(
            tasks: [.queued: 3, .dead: 1],
            workers: [
                .init(name: "w", task: nil, silence: .milliseconds(12)),
                .init(
                    name: "x", task: "a", silence: .zero,
                    offer: ComputeOffer(
                        device: .cuda(3), model: "H200", memory: 1 << 37, usedMemory: 5, utilization: 0,
                        precision: .fp16)),
            ], demand: .init(usable: 5, needed: 3))
        #expect(QueueStatistics(Wire.QueueStatisticsReply(statistics)) == statistics)
    }

    @Test func `a task's needs survive the wire unchanged`() throws {
        let task = TaskSubmission(id: "a", kind: "k", needs: ComputeNeeds(device: .gpu, memory: 20_000_000_000))
        #expect(try TaskSubmission(Wire.SubmitRequest(task)) == task)
        var wire = Wire.SubmitRequest(task)
        wire.device = "abacus"
        #expect(throws: Failure.self) { try TaskSubmission(wire) }
    }

    @Test func `a missing required field is an invalid argument`() {
        #expect(throws: Failure.self) { try TaskAttempt(nil) }
        #expect(throws: Failure.self) { try TaskAttempt(Wire.Attempt(task: "a", attempt: 0)) }
        #expect(throws: Failure.self) { try TaskState(Wire.TaskState(rawValue: 99)) }
        #expect(throws: Failure.self) { try TaskReport(Wire.ReportRequest(checkpoint: "nonsense")) }
    }
}
