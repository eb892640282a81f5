import CTorch
import Model

/// The mean gradient of a mini-batch whose samples several workers share: g = Σᵢ nᵢ gᵢ / Σᵢ nᵢ, where worker i has nᵢ
/// of them.
///
/// Gradients are summed in buckets of neighboring weights, each as soon as the backward pass has passed them, so that
/// most buckets are sent while the rest is computed (Li et al., 2020). All workers make the same calls in the same
/// order.
///
/// Not `Sendable`: only one thread may use it at a time.
public final class GradientSum {
    private let session: TrainingSession
    private let group: WorkerGroup
    private let handle: OpaquePointer

    /// Prepares the sums of a session's gradients.
    public init(of session: TrainingSession, over group: WorkerGroup) throws {
        var error: UnsafeMutablePointer<CChar>?
        guard let handle = gyrus_gradient_sum_create(session.handle, group.handle, &error) else {
            throw TrainingSession.failure(GYRUS_FAILED, error)
        }
        self.handle = handle
        self.session = session
        self.group = group
    }

    deinit { gyrus_gradient_sum_free(handle) }

    /// Computes this worker's gradient, and starts the sum.
    /// - Parameter share: Samples of the current mini-batch; a worker without samples still takes part.
    public func begin(over share: Range<Int>) throws {
        let weight = Float(share.count) / Float(session.batchRange.count)
        var progress = gyrus_progress()
        try session.compute { samples, order, error in
            gyrus_gradient_sum_begin(
                handle, samples, order, Int64(share.lowerBound), Int64(share.count), weight, &progress, &error)
        }
        group.bytes += Int(gyrus_gradient_sum_bytes(handle))
    }

    /// Waits for the sum, and makes a step of the optimizers with it.
    /// - Returns: The statistics of all samples of the mini-batch; if the loss is not finite there is no step.
    /// - Throws: `Failure` with code `unavailable` if another worker is gone.
    public func step() throws -> BatchStatistics {
        let start = ContinuousClock.now
        var progress = gyrus_progress()
        var error: UnsafeMutablePointer<CChar>?
        let isDone = gyrus_gradient_sum_finish(handle, &progress, &error)
        group.waited += ContinuousClock.now - start
        guard isDone else { throw Failure.lostWorker(error) }
        let statistics = BatchStatistics(progress)
        guard statistics.loss.isFinite else { return statistics }
        guard gyrus_gradient_sum_step(handle, &error) else { throw TrainingSession.failure(GYRUS_FAILED, error) }
        return statistics
    }
}
