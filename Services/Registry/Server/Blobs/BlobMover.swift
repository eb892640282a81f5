public import Logging
import Model
public import ObjectStore
public import ServiceLifecycle

/// Takes blobs from the disk to a bucket, and removes from the bucket what nothing needs, as long as the registry runs.
public struct BlobMover: Service {
    /// How often it looks for work.
    private static let interval = Duration.seconds(2)
    /// How long it waits at most after a failure.
    private static let longestDelay = Duration.seconds(60)

    private let blobs: BlobStore
    private let bucket: Bucket
    private let logger: Logger

    /// Makes a mover of a store.
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
                        try await bucket.removeUnfinished()
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
                        "files stay on the disk: \(Failure(error).message)",
                        metadata: ["retry-after": "\(delay)", "code": "\(Failure(error).code.rawValue)"])
                }
                try? await Task.sleep(for: delay)
            }
        }
    }

    /// Moves and removes what there is.
    func pass() async throws {
        for digest in try await blobs.removals() {
            try await bucket.remove(digest.hexadecimal)
            try await blobs.noteRemoval(of: digest)
        }
        while !Task.isCancelled, let (digest, record) = try await blobs.nextToMove() {
            do {
                try await blobs.move(digest, record, to: bucket)
            } catch let failure as Failure where failure.code == .notFound {
                // The file is gone, and the blob with it: asking for its state says so.
                guard try await !blobs.state(of: digest).isComplete else { throw failure }
            }
        }
    }
}
