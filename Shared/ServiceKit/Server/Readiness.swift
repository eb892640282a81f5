import Synchronization

/// Whether a service accepts work, as reported by its health route.
///
/// A service is ready from the start unless its setup says otherwise, for example while it recovers.
public final class Readiness: Sendable {
    private let state = Mutex(true)

    /// Starts as ready.
    public init() {}

    /// Whether the service accepts work.
    public var isReady: Bool { state.withLock { $0 } }

    /// Sets whether the service accepts work.
    public func set(_ isReady: Bool) { state.withLock { $0 = isReady } }
}
