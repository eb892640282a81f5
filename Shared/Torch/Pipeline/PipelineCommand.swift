import Model

/// A command from the worker of rank 0 to all workers of a pipeline. It goes from stage to stage.
enum PipelineCommand: Equatable {
    /// Trains on a given number of mini-batches, all in the current epoch.
    case train(batches: Int)
    /// Scores the network on the validation samples.
    case evaluate
    /// Sends all tensors to the worker of rank 0.
    case gather
    /// Ends the loop of the workers; no command follows.
    case end

    /// Tag of commands and their answers.
    static let tag = 0
    private static let numbers = 3

    /// Waits for a command and passes it on.
    /// - Parameter step: Number of mini-batches that are done.
    /// - Throws: `Failure` if the worker of rank 0 has done a different number of them.
    static func next(over group: WorkerGroup, step: Int) throws -> PipelineCommand {
        let count = numbers * MemoryLayout<Int64>.stride
        let frame = try group.receive(bytes: count, from: group.rank - 1, tag: tag).finish()
        try pass(frame, on: group)
        let (kind, batches, place) = (frame.numbers[0], Int(frame.numbers[1]), Int(frame.numbers[2]))
        guard place == step else {
            throw Failure(
                .unavailable,
                "The workers found different checkpoints, after \(place) and after \(step) mini-batches; the training "
                    + "is retried.")
        }
        switch kind {
        case 0: return .train(batches: batches)
        case 1: return .evaluate
        case 2: return .gather
        default: return .end
        }
    }

    /// Passes the command to the workers after this one.
    func announce(over group: WorkerGroup, step: Int) throws {
        let (kind, batches) =
            switch self {
            case .train(let batches): (0, batches)
            case .evaluate: (1, 0)
            case .gather: (2, 0)
            case .end: (3, 0)
            }
        try Self.pass(Frame([kind, batches, step].map { Int64($0) }), on: group)
    }

    private static func pass(_ frame: Frame, on group: WorkerGroup) throws {
        if group.rank + 1 < group.size { try group.send(frame, to: group.rank + 1, tag: tag).finish() }
    }
}
