public import Messaging
import Model
import Schema

/// Holds a vector of parameters that several workers read and change, in shards that work in parallel.
///
/// ```swift
/// let settings = ParameterSettings(rule: .adam(learningRate: 6e-4), consistency: .asynchronous(staleness: 2))
/// let parameters = try ParameterServer(weights, settings: settings)
/// var router = Router()
/// parameters.register(in: &router)
/// try await RequestServer(endpoint: endpoint, router: router, logger: logger).run()
/// ```
/// A vector too large for one machine is spread over several servers, each with a slice; a ``ParameterClient`` talks to
/// all. A worker that is silent for too long is removed, so that it does not stall the others.
public struct ParameterServer: Sendable {
    private let shards: [ParameterShard]
    private let settings: ParameterSettings

    /// Makes a server of a vector, or of a slice of one.
    /// - Parameters:
    ///   - values: The parameters to start from.
    ///   - offset: Position of the first of them in the whole vector.
    ///   - settings: How the server works.
    ///   - clock: A monotonic clock, replaced in tests.
    /// - Throws: `Failure` with code `invalid-argument` if settings are invalid.
    public init(
        _ values: [Float], offset: Int = 0, settings: ParameterSettings,
        clock: @escaping @Sendable () -> Duration = monotonicClock
    ) throws {
        try settings.check()
        guard !values.isEmpty else {
            throw Failure(.invalidArgument, "A parameter server needs parameters, but none were given.")
        }
        self.settings = settings
        let least = (values.count + ParameterSettings.largestShard - 1) / ParameterSettings.largestShard
        let count = min(max(settings.shards, least), values.count)
        shards = (0..<count).map { index in
            let begin = values.count * index / count, end = values.count * (index + 1) / count
            return ParameterShard(offset + begin..<offset + end, values[begin..<end], settings, now: clock)
        }
    }

    /// The current parameters, each shard at its own version.
    public var values: [Float] {
        get async {
            var values: [Float] = []
            for shard in shards { values += await shard.snapshot }
            return values
        }
    }

    /// Total number of updates that the shards have seen.
    public var version: Int {
        get async {
            var version = 0
            for shard in shards { version += await shard.stored.version }
            return version
        }
    }

    /// The parameters and the state of the update rule, so that another server with the same settings can continue.
    public var state: [UInt8] {
        get async {
            var bytes: [UInt8] = []
            for shard in shards { await shard.stored.append(to: &bytes) }
            return bytes
        }
    }

    /// Continues from the state of another server, which does not include the workers.
    /// - Throws: `Failure` with code `corrupt` if the state is damaged, or belongs to a server of other parameters.
    public func restore(_ state: [UInt8]) async throws {
        var rest = state[...]
        for shard in shards { try await shard.restore(ParameterState(from: &rest)) }
        guard rest.isEmpty else {
            throw Failure(.corrupt, "The stored state of a parameter server has \(rest.count) excess bytes.")
        }
    }

    /// Workers that take part and were heard from recently, by name.
    public var workers: [String] {
        get async {
            await shards[0].sweep()
            return await shards[0].workers
        }
    }

    /// Records that a worker has nothing to do until it reads the parameters again, so that nobody waits for it until
    /// then.
    public func rest(_ worker: String) async {
        for shard in shards { await shard.rest(worker) }
    }

    /// Adds the routes.
    public func register(in router: inout Router) {
        router.on(.join) { request in try await join(request.worker) }
        router.on(.beat, kind: .control) { request in
            for shard in shards { try await shard.hear(request.worker) }
            return Wire.Empty()
        }
        router.on(.leave) { request in
            for shard in shards { await shard.leave(request.worker) }
            return Wire.Empty()
        }
        router.onAttachment(.pull, kind: .waiting) { request, _ in
            let waiting = Duration.milliseconds(request.waitMilliseconds)
            let (version, values) = try await shard(request.shard).pull(request.worker, waiting: waiting)
            return (Wire.ParameterPullReply(version: UInt64(version)), values)
        }
        router.onAttachment(.push) { request, values in
            guard let values else {
                throw Failure(
                    .invalidArgument, "Worker '\(request.worker)' pushes nothing; add the values as an attachment.")
            }
            let (version, staleness) = try await shard(request.shard).push(
                request.worker, step: Int(clamping: request.step), weight: Float(request.weight), values,
                isHalf: request.isHalf)
            return (Wire.ParameterPushReply(version: UInt64(version), staleness: UInt64(staleness)), nil)
        }
    }

    private func join(_ worker: String) async throws -> Wire.ParameterJoinReply {
        guard !worker.isEmpty else { throw Failure(.invalidArgument, "A worker of a parameter server needs a name.") }
        var plans: [Wire.ParameterShardPlan] = []
        for (number, shard) in shards.enumerated() {
            let clock = await shard.join(worker)
            plans.append(
                Wire.ParameterShardPlan(
                    shard: UInt32(number), offset: UInt64(shard.range.lowerBound), count: UInt64(shard.range.count),
                    clock: UInt64(clock)))
        }
        let silence = UInt32(clamping: Int64(settings.silence / .milliseconds(1)))
        return Wire.ParameterJoinReply(shards: plans, silenceMilliseconds: silence)
    }

    private func shard(_ number: UInt32) throws -> ParameterShard {
        guard number < shards.count else {
            throw Failure(.notFound, "There is no shard \(number); this server has \(shards.count).")
        }
        return shards[Int(number)]
    }
}

/// Reads the machine's monotonic clock.
@Sendable public func monotonicClock() -> Duration { ContinuousClock.now - monotonicStart }

private let monotonicStart = ContinuousClock.now
