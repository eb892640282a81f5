import GRDB
import Metrics
import Synchronization

/// Commits the writes of many callers together, because a commit that reaches the disk costs more than everything else.
///
/// While one transaction is being flushed, arriving writes wait and then share the next one. Each has its own
/// savepoint: a write that throws undoes only itself. No caller learns of success before the shared transaction is on
/// disk.
final class GroupWriter: Sendable {
    private struct Job: Sendable {
        /// Does the work and returns a closure that reports success to the caller.
        let run: @Sendable (Database) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        var isScheduled = false
    }

    /// Maximum number of writes that share a transaction, so that none waits long for others.
    private static let batch = 256

    private let writer: any DatabaseWriter
    private let state = Mutex(State())
    private let writing = Metrics.Timer(label: TransactionTimer.label, dimensions: [("operation", "write")])

    /// Makes a writer over a database.
    init(_ writer: any DatabaseWriter) { self.writer = writer }

    /// Runs the updates in a transaction, possibly shared, and returns when it is on disk.
    /// - Throws: The error of the updates, or of the database.
    func write<Value: Sendable>(_ updates: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let job = Job(
                run: { db in
                    let value = try updates(db)
                    return { continuation.resume(returning: value) }
                },
                fail: { error in continuation.resume(throwing: error) })
            let isFirst = state.withLock { state in
                state.jobs.append(job)
                defer { state.isScheduled = true }
                return !state.isScheduled
            }
            if isFirst { schedule() }
        }
    }

    private func schedule() {
        writer.asyncWriteWithoutTransaction { db in
            self.commit(self.takeBatch(), in: db)
            let isMore = self.state.withLock { state in
                state.isScheduled = !state.jobs.isEmpty
                return state.isScheduled
            }
            // Goes through the queue again, so that other users of the database get their turn.
            if isMore { self.schedule() }
        }
    }

    private func takeBatch() -> [Job] {
        state.withLock { state in
            let batch = Array(state.jobs.prefix(Self.batch))
            state.jobs.removeFirst(batch.count)
            return batch
        }
    }

    private func commit(_ jobs: [Job], in db: Database) {
        var answers: [@Sendable () -> Void] = []
        do {
            try TransactionTimer.measure(writing) {
                try db.inTransaction(.immediate) {
                    for job in jobs { answers.append(try perform(job, in: db)) }
                    return .commit
                }
            }
            for answer in answers { answer() }
        } catch {
            for job in jobs { job.fail(error) }
        }
    }

    /// Does one job in its savepoint and returns how to inform its caller once the transaction is committed.
    private func perform(_ job: Job, in db: Database) throws -> @Sendable () -> Void {
        do {
            var answer: @Sendable () -> Void = {}
            try db.inSavepoint {
                answer = try job.run(db)
                return .commit
            }
            return answer
        } catch {
            // Some errors (a full disk) make SQLite roll everything back: then none of the writes has happened.
            guard db.isInsideTransaction else { throw error }
            return { job.fail(error) }
        }
    }
}
