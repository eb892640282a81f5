import Foundation
import Synchronization
import WorkQueueServer

/// Time that passes only when a test advances it, so that no lease expires because the machine is slow.
final class HandClock: Sendable {
    private let time = Mutex(Duration.zero)

    /// Lets time pass.
    func advance(by duration: Duration) { time.withLock { $0 += duration } }

    /// The clocks of a queue.
    var clock: QueueClock {
        QueueClock(
            monotonic: { self.time.withLock { $0 } },
            date: { Date(timeIntervalSince1970: 1_000_000 + self.time.withLock { $0 } / .seconds(1)) },
            random: { 0.5 })
    }
}
