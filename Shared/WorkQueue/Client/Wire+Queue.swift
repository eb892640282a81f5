import Foundation
package import Model
package import Schema

// Both directions of each value are side by side. A missing required field is an error of the peer.

// MARK: - States and directives

extension Wire.TaskState {
    package init(_ state: TaskState) { self.init(rawValue: Int32(state.rawValue)) }
}

extension TaskState {
    package init(_ wire: Wire.TaskState) throws {
        guard let state = TaskState(rawValue: Int(wire.rawValue)) else {
            throw Failure(.unsupportedVersion, "The peer sent the unknown task state \(wire.rawValue).")
        }
        self = state
    }
}

extension Wire.DirectiveReply {
    package init(_ directive: TaskDirective) {
        self.init(directive: Wire.Directive(rawValue: Int32(directive.rawValue)))
    }
}

extension TaskDirective {
    package init(_ wire: Wire.DirectiveReply) throws {
        guard let directive = TaskDirective(rawValue: Int(wire.directive.rawValue)) else {
            throw Failure(
                .unsupportedVersion, "The queue sent the unknown directive \(wire.directive.rawValue).")
        }
        self = directive
    }
}

// MARK: - Submissions and tasks

extension Wire.SubmitRequest {
    package init(_ task: TaskSubmission) {
        self.init(
            id: task.id, kind: task.kind, group: task.group, payload: task.payload,
            priority: Int32(clamping: task.priority), maxAttempts: UInt32(clamping: task.maximumAttempts ?? 0),
            workers: UInt32(clamping: task.workers), elastic: task.isElastic,
            minWorkers: UInt32(clamping: task.minWorkers), device: task.needs.device?.rawValue ?? "",
            memory: task.needs.memory)
    }
}

extension TaskSubmission {
    package init(_ wire: Wire.SubmitRequest) throws {
        self.init(
            id: wire.id, kind: wire.kind, group: wire.group, payload: wire.payload, priority: Int(wire.priority),
            maximumAttempts: wire.maxAttempts == 0 ? nil : Int(wire.maxAttempts),
            workers: max(1, Int(wire.workers)),
            minWorkers: wire.minWorkers == 0 ? nil : Int(wire.minWorkers), isElastic: wire.elastic,
            needs: try ComputeNeeds(device: wire.device, memory: wire.memory))
    }
}

extension ComputeNeeds {
    /// Needs as they are sent.
    /// - Throws: `Failure` if the kind of device is unknown here.
    package init(device: String, memory: UInt64) throws {
        let kind = Kind(rawValue: device)
        guard device.isEmpty || kind != nil else {
            throw Failure(.invalidArgument, "A task needs a device of the unknown kind '\(device)'; use cpu or gpu.")
        }
        self.init(device: kind, memory: memory)
    }

    private typealias Kind = ComputeDevice.Kind
}

extension Wire.ComputeOffer {
    package init(_ offer: ComputeOffer) {
        self.init(
            device: offer.device?.description ?? "", model: offer.model, memory: offer.memory,
            usedMemory: offer.usedMemory,
            utilization: offer.utilization.map { 1 + UInt32(clamping: Int(($0 * 100).rounded())) } ?? 0,
            precision: offer.precision.rawValue)
    }
}

extension ComputeOffer {
    /// A worker of another version can have a device that is unknown here; it counts as one that reports no device.
    package init(_ wire: Wire.ComputeOffer?) {
        guard let wire else { self.init(); return }
        self.init(
            device: ComputeDevice(wire.device), model: wire.model, memory: wire.memory, usedMemory: wire.usedMemory,
            utilization: wire.utilization == 0 ? nil : Double(wire.utilization - 1) / 100,
            precision: ComputePrecision(rawValue: wire.precision) ?? .fp32)
    }
}

extension Wire.Task {
    package init(_ task: QueuedTask) {
        self.init(
            id: task.id, kind: task.kind, group: task.group, state: Wire.TaskState(task.state),
            attempt: UInt32(clamping: task.attempt), maxAttempts: UInt32(clamping: task.maximumAttempts),
            worker: task.worker, payload: task.payload, result: task.result,
            failure: task.failure.map(Wire.Failure.init),
            checkpoint: task.checkpoint?.hexadecimal ?? "", submittedMicroseconds: task.submitted.microseconds,
            updatedMicroseconds: task.updated.microseconds, logTail: task.logTail.replacing("\0", with: "␀"),
            workers: UInt32(clamping: task.workers))
    }
}

extension QueuedTask {
    package init(_ wire: Wire.Task) throws {
        self.init(
            id: wire.id, kind: wire.kind, group: wire.group, state: try TaskState(wire.state),
            attempt: Int(wire.attempt), maximumAttempts: Int(wire.maxAttempts), worker: wire.worker,
            payload: wire.payload, result: wire.result, failure: wire.failure.map(Failure.init),
            checkpoint: try wire.checkpoint.asDigest, submitted: Date(microseconds: wire.submittedMicroseconds),
            updated: Date(microseconds: wire.updatedMicroseconds), logTail: wire.logTail,
            workers: max(1, Int(wire.workers)))
    }
}

// MARK: - Attempts, leases and reports

extension Wire.Attempt {
    package init(_ attempt: TaskAttempt) {
        self.init(task: attempt.task, attempt: UInt32(clamping: attempt.number), worker: attempt.worker)
    }
}

extension TaskAttempt {
    package init(_ wire: Wire.Attempt?) throws {
        guard let wire, !wire.task.isEmpty, wire.attempt > 0 else {
            throw Failure(.invalidArgument, "The field 'attempt' must name a task and the number of an attempt.")
        }
        self.init(task: wire.task, number: Int(wire.attempt), worker: wire.worker)
    }
}

extension Wire.Lease {
    package init(_ lease: TaskLease) {
        self.init(
            task: lease.task, kind: lease.kind, group: lease.group, payload: lease.payload,
            attempt: UInt32(clamping: lease.attempt.number), checkpoint: lease.checkpoint?.hexadecimal ?? "",
            leaseMilliseconds: lease.duration.wholeMilliseconds,
            heartbeatMilliseconds: lease.heartbeat.wholeMilliseconds,
            gang: lease.gang.map {
                Wire.GangPlace(rank: UInt32(clamping: $0.rank), size: UInt32(clamping: $0.size), key: $0.key)
            })
    }
}

extension TaskLease {
    package init(_ wire: Wire.Lease, worker: String) throws {
        self.init(
            attempt: TaskAttempt(task: wire.task, number: Int(wire.attempt), worker: worker), kind: wire.kind,
            group: wire.group, payload: wire.payload, checkpoint: try wire.checkpoint.asDigest,
            duration: .milliseconds(Int64(wire.leaseMilliseconds)),
            heartbeat: .milliseconds(Int64(max(wire.heartbeatMilliseconds, 10))),
            gang: wire.gang.map { GangPlace(rank: Int($0.rank), size: Int($0.size), key: $0.key) })
    }
}

extension Wire.ReportRequest {
    package init(_ report: TaskReport, of attempt: TaskAttempt) {
        self.init(
            attempt: Wire.Attempt(attempt), step: UInt32(clamping: report.step), steps: UInt32(clamping: report.steps),
            metrics: .init(report.metrics), checkpoint: report.checkpoint?.hexadecimal ?? "",
            notice: report.notice)
    }
}

extension TaskReport {
    package init(_ wire: Wire.ReportRequest) throws {
        self.init(
            step: Int(wire.step), steps: Int(wire.steps), metrics: .init(wire.metrics),
            checkpoint: try wire.checkpoint.asDigest, notice: wire.notice)
    }
}

// MARK: - Statistics

extension Wire.QueueStatisticsReply {
    package init(_ statistics: QueueStatistics) {
        func count(_ state: TaskState) -> UInt32 { UInt32(clamping: statistics.tasks[state] ?? 0) }
        self.init(
            queued: count(.queued), leased: count(.leased), succeeded: count(.succeeded), failed: count(.failed),
            cancelled: count(.cancelled), dead: count(.dead),
            workers: statistics.workers.map { worker in
                Wire.WorkerStatus(
                    name: worker.name, task: worker.task ?? "", silenceMilliseconds: worker.silence.wholeMilliseconds,
                    offer: Wire.ComputeOffer(worker.offer))
            },
            usableWorkers: UInt32(clamping: statistics.demand.usable),
            neededWorkers: UInt32(clamping: statistics.demand.needed))
    }
}

extension QueueStatistics {
    package init(_ wire: Wire.QueueStatisticsReply) {
        let counts: [(TaskState, UInt32)] = [
            (.queued, wire.queued), (.leased, wire.leased), (.succeeded, wire.succeeded), (.failed, wire.failed),
            (.cancelled, wire.cancelled), (.dead, wire.dead),
        ]
        self.init(
            tasks: Dictionary(uniqueKeysWithValues: counts.filter { $0.1 > 0 }.map { ($0.0, Int($0.1)) }),
            workers: wire.workers.map { worker in
                Worker(
                    name: worker.name, task: worker.task.isEmpty ? nil : worker.task,
                    silence: .milliseconds(Int64(worker.silenceMilliseconds)), offer: ComputeOffer(worker.offer))
            }, demand: Demand(usable: Int(wire.usableWorkers), needed: Int(wire.neededWorkers)))
    }
}

extension String {
    /// The digest in a field; absent if the field is empty.
    fileprivate var asDigest: BlobDigest? {
        get throws { isEmpty ? nil : try BlobDigest(self) }
    }
}

extension Duration {
    /// Whole milliseconds as they are sent.
    package var wholeMilliseconds: UInt32 {
        UInt32(
            clamping: components.seconds.multipliedReportingOverflow(by: 1_000).partialValue
                + components.attoseconds / 1_000_000_000_000_000)
    }
}
