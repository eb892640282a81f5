import Logging
import Model
import ServiceLifecycle
import Storage
import WorkQueueClient

extension WorkQueue {
    /// Returns the tasks of silent workers until the service stops.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let planned = await self.timeToSweep()
                let before = self.now()
                guard (try? await Task.sleep(for: planned)) != nil else { return }
                let late = self.now() - before - planned
                await self.sweep(late: late)
            }
        }
    }

    private func timeToSweep() -> Duration {
        let rest = (leases.nextDeadline ?? .seconds(3_600)) - now()
        return min(max(rest, .milliseconds(20)), settings.silence / 4)
    }

    /// Returns the tasks whose leases have expired, and removes workers that have left.
    /// - Parameter late: How much later this runs than it should. If this process itself was delayed, the silence of
    ///   workers means nothing, and every lease gets a fresh period.
    func sweep(late: Duration = .zero) async {
        guard late < settings.silence / 4 else {
            logger.warning("delayed; every lease gets a fresh period", metadata: ["late": "\(late)"])
            leases.renewAll(at: now())
            return
        }
        for attempt in leases.overdue(at: now()) {
            do { try await takeBack(attempt) } catch {
                logger.error("cannot return a task", metadata: metadata(attempt, ["error": "\(error)"]))
            }
        }
        await dismissSilentWorkers()
    }

    private func takeBack(_ attempt: TaskAttempt) async throws {
        let store = store
        let failure = Failure(
            .unavailable,
            "Worker '\(attempt.worker)' was not heard from for \(settings.silence) during attempt \(attempt.number); it"
                + " has crashed or is disconnected.")
        let over = try await database.write { db in
            _ = try store.fail(attempt, failure, afterSilence: true, in: db)
            return try store.attemptsOver(after: attempt, in: db)
        }
        logger.warning("took a task back", metadata: metadata(attempt, ["reason": "silence"]))
        conclude(over, attempt, "silence", .stale)
        available.wakeAll()
    }

    private func dismissSilentWorkers() async {
        let gone = workers.removeSilent(for: settings.silence, at: now())
        guard !gone.isEmpty else { return }
        logger.info("workers left", metadata: ["workers": "\(gone.joined(separator: ","))"])
        let events = store.events
        do {
            try await database.write { db in
                for worker in gone { try events.append(kind: "worker.left", subject: worker, in: db) }
            }
        } catch {
            logger.error("cannot record that workers left", metadata: ["error": "\(error)"])
        }
    }
}
