import Model
import Networks
import Testing
import Torch

@Suite struct PipelineScheduleTests {
    /// A computation of one stage.
    private struct Work: Hashable {
        var stage: Int
        var action: PipelineSchedule.Action
    }

    /// When each computation ends if all take one unit of time and start as soon as possible.
    private func simulate(stages: Int, microBatches: Int) throws -> [Work: Int] {
        let plans = (0..<stages).map {
            PipelineSchedule(stage: $0, stages: stages, microBatches: microBatches).actions
        }
        var ends: [Work: Int] = [:]
        var next = [Int](repeating: 0, count: stages), free = next
        var hasMoved = true
        while hasMoved {
            hasMoved = false
            for stage in 0..<stages where next[stage] < plans[stage].count {
                let work = Work(stage: stage, action: plans[stage][next[stage]])
                let need: Work? =
                    switch work.action {
                    case .forward: stage == 0 ? nil : Work(stage: stage - 1, action: work.action)
                    case .backward: stage == stages - 1 ? nil : Work(stage: stage + 1, action: work.action)
                    }
                guard let ready = need.map({ ends[$0] }) ?? 0 else { continue }
                free[stage] = max(free[stage], ready) + 1
                ends[work] = free[stage]
                next[stage] += 1
                hasMoved = true
            }
        }
        for stage in 0..<stages { try #require(next[stage] == plans[stage].count, "the stages wait for each other") }
        return ends
    }

    @Test(arguments: 1...6, [1, 2, 3, 4, 8, 16])
    func `every micro-batch passes every stage once each way, and the bubble matches theory`(
        stages: Int, microBatches: Int
    ) throws {
        let ends = try simulate(stages: stages, microBatches: microBatches)
        #expect(ends.count == 2 * stages * microBatches)
        for stage in 0..<stages {
            for number in 0..<microBatches {
                let forward = try #require(ends[Work(stage: stage, action: .forward(number))])
                #expect(try #require(ends[Work(stage: stage, action: .backward(number))]) > forward)
            }
        }
        let whole = try #require(ends.values.max())
        let idle = 1 - Double(2 * microBatches) / Double(whole)
        #expect(abs(idle - PipelineSchedule.idleShare(stages: stages, microBatches: microBatches)) < 1e-12)
    }

    @Test(arguments: 1...6, [1, 3, 8])
    func `a stage holds at most as many micro-batches as there are stages from it on`(stages: Int, microBatches: Int) {
        for stage in 0..<stages {
            var held = 0, most = 0
            for action in PipelineSchedule(stage: stage, stages: stages, microBatches: microBatches).actions {
                if case .forward = action { held += 1 } else { held -= 1 }
                most = max(most, held)
            }
            #expect(held == 0)
            #expect(most == min(stages - stage, microBatches))
        }
    }
}

@Suite struct PipelinePartitionTests {
    private func costs(_ seconds: [[Double]]) -> PipelineCosts {
        let (workers, parts) = (seconds.count, seconds[0].count)
        return PipelineCosts(
            seconds: seconds, weightBytes: Array(repeating: 1, count: parts),
            activationBytes: Array(repeating: 1, count: parts), frameBytes: Array(repeating: 0, count: parts),
            linkSeconds: Array(repeating: 0, count: workers), memory: Array(repeating: 1e9, count: workers),
            microBatches: 4)
    }

    /// The time of the slowest stage of the best of all splits.
    private func exhaustive(_ costs: PipelineCosts, from part: Int = 0, worker: Int = 0) -> Double {
        let (workers, parts) = (costs.seconds.count, costs.weightBytes.count)
        let link = worker == 0 ? 0 : costs.frameBytes[part] * costs.linkSeconds[worker - 1]
        func stage(to end: Int) -> Double {
            let held = Double(min(workers - worker, costs.microBatches))
            let bytes = (part..<end).reduce(0) { $0 + costs.weightBytes[$1] + held * costs.activationBytes[$1] }
            return bytes > costs.memory[worker] ? .infinity : max(link, costs.seconds[worker][part..<end].reduce(0, +))
        }
        if worker == workers - 1 { return stage(to: parts) }
        return (part + 1...parts - (workers - 1 - worker))
            .map { max(stage(to: $0), exhaustive(costs, from: $0, worker: worker + 1)) }.min() ?? .infinity
    }

    @Test func `equal parts are shared equally, or by speed if workers differ`() throws {
        #expect(try PipelinePartition(costs([[1, 1, 1, 1], [1, 1, 1, 1]])).stages == [0..<2, 2..<4])
        // The second worker is half as fast.
        let uneven = try PipelinePartition(costs([[1, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2, 2]]))
        #expect(uneven.stages == [0..<4, 4..<6])
        #expect(uneven.slowest == 4)
    }

    @Test func `a slow link moves the cut to where little data crosses it`() throws {
        var costs = costs([[1, 1, 1, 1], [1, 1, 1, 1]])
        costs.frameBytes = [0, 9, 9, 1]
        costs.linkSeconds = [1, 0]
        #expect(try PipelinePartition(costs).stages == [0..<3, 3..<4])
    }

    @Test func `a stage that does not fit into memory is not chosen, and an impossible split is reported`() throws {
        var costs = costs([[1, 1, 1, 1], [1, 1, 1, 1]])
        costs.weightBytes = [10, 10, 1, 1]
        costs.memory = [15, 1e9]
        #expect(try PipelinePartition(costs).stages == [0..<1, 1..<4])
        costs.memory = [15, 10]
        let failure = #expect(throws: Failure.self) { try PipelinePartition(costs) }
        #expect(failure?.message.contains("fits into the memory of the 2 workers") == true)
    }

    @Test func `fewer parts than workers are refused`() {
        let failure = #expect(throws: Failure.self) { try PipelinePartition(self.costs([[1], [1]])) }
        #expect(failure?.code == .invalidArgument)
    }

    @Test(arguments: 1...20) func `no split is better than the one found`(seed: Int) throws {
        var numbers = Numbers(state: UInt64(seed))
        func values(_ count: Int, _ limit: Int) -> [Double] {
            (0..<count).map { _ in Double(numbers.below(limit) + 1) }
        }
        let (workers, parts) = (2 + seed % 3, 9)
        let costs = PipelineCosts(
            seconds: (0..<workers).map { _ in values(parts, 20) }, weightBytes: values(parts, 10),
            activationBytes: values(parts, 5), frameBytes: values(parts, 10), linkSeconds: values(workers, 3),
            memory: values(workers, 100).map { $0 + 60 }, microBatches: 3)
        let best = exhaustive(costs)
        guard best.isFinite else {
            #expect(throws: Failure.self) { try PipelinePartition(costs) }
            return
        }
        let found = try PipelinePartition(costs)
        #expect(found.slowest == best)
        #expect(found.stages.first?.lowerBound == 0 && found.stages.last?.upperBound == parts)
        #expect(zip(found.stages, found.stages.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    }
}
