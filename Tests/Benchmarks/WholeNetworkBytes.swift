import Foundation
import Model
import Networks
import Torch

/// Bytes that one worker with the whole network needs, counted like those of a pipeline's stages.
struct WholeNetworkBytes {
    /// Weights and the optimizers' state.
    let state: Double
    /// The maximum while a mini-batch is computed: activations and gradients.
    let held: Double

    /// Measures a mini-batch of gray images.
    init(of network: NetworkDescription, batch: Int) throws {
        let image = [UInt8](repeating: 128, count: 28 * 28)
        let statistics = try image.withUnsafeBytes { row in
            let samples = try SampleSource(
                classes: 10,
                modalities: [
                    .init(
                        name: "image", shape: [1, 28, 28], elementType: .uint8, rows: row,
                        indices: Array(repeating: 0, count: batch))
                ], labels: Array(repeating: 0, count: batch))
            let plan = try TrainingPlan(
                optimizers: [.init(rule: .sgd, learningRate: 0.05, momentum: 0.9)], epochs: 1, batch: batch, seed: 1)
            let group = try WorkerGroup(
                at: Rendezvous(on: "127.0.0.1"), name: "whole", host: "127.0.0.1", rank: 0, size: 1)
            let training = try PipelineTraining(
                network, plan: plan, microBatches: 1, samples: samples, validation: samples, over: group)
            _ = try training.train(batches: 1)
            return training.takeStatistics()
        }
        state = statistics["state-bytes"] ?? 0
        held = statistics["held-bytes"] ?? 0
    }
}
