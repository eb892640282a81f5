public import Logging
import Model
public import ServiceLifecycle

/// Removes expired blobs as long as the registry runs.
public struct BlobSweeper: Service {
    private static let interval = Duration.seconds(600)

    private let blobs: BlobStore
    private let logger: Logger
    private let isHeld: @Sendable () async -> Bool

    /// Makes a sweeper for a store.
    /// - Parameter isHeld: Whether removal is suspended because a backup is running.
    public init(
        _ blobs: BlobStore, logger: Logger, isHeld: @escaping @Sendable () async -> Bool = { false }
    ) {
        self.blobs = blobs
        self.logger = logger
        self.isHeld = isHeld
    }

    /// Sweeps at once and every ten minutes, until graceful shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if await !isHeld() { await sweep() }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    private func sweep() async {
        do {
            let count = try await blobs.removeExpired()
            if count > 0 { logger.info("removed expired blobs", metadata: ["count": "\(count)"]) }
        } catch {
            logger.error("cannot remove expired blobs", metadata: ["reason": "\(Failure(error).message)"])
        }
    }
}
