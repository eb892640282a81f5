import CTorch
import Model

/// Statistics of some samples.
public struct BatchStatistics: Hashable, Sendable {
    /// Sum of the losses.
    public var loss: Double
    /// Number of samples answered correctly.
    public var correct: Double
    /// Number of samples.
    public var samples: Double

    /// Makes statistics.
    public init(loss: Double = 0, correct: Double = 0, samples: Double = 0) {
        self.loss = loss
        self.correct = correct
        self.samples = samples
    }

    init(_ progress: gyrus_progress) {
        self.init(
            loss: progress.loss_sum, correct: Double(progress.correct), samples: Double(progress.samples))
    }

    /// The statistics of samples whose loss is not finite.
    static func diverged(_ samples: Int) -> BatchStatistics { BatchStatistics(loss: .nan, samples: Double(samples)) }
}

// A training step split into parts, for workers that do parts of it. Gradients and weights are flat vectors of all
// trained weights, in the order of the network's tensors.
extension TrainingSession {
    /// Number of trained weights.
    public var parameterCount: Int { Int(gyrus_trainer_parameter_count(handle)) }

    /// The trained weights.
    public var parameters: [Float] {
        get {
            [Float](unsafeUninitializedCapacity: parameterCount) { buffer, count in
                if let start = buffer.baseAddress { gyrus_trainer_read(handle, start) }
                count = parameterCount
            }
        }
        set {
            precondition(newValue.count == parameterCount, "The number of weights of the network differs.")
            gyrus_trainer_write(handle, newValue)
        }
    }

    /// Positions of the samples of the current mini-batch in the order of its epoch.
    public var batchRange: Range<Int> { epochProgress.batchRange }

    /// The mean gradient over some samples of the current mini-batch, without a step; zeros if there are no samples.
    ///
    /// If the loss is not finite, neither is the loss in the statistics, so that all workers learn of it together.
    public func gradient(over share: Range<Int>) throws -> (values: [Float], statistics: BatchStatistics) {
        var values = [Float](repeating: 0, count: parameterCount)
        guard !share.isEmpty else { return (values, BatchStatistics()) }
        var progress = gyrus_progress()
        let isFinite = try compute { samples, order, error in
            gyrus_trainer_gradient(
                handle, samples, order, Int64(share.lowerBound), Int64(share.count), &values, &progress, &error)
        }
        return (values, isFinite ? BatchStatistics(progress) : .diverged(share.count))
    }

    /// Makes one step of the optimizers with the mean gradient over some samples of the current mini-batch; no step if
    /// there are no samples.
    ///
    /// If the loss is not finite there is no step, and the loss in the statistics is not finite either.
    public func step(over share: Range<Int>) throws -> BatchStatistics {
        guard !share.isEmpty else { return BatchStatistics() }
        var progress = gyrus_progress()
        let isFinite = try compute { samples, order, error in
            gyrus_trainer_train(
                handle, samples, order?.advanced(by: share.lowerBound), Int64(share.count), 1, 0, 1, &progress, &error)
        }
        return isFinite ? BatchStatistics(progress) : .diverged(share.count)
    }

    /// Runs a computation on samples in the order of the current epoch.
    /// - Returns: Whether the loss is finite.
    @discardableResult
    func compute(
        _ body: (
            UnsafePointer<gyrus_samples>, UnsafePointer<Int32>?, inout UnsafeMutablePointer<CChar>?
        ) -> gyrus_status
    ) throws -> Bool {
        let order = epochProgress.epochOrder()
        var error: UnsafeMutablePointer<CChar>?
        ComputeThreads.prepare()
        let status = try ComputeThreads.paced {
            try samples.withCSamples(for: network.inputs) { samples in
                order.withUnsafeBufferPointer { body(samples, $0.baseAddress, &error) }
            }
        }
        if status == GYRUS_DIVERGED {
            _ = takeMessage(error)
            return false
        }
        guard status == GYRUS_OK else { throw Self.failure(status, error) }
        return true
    }

    /// Makes one step of the optimizers with a gradient.
    public func step(with gradient: [Float]) throws {
        precondition(gradient.count == parameterCount, "The number of weights of the network differs.")
        var error: UnsafeMutablePointer<CChar>?
        guard gyrus_trainer_apply(handle, gradient, &error) else { throw Self.failure(GYRUS_FAILED, error) }
    }

    /// Throws a `Failure` with code `diverged` if the loss of the current mini-batch is not finite.
    public func checkFinite(_ statistics: BatchStatistics) throws {
        guard statistics.loss.isFinite else {
            throw Failure(
                .diverged,
                "The training diverged: the loss was no longer finite in batch \(finishedBatches + 1) of epoch "
                    + "\(finishedEpochs + 1); a smaller learning rate may help.")
        }
    }

    /// An epoch that several workers have completed.
    public func epoch(number: Int, _ statistics: BatchStatistics) -> Epoch {
        let seen = max(1, statistics.samples)
        return Epoch(number: number, loss: statistics.loss / seen, accuracy: statistics.correct / seen)
    }

    /// Ends the current mini-batch.
    /// - Parameter statistics: The statistics of all its samples.
    /// - Returns: the epoch, if that ended it.
    /// - Throws: `Failure` with code `diverged` if the loss is not finite.
    public func endBatch(_ statistics: BatchStatistics) throws -> Epoch? {
        try checkFinite(statistics)
        return epochProgress.advance(
            by: 1,
            gyrus_progress(
                loss_sum: statistics.loss, correct: Int64(statistics.correct), samples: Int64(statistics.samples)))
    }
}
