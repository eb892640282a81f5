/// What one stage of a pipeline does in a mini-batch, in order: one forward, one backward (PipeDream-Flush; Narayanan
/// et al. 2021).
///
/// A stage first computes forward until micro-batches fill the stages after it, then alternates backward and forward,
/// then computes backward until none is left. So it never holds the activations of more micro-batches than there are
/// stages from it to the end, however many a mini-batch has.
public struct PipelineSchedule: Hashable, Sendable {
    /// One computation.
    public enum Action: Hashable, Sendable {
        /// The stage's layers over a micro-batch.
        case forward(Int)
        /// The gradients of a micro-batch.
        case backward(Int)
    }

    /// The computations, in order.
    public let actions: [Action]

    /// Plans a mini-batch.
    public init(stage: Int, stages: Int, microBatches: Int) {
        precondition((0..<stages).contains(stage) && microBatches > 0, "There is no such stage.")
        let ahead = min(stages - 1 - stage, microBatches)
        let start = (0..<ahead).map(Action.forward)
        let steady = (ahead..<microBatches).flatMap { [Action.forward($0), .backward($0 - ahead)] }
        let end = (microBatches - ahead..<microBatches).map(Action.backward)
        actions = start + steady + end
    }

    /// Share of the time that stages of equal speed are idle: (S − 1) / (M + S − 1) for S stages and M micro-batches.
    public static func idleShare(stages: Int, microBatches: Int) -> Double {
        Double(stages - 1) / Double(microBatches + stages - 1)
    }
}
