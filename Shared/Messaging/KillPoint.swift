import Glibc

/// Points between two steps of a process's work at which tests of debug builds end it, as `kill -9` does.
///
/// `GYRUS_KILL_POINT=task-leased` ends the process when it first reaches that point, `task-leased:3` at the third time.
/// Release builds ignore the variable.
public enum KillPoint: String, CaseIterable, Sendable {
    /// A queue has stored a task and has not answered.
    case taskSubmitted = "task-submitted"
    /// A queue has leased a task and has not answered.
    case taskLeased = "task-leased"
    /// A queue has stored a report of a worker and has not answered.
    case taskReported = "task-reported"
    /// A queue has stored a result and has not answered.
    case taskCompleted = "task-completed"
    /// A worker has received a task and has not begun.
    case taskPulled = "task-pulled"
    /// A worker has the result of a task, has uploaded its files, and has not told the queue.
    case taskDone = "task-done"
    /// The queue has acknowledged a worker's result, and the worker has not gone on.
    case taskSettled = "task-settled"
    /// A worker has uploaded a checkpoint and has not told the queue.
    case checkpointStored = "checkpoint-stored"
    /// The registry has moved a complete file into place and has not recorded it.
    case blobPlaced = "blob-placed"
    /// The registry has recorded a file and has not answered.
    case blobRecorded = "blob-recorded"
    /// The registry has stored a model and has not answered.
    case modelRegistered = "model-registered"
    /// The designer has stored a scenario and has not answered.
    case scenarioPublished = "scenario-published"
    /// The designer has stored a decision and has not acted on it.
    case decisionStored = "decision-stored"
    /// The designer has heard of results and has not stored what follows from them.
    case resultsHeard = "results-heard"
    /// A message has been delivered and is still in the outbox.
    case messageDelivered = "message-delivered"
    /// Knowledge has recorded an observation and has not answered.
    case observationRecorded = "observation-recorded"

    /// Ends the process here if that is what `GYRUS_KILL_POINT` says.
    @inline(__always)
    public func pass() {
        #if DEBUG
            if let armed = Self.armed, armed.point == self, armed.isReached() {
                kill(getpid(), SIGKILL)
                // The signal may reach another thread first.
                while true { pause() }
            }
        #endif
    }
}

#if DEBUG
    extension KillPoint {
        fileprivate static let armed = ArmedKillPoint(getenv("GYRUS_KILL_POINT").map { String(cString: $0) } ?? "")
    }

    /// The point at which this process ends.
    private final class ArmedKillPoint: Sendable {
        let point: KillPoint
        private let rest: Locked<Int>

        init?(_ text: String) {
            let parts = text.split(separator: ":")
            guard let point = parts.first.flatMap({ KillPoint(rawValue: String($0)) }) else { return nil }
            self.point = point
            rest = Locked(parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
        }

        /// Counts a pass.
        func isReached() -> Bool {
            rest.withLock { rest in
                rest -= 1
                return rest == 0
            }
        }
    }
#endif
