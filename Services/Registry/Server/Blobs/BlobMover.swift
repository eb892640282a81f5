public import Logging
import Model
public import ObjectStore
public import ServiceLifecycle

/// Moves blobs from disk to a bucket, and removes unneeded objects from the bucket, as long as the registry runs.
public struct BlobMover: Service {
    /// Interval between checks for work.
    private static let interval = Duration.seconds(2)
    /// Maximum delay after a failure.
    private static let longestDelay = Duration.seconds(60)

    private let blobs: BlobStore
    private let bucket: Bucket
    private let logger: Logger

    /// Makes a mover for a store.
    public init(_ blobs: BlobStore, to bucket: Bucket, logger: Logger) {
        self.blobs = blobs
        self.bucket = bucket
        self.logger = logger
    }

    /// Moves until graceful shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var (delay, isReady) = (Self.interval, false)
            while !Task.isCancelled {
                do {
                    if !isReady {
                        try await blobs.claimBucket()
                        await removeUnfinished()
                        isReady = true
                    }
                    try await pass()
                    if delay > Self.interval {
                        logger.info("the bucket works again", metadata: ["bucket": "\(bucket.address)"])
                    }
                    delay = Self.interval
                } catch {
                    if Task.isCancelled { return }
                    delay = min(delay * 2, Self.longestDelay)
                    logger.error(
                        "files stay on disk: \(Failure(error).message)",
                        metadata: ["retry-after": "\(delay)", "code": "\(Failure(error).code.rawValue)"])
                }
                try? await Task.sleep(for: delay)
            }
        }
    }

    /// Removes what earlier uploads left behind. This only saves space, so files still move to the bucket if the key or the
    /// store does not allow listing uploads.
    private func removeUnfinished() async {
        do {
            try await bucket.removeUnfinished()
        } catch {
            logger.warning(
                "cannot remove unfinished uploads: \(Failure(error).message)",
                metadata: ["bucket": "\(bucket.address)"])
        }
    }

    /// Does all pending moves and removals.
    func pass() async throws {
        for digest in try await blobs.removals() {
            try await bucket.remove(digest.hexadecimal)
            try await blobs.noteRemoval(of: digest)
        }
        while !Task.isCancelled, let (digest, record) = try await blobs.nextToMove() {
            do {
                try await blobs.move(digest, record, to: bucket)
            } catch let failure as Failure where failure.code == .notFound {
                // The file is gone, and so is the blob: asking for its state makes the store notice.
                guard try await !blobs.state(of: digest).isComplete else { throw failure }
            }
        }
    }
}
