import GRDB
import Metrics
import Synchronization

/// Commits the writes of many callers together, because a commit that reaches the disk costs more than all the rest.
///
/// While one transaction is being flushed, the writes that arrive wait and then share the next one. Each keeps its own
/// savepoint: one that throws undoes itself only. Nobody hears of success before the shared transaction is on disk.
final class GroupWriter: Sendable {
    private struct Job: Sendable {
        /// Does the work and returns what tells the caller of its success.
        let run: @Sendable (Database) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        var isScheduled = false
    }

    /// Most writes that share a transaction, so that no one waits long for others.
    private static let batch = 256

    private let writer: any DatabaseWriter
    private let state = Mutex(State())
    private let writing = Metrics.Timer(label: TransactionTimer.label, dimensions: [("operation", "write")])

    /// Makes a writer over a database.
    init(_ writer: any DatabaseWriter) { self.writer = writer }

    /// Runs the updates in a transaction, possibly shared, and returns when it is on disk.
    /// - Throws: What the updates throw, or the error of the database.
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
            // Once more through the queue, so that other users of the database have their turn.
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

    /// Does one job in its savepoint and returns how its caller is told, once the transaction is committed.
    private func perform(_ job: Job, in db: Database) throws -> @Sendable () -> Void {
        do {
            var answer: @Sendable () -> Void = {}
            try db.inSavepoint {
                answer = try job.run(db)
                return .commit
            }
            return answer
        } catch {
            // Some errors (a full disk) make SQLite roll everything back: then nobody's write has happened.
            guard db.isInsideTransaction else { throw error }
            return { job.fail(error) }
        }
    }
}
