import DequeModule
import Foundation
import Model
import Synchronization
import Tables

/// Samples of one request that wait for their answers.
final class Ticket: Sendable {
    private struct State {
        var results: [Result<[Float], Failure>?]
        var left: Int
        var continuation: CheckedContinuation<[Result<[Float], Failure>], any Error>?
        var isOver = false
    }

    private let state: Mutex<State>

    init(count: Int, _ continuation: CheckedContinuation<[Result<[Float], Failure>], any Error>) {
        state = Mutex(State(results: Array(repeating: nil, count: count), left: count, continuation: continuation))
    }

    /// Whether nothing is waiting any longer.
    var isOver: Bool { state.withLock { $0.isOver } }

    /// Records the answer for a sample; the last one ends the wait.
    func take(_ result: Result<[Float], Failure>, for sample: Int) {
        state.withLock { state in
            guard !state.isOver, state.results[sample] == nil else { return }
            state.results[sample] = result
            state.left -= 1
            guard state.left == 0 else { return }
            state.isOver = true
            state.continuation?.resume(returning: state.results.compactMap(\.self))
            state.continuation = nil
        }
    }

    /// Ends the wait without answers.
    func end(with failure: Failure) {
        state.withLock { state in
            guard !state.isOver else { return }
            state.isOver = true
            state.continuation?.resume(throwing: failure)
            state.continuation = nil
        }
    }
}

/// A sample on its way to a network.
struct Job: Sendable {
    let ticket: Ticket
    let sample: Int
    let cells: [[Cell]]
    let since: ContinuousClock.Instant
    /// Whether it runs alone, because a process ended on a batch with it.
    var isAlone = false

    func answer(_ result: Result<[Float], Failure>) { ticket.take(result, for: sample) }
}

/// Samples that wait for a network, from which batches are taken.
///
/// Consumers are threads, which block; producers do not.
final class BatchQueue: @unchecked Sendable {
    // Everything below is only accessed under the condition's lock.
    private let condition = NSCondition()
    private var jobs: Deque<Job> = []
    private var isClosed = false

    /// Maximum number of waiting samples.
    private let most: Int

    init(most: Int) { self.most = most }

    /// Number of waiting samples.
    var count: Int { locked { jobs.count } }

    /// Adds samples.
    /// - Throws: `Failure` with code `busy` if too many already wait, and `unavailable` if the queue is closed.
    func add(_ more: [Job]) throws {
        try locked {
            guard !isClosed else {
                throw Failure(.unavailable, "This version of the model is no longer served; send the request again.")
            }
            guard jobs.count + more.count <= most else {
                throw Failure(
                    .busy, "\(jobs.count) samples are already waiting; retry in a second, or send fewer at a time.",
                    retryAfter: .seconds(1))
            }
            jobs.append(contentsOf: more)
            condition.broadcast()
        }
    }

    /// Puts a sample back, to run alone.
    func putBack(_ job: Job) {
        var job = job
        job.isAlone = true
        locked {
            jobs.prepend(job)
            condition.broadcast()
        }
    }

    /// Takes a batch as soon as it is full or its first sample has waited long enough.
    /// - Returns: Nil if the queue is closed and empty.
    func take(atMost count: Int, waiting delay: Duration) -> [Job]? {
        locked {
            while true {
                while jobs.first?.ticket.isOver == true { jobs.removeFirst() }
                guard let first = jobs.first else {
                    if isClosed { return nil }
                    condition.wait()
                    continue
                }
                let rest = first.since + delay - .now
                if rest > .zero, jobs.count < count, !isClosed, !first.isAlone {
                    _ = condition.wait(until: Date(timeIntervalSinceNow: rest / .seconds(1)))
                    continue
                }
                if first.isAlone { return [jobs.removeFirst()] }
                var batch: [Job] = []
                while batch.count < count, let next = jobs.first, !next.isAlone {
                    jobs.removeFirst()
                    if !next.ticket.isOver { batch.append(next) }
                }
                if !batch.isEmpty { return batch }
            }
        }
    }

    /// Waits until the queue is closed, or a time has passed.
    /// - Returns: Whether it is closed.
    func isClosed(within time: Duration) -> Bool {
        let end = Date(timeIntervalSinceNow: time / .seconds(1))
        return locked {
            while !isClosed, condition.wait(until: end) {}
            return isClosed
        }
    }

    /// Accepts no more; waiting samples are still answered.
    func close() {
        locked {
            isClosed = true
            condition.broadcast()
        }
    }

    private func locked<Value>(_ body: () throws -> Value) rethrows -> Value {
        condition.lock()
        defer { condition.unlock() }
        return try body()
    }
}
