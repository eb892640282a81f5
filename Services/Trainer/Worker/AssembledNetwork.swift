import Foundation
import Model
import Torch

/// A network that is put together of weights as they are, or that has no tensors at all: a training of no epochs.
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
        Failure(.corrupt, "A network that is only put together has no checkpoints.")
    }
}
