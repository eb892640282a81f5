public import Foundation

/// A training in steps that can be interrupted, stored and continued on another machine, with the same bits in the end.
public protocol ResumableTraining: AnyObject {
    /// The network being trained.
    var network: ScriptedNetwork { get throws }
    /// Epochs in all.
    var epochs: Int { get }
    /// How many of them come first and learn without labels.
    var pretrainingEpochs: Int { get }
    /// Epochs that are complete.
    var finishedEpochs: Int { get }

    /// In how many parts a mini-batch goes through the network, because memory does not hold it at once.
    var batchParts: Int { get }

    /// Trains on at most so many mini-batches of the epoch under way.
    /// - Returns: the epoch, if that ended it.
    /// - Throws: `Failure` with code `diverged` where the loss is no finite number.
    func train(batches: Int) throws -> TrainingSession.Epoch?
    /// Writes everything that is needed to go on from here.
    /// - Parameter notes: What the caller wants to know again.
    func writeCheckpoint(to file: URL, notes: [String: String]) throws
    /// Goes on from a checkpoint.
    /// - Returns: the notes that came with it.
    /// - Throws: `Failure` with code `corrupt` where the file is no checkpoint of this training.
    func restoreCheckpoint(from file: URL) throws -> [String: String]
    /// Scores the network as it is now.
    func evaluate(on samples: SampleSource) throws -> Evaluation
}

extension ResumableTraining {
    /// All at once, unless a training says otherwise.
    public var batchParts: Int { 1 }

    /// Whether all epochs are done.
    public var isFinished: Bool { finishedEpochs >= epochs }

    /// Scores the network as it is now.
    public func evaluate(on samples: SampleSource) throws -> Evaluation { try network.evaluate(on: samples) }

    /// Trains to the end.
    /// - Throws: `CancellationError` between mini-batches when the task is cancelled.
    public func finish() throws {
        while !isFinished {
            try Task.checkCancellation()
            _ = try train(batches: 8)
        }
    }
}

extension TrainingSession: ResumableTraining {
    /// Epochs in all.
    public var epochs: Int { plan.epochs }
    /// Labels are all that it learns.
    public var pretrainingEpochs: Int { 0 }
}
