import GRDB
import Model
import Storage
public import WorkQueueClient

extension WorkQueue {
    /// The address of a task's rendezvous: set by the worker of rank 0, and passed to the others as soon as it is
    /// known.
    /// - Returns: The address; empty if it was not known in time.
    /// - Throws: `Failure` with code `stale` if the attempt no longer has the task.
    public func rendezvous(_ attempt: TaskAttempt, at address: String, waiting: Duration) async throws -> String {
        guard address.utf8.count <= settings.largestAddress else {
            throw Failure(
                .invalidArgument,
                "The address of task '\(attempt.task)' has \(address.utf8.count) bytes; the maximum is "
                    + "\(settings.largestAddress).")
        }
        let store = store
        if !address.isEmpty {
            let gang = try await database.write { db in
                try store.note(address: address, of: attempt, in: db)
                return try store.gang(of: attempt, in: db)
            }
            for task in gang { met.wake(task) }
            return address
        }
        let deadline = now() + min(waiting, settings.longestWait)
        while true {
            let ticket = met.ticket(for: [attempt.task])
            defer { ticket.discard() }
            let known = try await database.read { db in try store.address(for: attempt, in: db) }
            let remaining = deadline - now()
            if !known.isEmpty || remaining <= .zero { return known }
            await ticket.wait(for: remaining)
            try Task.checkCancellation()
        }
    }
}
