import Foundation

/// Threads outside the cooperative pool, for work that waits for a disk or computes for long.
public enum BlockingWork {
    private static let queue = {
        let queue = OperationQueue()
        queue.name = "blocking work"
        queue.maxConcurrentOperationCount = max(4, ProcessInfo.processInfo.activeProcessorCount)
        return queue
    }()

    /// Does the work on one of the threads; if all are busy, it waits for its turn without occupying a thread.
    public static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result(catching: work)) }
        }
    }
}
