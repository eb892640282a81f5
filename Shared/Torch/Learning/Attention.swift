import CTorch
import Foundation
import Model

/// Multi-head attention of a scenario over models: an ensemble whose members were trained on different mixtures of the
/// same outcomes, so that they disagree where little is known.
///
/// A head's weights over the models are the softmax of `query · key / √width + evidence`; a member's answer is the mean
/// of its heads. Members learn with a listwise ranking loss.
///
/// Not `Sendable`: only one thread may use it at a time.
public final class Attention {
    /// Sizes and initial values.
    public struct Plan: Hashable, Sendable {
        /// Number of features of a scenario.
        public var scenarioWidth: Int
        /// Number of features of a model.
        public var modelWidth: Int
        /// Initial weight of each piece of evidence of a model for a scenario.
        public var prior: [Float]
        /// Number of heads per member.
        public var heads: Int
        /// Width of a head.
        public var headWidth: Int
        /// Number of members.
        public var members: Int
        /// Seed of the initial weights.
        public var seed: UInt64

        /// Makes a plan.
        public init(
            scenarioWidth: Int, modelWidth: Int, prior: [Float], heads: Int = 4, headWidth: Int = 8, members: Int = 5,
            seed: UInt64 = 1
        ) {
            self.scenarioWidth = scenarioWidth
            self.modelWidth = modelWidth
            self.prior = prior
            self.heads = heads
            self.headWidth = headWidth
            self.members = members
            self.seed = seed
        }
    }

    /// The models of one scenario.
    public struct List: Sendable {
        /// The features of the scenario.
        public var scenario: [Float]
        /// The features of the models, one after another.
        public var models: [Float]
        /// The evidence for each model, one after another.
        public var evidence: [Float]
        /// The attention that each model deserves, which sums to 1; empty if unknown.
        public var targets: [Float]
        /// Seed that determines how much each member weights the list.
        public var key: UInt64

        /// Makes a list.
        public init(scenario: [Float], models: [Float], evidence: [Float], targets: [Float] = [], key: UInt64 = 0) {
            self.scenario = scenario
            self.models = models
            self.evidence = evidence
            self.targets = targets
            self.key = key
        }
    }

    /// Training settings.
    public struct LearningRun: Hashable, Sendable {
        /// Number of steps.
        public var steps: Int
        /// Number of lists per step.
        public var batch: Int
        /// Number of new lists, which come first and are in every step while they fit into half of it.
        public var fresh: Int
        /// Initial learning rate; it follows a cosine to zero.
        public var learningRate: Double
        /// Share, times the learning rate, by which each step returns to the initial weights, so that the result
        /// depends on what was learned, not on how often.
        public var pull: Double
        /// Seed that determines which lists a step draws.
        public var seed: UInt64

        /// Makes the settings of a learning run.
        public init(
            steps: Int, batch: Int = 16, fresh: Int, learningRate: Double = 0.01, pull: Double = 0.3, seed: UInt64
        ) {
            self.steps = steps
            self.batch = batch
            self.fresh = fresh
            self.learningRate = learningRate
            self.pull = pull
            self.seed = seed
        }
    }

    /// Its sizes.
    public let plan: Plan
    private let handle: OpaquePointer

    /// Makes an untrained ensemble.
    public init(_ plan: Plan) throws {
        ComputeThreads.prepare()
        var error: UnsafeMutablePointer<CChar>?
        let handle = plan.prior.withUnsafeBufferPointer { prior in
            var wanted = gyrus_attention_plan(
                scenario_width: Int64(plan.scenarioWidth), model_width: Int64(plan.modelWidth),
                evidence_width: Int64(prior.count), heads: Int64(plan.heads), head_width: Int64(plan.headWidth),
                members: Int64(plan.members), seed: plan.seed, prior: prior.baseAddress)
            return gyrus_attention_create(&wanted, &error)
        }
        guard let handle else { throw Failure(.internal, "Cannot create the attention: \(takeMessage(error)).") }
        self.handle = handle
        self.plan = plan
    }

    deinit { gyrus_attention_free(handle) }

    /// All weights, one tensor after another.
    public var weights: [Float] {
        get { tensors.flatMap(\.values) }
        set {
            precondition(newValue.count == weightCount, "the number of weights differs")
            var start = 0
            for tensor in tensors {
                newValue[start..<start + tensor.count].withUnsafeBytes(tensor.write)
                start += tensor.count
            }
        }
    }

    /// Number of weights.
    public var weightCount: Int { tensors.reduce(0) { $0 + $1.count } }

    private var tensors: [TensorView] {
        (0..<gyrus_attention_tensor_count(handle)).map { TensorView(gyrus_attention_tensor(handle, $0)) }
    }

    /// Learns from lists with known targets.
    /// - Returns: the mean ranking loss toward the end.
    @discardableResult
    public func learn(from lists: [List], _ run: LearningRun) throws -> Double {
        guard !lists.isEmpty else { return 0 }
        ComputeThreads.prepare()
        for list in lists { check(list, isTaught: true) }
        var wanted = gyrus_attention_training(
            steps: Int64(run.steps), batch: Int64(run.batch), fresh: Int64(min(run.fresh, lists.count)),
            learning_rate: run.learningRate, pull: run.pull, seed: run.seed)
        var loss = 0.0
        var error: UnsafeMutablePointer<CChar>?
        let status = lend(lists[...], []) {
            gyrus_attention_learn(handle, $0.baseAddress, Int64($0.count), &wanted, &loss, &error)
        }
        guard status == GYRUS_OK else {
            throw Failure(status == GYRUS_DIVERGED ? .diverged : .internal, "Learning failed: \(takeMessage(error)).")
        }
        return loss
    }

    /// The weights of a list's models by member and head: `weights[member][head][model]`.
    public func attend(to list: List) throws -> [[[Float]]] {
        let count = list.evidence.count / max(1, plan.prior.count)
        guard count > 0 else { return [] }
        ComputeThreads.prepare()
        check(list, isTaught: false)
        var weights = [Float](repeating: 0, count: plan.members * plan.heads * count)
        var error: UnsafeMutablePointer<CChar>?
        let isDone = lend([list][...], []) { gyrus_attention_attend(handle, $0.baseAddress, &weights, &error) }
        guard isDone else { throw Failure(.internal, "Attention failed: \(takeMessage(error)).") }
        return (0..<plan.members).map { member in
            (0..<plan.heads).map { head in
                let start = (member * plan.heads + head) * count
                return Array(weights[start..<start + count])
            }
        }
    }

    private func check(_ list: List, isTaught: Bool) {
        let count = list.evidence.count / max(1, plan.prior.count)
        precondition(
            list.scenario.count == plan.scenarioWidth && list.models.count == count * plan.modelWidth
                && list.evidence.count == count * plan.prior.count && (!isTaught || list.targets.count == count),
            "the widths of the list differ")
    }

    /// Lends all lists to the shim.
    private func lend<Result>(
        _ rest: ArraySlice<List>, _ lent: [gyrus_attention_list],
        _ body: (UnsafeBufferPointer<gyrus_attention_list>) -> Result
    ) -> Result {
        guard let list = rest.first else { return lent.withUnsafeBufferPointer(body) }
        return list.scenario.withUnsafeBufferPointer { scenario in
            list.models.withUnsafeBufferPointer { models in
                list.evidence.withUnsafeBufferPointer { evidence in
                    list.targets.withUnsafeBufferPointer { targets in
                        let one = gyrus_attention_list(
                            scenario: scenario.baseAddress, models: models.baseAddress, evidence: evidence.baseAddress,
                            targets: targets.baseAddress, count: Int64(evidence.count / plan.prior.count),
                            key: list.key)
                        return lend(rest.dropFirst(), lent + [one], body)
                    }
                }
            }
        }
    }
}
