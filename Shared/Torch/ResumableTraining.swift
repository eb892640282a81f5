public import Foundation

/// A training in steps that can be interrupted, stored and continued on another machine, with bit-identical results.
public protocol ResumableTraining: AnyObject {
    /// The network being trained.
    var network: ScriptedNetwork { get throws }
    /// Total number of epochs.
    var epochs: Int { get }
    /// Number of initial epochs without labels.
    var pretrainingEpochs: Int { get }
    /// Number of complete epochs.
    var finishedEpochs: Int { get }

    /// Number of parts in which a mini-batch goes through the network, because memory cannot hold it at once.
    var batchParts: Int { get }

    /// Trains on at most a given number of mini-batches of the current epoch.
    /// - Returns: the epoch, if that ended it.
    /// - Throws: `Failure` with code `diverged` if the loss is not finite.
    func train(batches: Int) throws -> TrainingSession.Epoch?
    /// Writes everything that is needed to continue from here.
    /// - Parameter notes: Data that the caller wants back.
    func writeCheckpoint(to file: URL, notes: [String: String]) throws
    /// Continues from a checkpoint.
    /// - Returns: the notes that came with it.
    /// - Throws: `Failure` with code `corrupt` if the file is not a checkpoint of this training.
    func restoreCheckpoint(from file: URL) throws -> [String: String]
    /// Scores the network as it is now.
    func evaluate(on samples: SampleSource) throws -> Evaluation
}

extension ResumableTraining {
    /// One part, unless a training overrides it.
    public var batchParts: Int { 1 }

    /// Whether all epochs are done.
    public var isFinished: Bool { finishedEpochs >= epochs }

    /// Scores the network as it is now.
    public func evaluate(on samples: SampleSource) throws -> Evaluation { try network.evaluate(on: samples) }

    /// Trains to the end.
    /// - Throws: `CancellationError` between mini-batches if the task is canceled.
    public func finish() throws {
        while !isFinished {
            try Task.checkCancellation()
            _ = try train(batches: 8)
        }
    }
}

extension TrainingSession: ResumableTraining {
    /// Total number of epochs.
    public var epochs: Int { plan.epochs }
    /// Zero: it learns only from labels.
    public var pretrainingEpochs: Int { 0 }
}
