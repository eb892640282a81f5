import CTorch
import Model

/// One stage's part in one mini-batch.
struct PipelineStep {
    /// Number of computations ahead of the current one whose frames may already arrive: the next forward and backward.
    private static let lookahead = 2

    private let stage: PipelineStage
    private let group: WorkerGroup
    private let order: [Int32]
    private let batch: Range<Int>
    private let microBatches: [Range<Int>]
    private var incoming: [PipelineSchedule.Action: Transfer] = [:]
    private var outgoing: [Transfer] = []

    init(_ stage: PipelineStage, over group: WorkerGroup, order: [Int32], batch: Range<Int>, microBatches count: Int) {
        self.stage = stage
        self.group = group
        self.order = order
        self.batch = batch
        let parts = max(1, min(count, batch.count))
        microBatches = (0..<parts).map {
            batch.lowerBound + batch.count * $0 / parts..<batch.lowerBound + batch.count * ($0 + 1) / parts
        }
    }

    /// Accumulates the gradients of all micro-batches, without a step.
    /// - Returns: the statistics of the samples.
    mutating func run() throws -> gyrus_progress {
        let actions = PipelineSchedule(stage: group.rank, stages: group.size, microBatches: microBatches.count).actions
        var progress = gyrus_progress()
        for (place, action) in actions.enumerated() {
            for next in actions[place...].prefix(1 + Self.lookahead) { try expect(next) }
            let received = try incoming.removeValue(forKey: action)?.finish()
            switch action {
            case .forward(let number):
                let sent = try stage.forward(
                    number, microBatches[number], in: order, batch: batch.count, received: received)
                if let sent { outgoing.append(try group.send(sent, to: group.rank + 1, tag: action.tag)) }
            case .backward(let number):
                let passed = try stage.backward(
                    number, samples: microBatches[number].count, gradient: received, &progress)
                if let passed { outgoing.append(try group.send(passed, to: group.rank - 1, tag: action.tag)) }
            }
        }
        for transfer in outgoing { try transfer.finish() }
        return progress
    }

    /// Starts receiving what a computation needs, if it comes from another worker.
    private mutating func expect(_ action: PipelineSchedule.Action) throws {
        guard incoming[action] == nil else { return }
        let (isGradient, number) =
            switch action {
            case .forward(let number): (false, number)
            case .backward(let number): (true, number)
            }
        let other = isGradient ? group.rank + 1 : group.rank - 1
        guard (0..<group.size).contains(other) else { return }
        let frame = stage.frame(isSent: isGradient, samples: microBatches[number].count)
        incoming[action] = try group.receive(frame, from: other, tag: action.tag)
    }
}

extension PipelineSchedule.Action {
    /// Tag of the frame that the computation needs from another worker, and of the frame that it sends.
    fileprivate var tag: Int {
        switch self {
        case .forward(let number): 2 * number + 1
        case .backward(let number): 2 * number + 2
        }
    }
}
