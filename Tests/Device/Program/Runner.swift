import Foundation
import Model
import Networks
import Torch

/// One network on one device, ready to be timed.
final class Runner {
    private let session: TrainingSession
    private let samples: SampleSource
    private let batch: Int
    private let isOnProcessor: Bool
    /// Number of weights of the network.
    let parameters: Int

    init(_ network: CheckedNetwork, on place: ComputePlace, batch: Int) throws {
        let description = try network.network()
        let count = min(8 * batch, max(2 * batch, 16_384))
        samples = try network.samples(count, seed: 1)
        let plan = try TrainingPlan(
            optimizers: [.init(rule: .adamw, learningRate: 0.001, weightDecay: 0.01)], epochs: 100_000, batch: batch,
            seed: 1)
        session = try TrainingSession(description, plan: plan, samples: samples, on: place)
        parameters = try description.parameterCount
        self.batch = batch
        isOnProcessor = place.device == .cpu
    }

    /// Training speed in samples per second.
    func training(steps: Int) throws -> Double {
        try rate(steps * batch) {
            var left = steps
            while left > 0 {
                let size = min(left, session.batchesPerEpoch - session.finishedBatches)
                _ = try session.train(batches: size)
                left -= size
            }
        }
    }

    /// Inference speed in samples per second.
    func answering(rounds: Int) throws -> Double {
        try rate(rounds * samples.count) {
            for _ in 0..<rounds { _ = try session.network.outputs(for: samples, width: CheckedNetwork.classes) }
        }
    }

    /// Rates refer to processor time on a CPU, which other programs disturb least, and to wall-clock time on a GPU.
    private func rate(_ count: Int, _ body: () throws -> Void) rethrows -> Double {
        let (start, ticks) = (ContinuousClock.now, clock())
        try body()
        let seconds =
            isOnProcessor
            ? Double(clock() - ticks) / Double(CLOCKS_PER_SEC) : (ContinuousClock.now - start) / .seconds(1)
        return Double(count) / max(seconds, 1e-9)
    }
}
