import Datasets
import Foundation
import Model
import Networks
import Torch
import TrainerClient

extension TrainingTask {
    /// The training that the task asks for.
    /// - Parameter weights: Files to start from; fresh weights where there are none.
    func training(
        of network: NetworkDescription, on samples: PreparedSamples, weights: [(file: URL, prefix: String)]
    ) throws -> any ResumableTraining {
        let plan = try TrainingPlan(self)
        let training = try samples.source(.training)
        guard !learning.isUsual else {
            let session = try TrainingSession(
                network, plan: plan, samples: training.chosen(self.samples ?? 0, seed: seed), weights: weights)
            try session.augment(options.augmentation, flips: options.flips, on: kinds)
            return session
        }
        guard case .dataset = samples, weights.isEmpty else {
            throw Failure(
                .invalidArgument,
                "Only a network with fresh weights can learn from fewer labels, and only from samples as they are.")
        }
        return try LearningTraining(
            network, plan: plan, learning: learning, samples: training, count: self.samples ?? 0, kinds: kinds)
    }

    /// This worker's part of a training by a pipeline.
    /// - Parameter validation: What the network is scored on.
    func pipeline(
        _ distribution: Distribution, of network: NetworkDescription, on samples: PreparedSamples,
        validation: SampleSource, weights: [(file: URL, prefix: String)], over group: WorkerGroup
    ) throws -> PipelineTraining {
        guard learning.isUsual else {
            throw Failure(
                .invalidArgument, "Only a network that learns from all labels can be trained by several workers.")
        }
        guard options.augmentation == .none else {
            throw Failure(
                .invalidArgument,
                "A pipeline cannot change samples at random; take distribution: data-parallel, or leave augmentation out."
            )
        }
        return try PipelineTraining(
            network, plan: try TrainingPlan(self), microBatches: distribution.microBatches,
            samples: try samples.source(.training).chosen(self.samples ?? 0, seed: seed), validation: validation,
            weights: weights, over: group)
    }
}
