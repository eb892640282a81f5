import Messaging
import Model
import ParameterServer
import ServiceTestSupport
import Testing

/// The gradient of ½ Σ (wᵢ − i)².
private func gradient(at weights: [Float]) -> [Float] { weights.indices.map { weights[$0] - Float($0) } }

private func router(_ server: ParameterServer) -> Router {
    var router = Router()
    server.register(in: &router)
    return router
}

@Suite(.timeLimit(.minutes(2)))
struct ParameterServerTests {
    private let start = (0..<1_000).map { Float($0 % 7) }

    @Test(arguments: [Consistency.synchronous, .asynchronous(staleness: 0, compensation: 0.3)], [1, 3])
    func `one worker with bound 0 equals serial descent to the bit`(consistency: Consistency, shards: Int) async throws
    {
        var serial = start, velocity = [Float](repeating: 0, count: start.count)
        for _ in 0..<20 {
            let found = gradient(at: serial)
            for i in serial.indices {
                velocity[i] = 0.9 * velocity[i] + found[i]
                serial[i] -= 0.05 * velocity[i]
            }
        }
        let server = try ParameterServer(
            start,
            settings: .init(
                rule: .gradientDescent(learningRate: 0.05, momentum: 0.9), consistency: consistency, shards: shards))
        let last = try await withServer(router(server)) { client in
            let parameters = try await ParameterClient.join([client], worker: "a")
            for _ in 0..<20 { try await parameters.push(gradient(at: try await parameters.pull())) }
            let last = try await parameters.pull()
            #expect(await parameters.statistics.largestStaleness == 0)
            #expect(await parameters.statistics.bytesSent == 20 * 4_000)
            await parameters.leave()
            return last
        }
        #expect(last == serial)
        #expect(await server.values == serial)
    }

    @Test func `in 16 bits half the bytes are pushed, and rounding errors are added later`() async throws {
        let settings = ParameterSettings(rule: .addition, consistency: .asynchronous(staleness: nil), shards: 2)
        let server = try ParameterServer([Float](repeating: 0, count: 100), settings: settings)
        try await withServer(router(server)) { client in
            let parameters = try await ParameterClient.join([client], worker: "a", compression: .half)
            for _ in 0..<1_000 { try await parameters.push([Float](repeating: 0.1, count: 100)) }
            #expect(await parameters.statistics.bytesSent == 1_000 * 100 * 2)
            // One tenth in 16 bits is 0.09998: without feedback 0.024 would be missing.
            #expect(try await parameters.pull().allSatisfy { abs($0 - 100) < 0.005 })
            // Values beyond 16 bits are pushed in parts; values that are not numbers are refused.
            for value: Float in [100_000, 0, 0] { try await parameters.push([Float](repeating: value, count: 100)) }
            #expect(try await parameters.pull().allSatisfy { abs($0 - 100_100) < 1 })
            await #expect(throws: Failure.self) { try await parameters.push([Float](repeating: .nan, count: 100)) }
            await parameters.leave()
        }
    }

    @Test func `two synchronous workers equal one that sees the mean`() async throws {
        let server = try ParameterServer(
            start,
            settings: .init(rule: .gradientDescent(learningRate: 0.1), consistency: .synchronous, workers: 2, shards: 2)
        )
        try await withServer(router(server)) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (worker, share) in [("a", 0.5), ("b", 1.5)] as [(String, Float)] {
                    group.addTask {
                        let parameters = try await ParameterClient.join([client], worker: worker)
                        for _ in 0..<10 {
                            let weights = try await parameters.pull()
                            try await parameters.push(gradient(at: weights).map { $0 * share })
                        }
                        await parameters.leave()
                    }
                }
                try await group.waitForAll()
            }
        }
        var serial = start
        for _ in 0..<10 { serial = zip(serial, gradient(at: serial)).map { $0 - 0.1 * $1 } }
        let values = await server.values
        #expect(zip(values, serial).allSatisfy { abs($0 - $1) < 1e-3 })
    }

    @Test func `a vector spread over two servers is one vector`() async throws {
        let settings = ParameterSettings(rule: .addition, consistency: .asynchronous(staleness: nil))
        let low = try ParameterServer(Array(start[..<400]), settings: settings)
        let high = try ParameterServer(Array(start[400...]), offset: 400, settings: settings)
        try await withServer(router(low)) { first in
            try await withServer(router(high)) { second in
                let parameters = try await ParameterClient.join([second, first], worker: "a")
                try await parameters.push(start)
                #expect(try await parameters.pull() == start.map { $0 * 2 })
                await parameters.leave()
                let gap = await #expect(throws: Failure.self) {
                    try await ParameterClient.join([second], worker: "a")
                }
                #expect(gap?.message.contains("gap") == true)
            }
        }
    }

    @Test func `a worker without heartbeats is forgotten while the other continues`() async throws {
        let server = try ParameterServer(
            start,
            settings: .init(
                rule: .addition, consistency: .asynchronous(staleness: 0), workers: 2, silence: .seconds(3)))
        try await withServer(router(server)) { client in
            let alive = try await ParameterClient.join([client], worker: "alive")
            do {
                // Nothing refers to it any longer, so its heartbeats stop, as if its process had been killed.
                let dead = try await ParameterClient.join([client], worker: "dead")
                _ = try await dead.pull()
            }
            for _ in 0..<3 {
                try await alive.push(start)
                _ = try await alive.pull()
            }
            await alive.leave()
        }
        #expect(await server.values == start.map { $0 * 4 })
    }

    @Test func `a server that continues from another's state gives the same bits`() async throws {
        let settings = ParameterSettings(
            rule: .adam(learningRate: 0.1), consistency: .asynchronous(staleness: 0), shards: 3)
        func train(_ server: ParameterServer, steps: Int) async throws {
            try await withServer(router(server)) { client in
                let parameters = try await ParameterClient.join([client], worker: "a")
                for _ in 0..<steps { try await parameters.push(gradient(at: try await parameters.pull())) }
                await parameters.leave()
            }
        }
        let whole = try ParameterServer(start, settings: settings)
        try await train(whole, steps: 9)
        let first = try ParameterServer(start, settings: settings)
        try await train(first, steps: 4)
        let second = try ParameterServer(start, settings: settings)
        let state = await first.state
        try await second.restore(state)
        #expect(await second.version == 12)
        try await train(second, steps: 5)
        #expect(await second.values == whole.values)
        let small = try ParameterServer([1], settings: settings)
        for broken in [[], Array(state.dropLast()), state + [0]] {
            let failure = await #expect(throws: Failure.self) { try await second.restore(broken) }
            #expect(failure?.code == .corrupt)
        }
        await #expect(throws: Failure.self) { try await small.restore(state) }
    }

    @Test func `impossible settings are refused`() {
        let impossible = [
            ParameterSettings(rule: .addition, consistency: .synchronous, workers: 0),
            ParameterSettings(rule: .addition, consistency: .synchronous, shards: 0),
            ParameterSettings(rule: .addition, consistency: .asynchronous(staleness: -1)),
            ParameterSettings(rule: .replacement, consistency: .asynchronous(staleness: 1)),
        ]
        for settings in impossible {
            let failure = #expect(throws: Failure.self) { try ParameterServer([1], settings: settings) }
            #expect(failure?.code == .invalidArgument)
        }
    }
}
