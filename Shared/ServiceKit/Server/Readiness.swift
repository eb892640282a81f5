import Synchronization

/// Whether a service accepts work, as its health route tells.
///
/// A service is ready from the start unless its setup says otherwise, for instance while it recovers.
public final class Readiness: Sendable {
    private let state = Mutex(true)

    /// Ready.
    public init() {}

    /// Whether the service accepts work.
    public var isReady: Bool { state.withLock { $0 } }

    /// Says whether the service accepts work.
    public func set(_ isReady: Bool) { state.withLock { $0 = isReady } }
}
