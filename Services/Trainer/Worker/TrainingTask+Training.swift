import Datasets
import Foundation
import Model
import Networks
import Torch
import TrainerClient

extension TrainingTask {
    /// The training samples, and the validation samples: the first ones for every task, so that networks are compared
    /// on the same samples, or else the held-out fold.
    func parts(of samples: PreparedSamples) throws -> (training: SampleSource, validation: SampleSource) {
        let training = try samples.source(.training), validation = try samples.source(.validation)
        guard let fold else { return (training, validation.first(validationSamples ?? 0)) }
        return try training.joined(with: validation).parted(by: fold, seed: 0)
    }

    /// The training that the task asks for.
    /// - Parameters:
    ///   - training: The training samples, of which the task's number is used.
    ///   - arePlain: Whether these are samples as prepared, rather than features of them.
    ///   - weights: Files of initial weights; fresh weights if there are none.
    func training(
        of network: NetworkDescription, on training: SampleSource, arePlain: Bool,
        weights: [(file: URL, prefix: String)]
    ) throws -> any ResumableTraining {
        let plan = try TrainingPlan(self)
        guard !learning.isUsual else {
            let session = try TrainingSession(
                network, plan: plan, samples: training.chosen(self.samples ?? 0, seed: seed), weights: weights)
            try session.augment(options.augmentation, flips: options.flips, on: kinds)
            return session
        }
        guard arePlain, weights.isEmpty else {
            throw Failure(
                .invalidArgument,
                "Learning from fewer labels requires fresh weights, and samples rather than features.")
        }
        return try LearningTraining(
            network, plan: plan, learning: learning, samples: training, count: self.samples ?? 0, kinds: kinds)
    }

    /// This worker's part of a pipeline training.
    /// - Parameters:
    ///   - training: The training samples, of which the task's number is used.
    ///   - validation: The validation samples.
    func pipeline(
        _ distribution: Distribution, of network: NetworkDescription, on training: SampleSource,
        validation: SampleSource, weights: [(file: URL, prefix: String)], over group: WorkerGroup
    ) throws -> PipelineTraining {
        guard learning.isUsual else {
            throw Failure(
                .invalidArgument, "Only a network that learns from all labels can be trained by several workers.")
        }
        guard options.augmentation == .none else {
            throw Failure(
                .invalidArgument,
                "A pipeline cannot augment samples; use distribution: data-parallel, or omit augmentation."
            )
        }
        return try PipelineTraining(
            network, plan: try TrainingPlan(self), microBatches: distribution.microBatches,
            samples: training.chosen(self.samples ?? 0, seed: seed), validation: validation,
            weights: weights, over: group)
    }
}
