import CTorch
public import Foundation
import Model
public import Networks

/// Consecutive layers of a network with their optimizers, which one worker of a pipeline computes.
///
/// Not `Sendable`: only one thread may use it at a time.
public final class PipelineStage {
    /// The layers.
    public let layout: NetworkStage
    /// Time spent computing, and resting if this process is slowed down.
    public private(set) var busy = Duration.zero

    private let network: ScriptedNetwork
    private let trainer: OpaquePointer
    private let handle: OpaquePointer
    private let samples: SampleSource

    /// Makes the layers with fresh weights, or with those of files.
    /// - Parameters:
    ///   - plan: How the network is trained.
    ///   - steps: Total number of mini-batches.
    ///   - weights: Files that have all weights of these layers; fresh weights if empty.
    public init(
        _ layout: NetworkStage, plan: TrainingPlan, steps: Int, samples: SampleSource,
        weights: [(file: URL, prefix: String)] = []
    ) throws {
        self.layout = layout
        self.samples = try samples.learned(by: plan.loss)
        network = try ScriptedNetwork(layout, seed: plan.seed)
        if weights.isEmpty {
            network.fit(layout.network, to: samples)
        } else {
            try network.loadWeights(from: weights)
        }
        let trainer = try TrainingSession.makeTrainer(network, plan, steps: steps)
        do {
            handle = try Self.make(layout, trainer)
        } catch {
            gyrus_trainer_free(trainer)
            throw error
        }
        self.trainer = trainer
    }

    deinit {
        gyrus_stage_free(handle)
        gyrus_trainer_free(trainer)
    }

    private static func make(_ layout: NetworkStage, _ trainer: OpaquePointer) throws -> OpaquePointer {
        let name = layout.network.layers[layout.layers.lowerBound].name
        let sizes = (layout.received + layout.sent).flatMap { $0.shape.map(Int64.init) }
        var error: UnsafeMutablePointer<CChar>?
        let handle = sizes.withUnsafeBufferPointer { sizes in
            var place = 0
            let shapes = (layout.received + layout.sent).map { value in
                defer { place += value.shape.count }
                return gyrus_value_shape(sizes: sizes.baseAddress.map { $0 + place }, rank: Int64(value.shape.count))
            }
            let count = layout.received.count
            return shapes.withUnsafeBufferPointer { shapes in
                gyrus_stage_create(
                    trainer, name, shapes.baseAddress, Int64(count), shapes.baseAddress.map { $0 + count },
                    Int64(layout.sent.count), layout.isLast, &error)
            }
        }
        guard let handle else { throw TrainingSession.failure(GYRUS_FAILED, error) }
        return handle
    }

    // MARK: - Computing

    /// An empty frame for the values, or their gradients, of a number of samples, to receive or to send.
    func frame(isSent: Bool, samples count: Int) -> Frame {
        Frame(floats: Int(gyrus_stage_frame(handle, isSent, Int64(count))))
    }

    /// Computes a micro-batch forward, and keeps what its gradients need.
    /// - Parameters:
    ///   - range: Positions of its samples in the order.
    ///   - batch: Number of samples in the whole mini-batch.
    ///   - received: What the previous stage sent; nil at the first stage.
    /// - Returns: what the next stage receives; nil at the last stage.
    func forward(
        _ microBatch: Int, _ range: Range<Int>, in order: [Int32], batch: Int, received: Frame?
    ) throws -> Frame? {
        let sent = layout.isLast ? nil : frame(isSent: true, samples: range.count)
        try compute { error in
            try samples.withCSamples(for: network.inputs) { samples in
                gyrus_stage_forward(
                    handle, Int64(microBatch), samples, order, Int64(range.lowerBound), Int64(range.count),
                    Int64(batch), received?.floats, sent?.floats, &error)
            }
        }
        return sent
    }

    /// Accumulates the gradients of a micro-batch with a given number of samples.
    /// - Parameters:
    ///   - gradient: What the next stage sent; nil at the last stage.
    ///   - progress: Accumulates the statistics of the samples.
    /// - Returns: what the previous stage receives; nil at the first stage.
    func backward(
        _ microBatch: Int, samples count: Int, gradient: Frame?, _ progress: inout gyrus_progress
    ) throws -> Frame? {
        let passed = layout.received.isEmpty ? nil : frame(isSent: false, samples: count)
        try compute { error in
            gyrus_stage_backward(
                handle, Int64(microBatch), gradient?.floats, passed?.floats, &progress, &error)
        }
        return passed
    }

    /// Makes one step of the optimizers.
    func step() throws {
        try compute { error in gyrus_stage_step(handle, &error) }
    }

    /// Discards the gradients and everything that was kept.
    func clear() { gyrus_stage_clear(handle) }

    /// Computes samples in evaluation mode; the last stage returns the outputs and adds to the losses.
    func evaluate(
        _ range: Range<Int>, of samples: SampleSource, received: Frame?, outputs: UnsafeMutablePointer<Float>?,
        _ loss: inout Double
    ) throws -> Frame? {
        let sent = layout.isLast ? nil : frame(isSent: true, samples: range.count)
        try compute { error in
            try samples.withCSamples(for: network.inputs) { samples in
                gyrus_stage_evaluate(
                    handle, samples, Int64(range.lowerBound), Int64(range.count), received?.floats, sent?.floats,
                    outputs, &loss, &error)
            }
        }
        return sent
    }

    private func compute(_ body: (inout UnsafeMutablePointer<CChar>?) throws -> Bool) throws {
        ComputeThreads.prepare()
        let start = ContinuousClock.now
        defer { busy += ContinuousClock.now - start }
        var error: UnsafeMutablePointer<CChar>?
        guard try ComputeThreads.paced({ try body(&error) }) else { throw TrainingSession.failure(GYRUS_FAILED, error) }
    }

    // MARK: - State

    /// Weights, running statistics and the optimizers' state.
    var tensors: [TensorView] {
        network.tensors
            + (0..<gyrus_trainer_tensor_count(trainer)).map { TensorView(gyrus_trainer_tensor(trainer, $0)) }
    }

    /// Sets how many mini-batches are done.
    func setStep(_ step: Int) { gyrus_trainer_set_step(trainer, Int64(step)) }

    /// Bytes of weights, running statistics and the optimizers' state.
    public var stateBytes: Int { tensors.reduce(0) { $0 + $1.byteCount } }

    /// Bytes of the gradients of all weights.
    var gradientBytes: Int { Int(gyrus_trainer_parameter_count(trainer)) * MemoryLayout<Float>.stride }

    /// Bytes of everything else that is currently kept: activations and gradients.
    var heldBytes: Int { Int(gyrus_stage_bytes(handle)) }

    /// Peak bytes of tensors, not counting weights and the optimizers' state, since the last call.
    func takePeakBytes() -> Int { Int(gyrus_stage_take_peak_bytes(handle)) }
}
