import Messaging
import Model
import Synchronization
import Testing

@testable import ParameterServer

/// A clock that stands still until it is set.
final class HandClock: Sendable {
    private let time = Mutex(Duration.zero)
    func advance(by duration: Duration) { time.withLock { $0 += duration } }
    var now: Duration { time.withLock { $0 } }
}

@Suite(.timeLimit(.minutes(1)))
struct ParameterShardTests {
    private let clock = HandClock()

    private func shard(_ values: [Float], _ settings: ParameterSettings) -> ParameterShard {
        let clock = clock
        return ParameterShard(0..<values.count, values[...], settings) { clock.now }
    }

    private func push(
        _ shard: ParameterShard, _ worker: String, _ step: Int, _ values: [Float], weight: Float = 1
    ) async throws -> (version: Int, staleness: Int) {
        try await shard.push(worker, step: step, weight: weight, Attachment(values[...]))
    }

    private func read(_ shard: ParameterShard, _ worker: String) async throws -> [Float] {
        let count = await shard.range.count
        return try await shard.pull(worker, waiting: .zero).values.floats(count)
    }

    @Test func `momentum follows its equation`() async throws {
        let rule = UpdateRule.gradientDescent(learningRate: 0.5, momentum: 0.5)
        let shard = shard([1, 2], .init(rule: rule, consistency: .synchronous))
        _ = await shard.join("a")
        _ = try await push(shard, "a", 1, [1, -1])
        #expect(try await read(shard, "a") == [0.5, 2.5])
        _ = try await push(shard, "a", 2, [1, 0])
        // v = 0.5 · [1, −1] + [1, 0] = [1.5, −0.5]
        #expect(try await read(shard, "a") == [-0.25, 2.75])
    }

    @Test func `Adam's first step is one learning rate against the sign of each gradient`() async throws {
        let shard = shard([0, 0], .init(rule: .adam(learningRate: 0.25), consistency: .synchronous))
        _ = await shard.join("a")
        _ = try await push(shard, "a", 1, [3, -0.01])
        let values = try await read(shard, "a")
        #expect(abs(values[0] + 0.25) < 1e-6 && abs(values[1] - 0.25) < 1e-5)
    }

    @Test func `a synchronous step applies the weighted mean once`() async throws {
        let shard = shard([10], .init(rule: .addition, consistency: .synchronous, workers: 2))
        for worker in ["a", "b"] { _ = await shard.join(worker) }
        #expect(try await push(shard, "b", 1, [4], weight: 1).version == 0)
        #expect(try await push(shard, "a", 1, [8], weight: 3).version == 1)
        #expect(try await read(shard, "a") == [17])
    }

    @Test func `a worker that is too far ahead waits, and learns for whom`() async throws {
        let settings = ParameterSettings(rule: .addition, consistency: .asynchronous(staleness: 1), workers: 2)
        let shard = shard([0], settings)
        for worker in ["fast", "slow"] { _ = await shard.join(worker) }
        _ = try await push(shard, "fast", 1, [1])
        #expect(try await read(shard, "fast") == [1])
        _ = try await push(shard, "fast", 2, [1])
        let failure = await #expect(throws: Failure.self) { try await read(shard, "fast") }
        #expect(failure?.code == .deadlineExceeded)
        #expect(failure?.message.contains("slow at step 0") == true)
        #expect(try await push(shard, "slow", 1, [1]).staleness == 0)
        #expect(try await read(shard, "fast") == [3])
    }

    @Test func `a waiting worker continues as soon as the other has pushed`() async throws {
        let settings = ParameterSettings(rule: .addition, consistency: .asynchronous(staleness: 0), workers: 2)
        let shard = shard([0], settings)
        for worker in ["a", "b"] { _ = await shard.join(worker) }
        _ = try await push(shard, "a", 1, [1])
        async let waiting = shard.pull("a", waiting: .seconds(3_600)).version
        _ = try await push(shard, "b", 1, [1])
        #expect(try await waiting == 2)
    }

    @Test func `delay compensation corrects a stale gradient`() async throws {
        let settings = ParameterSettings(
            rule: .gradientDescent(learningRate: 1), consistency: .asynchronous(staleness: nil, compensation: 0.5))
        let shard = shard([2], settings)
        for worker in ["a", "b"] {
            _ = await shard.join(worker)
            _ = try await read(shard, worker)
        }
        _ = try await push(shard, "a", 1, [-2])
        // g + λ g² (w_now − w_read) = 3 + 0.5 · 9 · (4 − 2) = 12
        #expect(try await push(shard, "b", 1, [3]).staleness == 1)
        #expect(await shard.snapshot == [4 - 12])
    }

    @Test(arguments: [Consistency.synchronous, .asynchronous(staleness: 0)])
    func `a worker that dies is forgotten and stalls nobody`(consistency: Consistency) async throws {
        let shard = shard([0], .init(rule: .addition, consistency: consistency, workers: 2))
        for worker in ["a", "dead"] { _ = await shard.join(worker) }
        _ = try await push(shard, "a", 1, [1])
        await #expect(throws: Failure.self) { try await read(shard, "a") }
        clock.advance(by: .seconds(9))
        try await shard.hear("a")
        clock.advance(by: .seconds(2))
        #expect(try await read(shard, "a") == [1])
        let failure = await #expect(throws: Failure.self) { try await push(shard, "dead", 1, [1]) }
        #expect(failure?.code == .stale)
    }

    @Test func `if all workers are required, the loss of one ends the work`() async throws {
        let settings = ParameterSettings(rule: .addition, consistency: .synchronous, workers: 2, failsOnLoss: true)
        let shard = shard([0], settings)
        for worker in ["a", "dead"] { _ = await shard.join(worker) }
        _ = try await push(shard, "a", 1, [1])
        clock.advance(by: .seconds(9))
        try await shard.hear("a")
        clock.advance(by: .seconds(2))
        let failure = await #expect(throws: Failure.self) { try await read(shard, "a") }
        #expect(failure?.code == .unavailable && failure?.isRetriable == false)
        #expect(failure?.message.contains("'dead'") == true)
    }

    @Test func `a repeated push changes nothing`() async throws {
        let shard = shard([0], .init(rule: .addition, consistency: .asynchronous(staleness: nil)))
        _ = await shard.join("a")
        for _ in 0..<3 { _ = try await push(shard, "a", 1, [1]) }
        #expect(await shard.snapshot == [1])
    }

    @Test func `an invalid update is refused and changes nothing`() async throws {
        let shard = shard([0, 0], .init(rule: .addition, consistency: .asynchronous(staleness: nil)))
        _ = await shard.join("a")
        for values in [[1], [1, 2, 3], [.nan, 1], [1, .infinity]] as [[Float]] {
            let failure = await #expect(throws: Failure.self) { try await push(shard, "a", 1, values) }
            #expect(failure?.code == .invalidArgument)
        }
        let skipped = await #expect(throws: Failure.self) { try await push(shard, "a", 3, [1, 1]) }
        #expect(skipped?.message.contains("step 1") == true)
        #expect(await shard.snapshot == [0, 0])
    }
}
