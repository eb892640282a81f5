import Messaging
import Model
import Storage

/// A part of the parameters, with the operations of workers on it.
actor ParameterShard {
    private struct Contribution {
        let weight: Float
        let values: [Float]
    }

    /// What a worker last read, which determines how stale its next update is.
    private struct Reading {
        var version: Int
        /// Kept only for delay compensation.
        var values: [Float] = []
    }

    let range: Range<Int>
    private let settings: ParameterSettings
    private let now: @Sendable () -> Duration
    private let changes = WaitList<Int>()

    private var values: [Float]
    private var version = 0
    private var state: UpdateState
    private var clocks: WorkerClocks
    private var contributions: [String: Contribution] = [:]
    private var readings: [String: Reading] = [:]
    private var lost: [String] = []

    init(
        _ range: Range<Int>, _ values: ArraySlice<Float>, _ settings: ParameterSettings,
        now: @escaping @Sendable () -> Duration
    ) {
        self.range = range
        self.settings = settings
        self.now = now
        self.values = Array(values)
        state = UpdateState(settings.rule, count: values.count)
        clocks = WorkerClocks(expected: settings.workers)
    }

    /// Workers that take part, by name.
    var workers: [String] { clocks.workers }

    /// The current parameters.
    var snapshot: [Float] { values }

    /// The state that is needed to continue, without the workers.
    var stored: ParameterState { ParameterState(version: version, rule: state.memory, values: values) }

    /// Continues from a stored state.
    /// - Throws: `Failure` with code `corrupt` if the state is of another shard or rule.
    func restore(_ stored: ParameterState) throws {
        guard stored.values.count == values.count, stored.rule.first.count == state.memory.first.count,
            stored.rule.second.count == state.memory.second.count
        else { throw Failure(.corrupt, "The stored state of a parameter server belongs to another server.") }
        (version, state.memory, values) = (stored.version, stored.rule, stored.values)
    }

    // MARK: Joining and leaving

    func join(_ worker: String) -> Int {
        defer { changes.wakeAll() }
        let clock = settings.consistency == .synchronous ? version : clocks.slowest
        return clocks.join(worker, clock: clock, at: now())
    }

    func hear(_ worker: String) throws {
        _ = try clock(of: worker)
        clocks.hear(worker, at: now())
    }

    /// Records that a worker has nothing to do until it reads again, so that no worker waits for it.
    func rest(_ worker: String) {
        clocks.setResting(true, worker)
        changes.wakeAll()
    }

    func leave(_ worker: String) {
        clocks.leave(worker)
        readings[worker] = nil
        finishStepIfComplete()
        changes.wakeAll()
    }

    /// Removes workers that were silent for too long, so that no worker waits for them.
    func sweep() {
        let gone = clocks.forgetSilent(for: settings.silence, at: now())
        guard !gone.isEmpty else { return }
        for worker in gone { readings[worker] = nil }
        if settings.failsOnLoss { lost += gone } else { finishStepIfComplete() }
        changes.wakeAll()
    }

    private func unknown(_ worker: String) -> Failure {
        Failure(
            .stale,
            "Worker '\(worker)' does not take part: it has not joined, or was silent for \(settings.silence) and was "
                + "removed; it may join again.")
    }

    // MARK: Reading

    /// The parameters, as soon as the worker is not too far ahead of others.
    func pull(_ worker: String, waiting: Duration) async throws -> (version: Int, values: Attachment) {
        let deadline = now() + min(waiting, settings.longestWait)
        try hear(worker)
        clocks.setResting(false, worker)
        while true {
            sweep()
            let clock = try clock(of: worker)
            guard let obstacle = try obstacle(clock) else { return read(worker) }
            let remaining = deadline - now()
            guard remaining > .zero else {
                throw Failure(
                    .deadlineExceeded, "Worker '\(worker)' timed out at step \(clock), waiting for \(obstacle).")
            }
            let ticket = changes.ticket(for: CollectionOfOne(0))
            await ticket.wait(for: min(remaining, settings.silence / 4))
            ticket.discard()
            try Task.checkCancellation()
        }
    }

    /// The workers for which a worker must wait; nil if none.
    private func obstacle(_ clock: Int) throws -> String? {
        if let worker = lost.first {
            throw Failure(
                .unavailable,
                "Worker '\(worker)' was not heard from for \(settings.silence); the others cannot continue without it.",
                isRetriable: false)
        }
        switch settings.consistency {
        case .synchronous where version < clock, .asynchronous(.some, _) where clock > bound + clocks.slowest:
            guard clocks.isComplete else {
                return "\(clocks.arrivals.expected) workers, of whom \(clocks.arrivals.joined) have joined"
            }
            return "\(waitedFor.joined(separator: ", ")) at step \(clocks.slowest)"
        default: return nil
        }
    }

    private var waitedFor: [String] {
        settings.consistency == .synchronous
            ? clocks.workers.filter { contributions[$0] == nil } : clocks.stragglers
    }

    private var bound: Int {
        guard case .asynchronous(.some(let staleness), _) = settings.consistency else { return .max }
        return staleness
    }

    private func read(_ worker: String) -> (Int, Attachment) {
        readings[worker] = Reading(version: version, values: compensation > 0 ? values : [])
        return (version, Attachment(values[...]))
    }

    // MARK: Writing

    /// Accepts the values that a worker pushes in a step; a step that was accepted before changes nothing.
    func push(
        _ worker: String, step: Int, weight: Float, _ buffer: Attachment, isHalf: Bool = false
    ) throws -> (version: Int, staleness: Int) {
        try hear(worker)
        let clock = try clock(of: worker)
        guard step > clock else { return (version, 0) }
        guard step == clock + 1, weight > 0, weight.isFinite else {
            throw Failure(
                .invalidArgument,
                "Worker '\(worker)' pushes step \(step) with weight \(weight); expected step \(clock + 1) with a "
                    + "weight above 0.")
        }
        guard contributions[worker] == nil else {
            throw Failure(.conflict, "Worker '\(worker)' pushes step \(step) before step \(clock) is done; pull first.")
        }
        let update = try buffer.floats(values.count, isHalf: isHalf)
        let reading = readings[worker]
        clocks.advance(worker)
        let staleness = max(0, version - (reading?.version ?? version))
        if settings.consistency == .synchronous {
            contributions[worker] = Contribution(weight: weight, values: update)
            finishStepIfComplete()
        } else {
            state.apply(compensated(scaled(update, weight), reading), to: &values)
            version += 1
        }
        changes.wakeAll()
        return (version, staleness)
    }

    private func clock(of worker: String) throws -> Int {
        guard let clock = clocks.clock(of: worker) else { throw unknown(worker) }
        return clock
    }

    private var compensation: Float {
        guard case .asynchronous(_, let compensation) = settings.consistency else { return 0 }
        return compensation
    }

    private func scaled(_ update: [Float], _ weight: Float) -> [Float] {
        weight == 1 ? update : update.map { $0 * weight }
    }

    private func compensated(_ gradient: [Float], _ reading: Reading?) -> [Float] {
        guard compensation > 0, let read = reading?.values, !read.isEmpty else { return gradient }
        return gradient.indices.map {
            gradient[$0] + compensation * gradient[$0] * gradient[$0] * (values[$0] - read[$0])
        }
    }

    /// Applies the weighted mean of a step when all have contributed, in the order of their names, so that equal steps
    /// give identical bits.
    private func finishStepIfComplete() {
        let workers = clocks.workers
        let haveAll = clocks.isComplete && workers.allSatisfy { contributions[$0] != nil }
        guard haveAll, !contributions.isEmpty else { return }
        let ordered = contributions.sorted { $0.key < $1.key }.map(\.value)
        let total = ordered.reduce(0) { $0 + $1.weight }
        var mean = scaled(ordered[0].values, ordered[0].weight / total)
        for contribution in ordered.dropFirst() {
            let share = contribution.weight / total
            for i in mean.indices { mean[i] += share * contribution.values[i] }
        }
        contributions = [:]
        state.apply(mean, to: &values)
        version += 1
    }
}
