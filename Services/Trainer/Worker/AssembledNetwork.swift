import Foundation
import Model
import Torch

/// A network assembled from existing weights, or one without tensors: a training of zero epochs.
final class AssembledNetwork: ResumableTraining {
    let network: ScriptedNetwork
    let epochs = 0
    let pretrainingEpochs = 0
    let finishedEpochs = 0

    init(_ network: ScriptedNetwork) { self.network = network }

    func train(batches: Int) -> TrainingSession.Epoch? { nil }
    func writeCheckpoint(to file: URL, notes: [String: String]) throws { throw Self.noTraining }
    func restoreCheckpoint(from file: URL) throws -> [String: String] { throw Self.noTraining }

    private static var noTraining: Failure {
        Failure(.corrupt, "A network that is only assembled has no checkpoints.")
    }
}
