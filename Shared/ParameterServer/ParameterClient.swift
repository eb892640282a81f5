public import Messaging
public import Model
import Schema

/// One worker's view of parameters that servers hold.
///
/// ```swift
/// let parameters = try await ParameterClient.join([RequestClient(to: endpoint, logger: logger)], worker: "replica-1")
/// while training {
///     let weights = try await parameters.pull()      // waits while this worker is too far ahead
///     try await parameters.push(gradient(at: weights))
/// }
/// await parameters.leave()
/// ```
/// Between joining and leaving it tells the servers that the worker is alive; a worker that ends silently is removed.
public actor ParameterClient {
    /// Statistics of a worker's exchange.
    public struct Statistics: Hashable, Sendable {
        /// Bytes of parameters that were pushed.
        public var bytesSent = 0
        /// Bytes of parameters that were pulled.
        public var bytesReceived = 0
        /// Time spent in pulls, mostly waiting for others.
        public var pulling = Duration.zero
        /// Number of pushes of a shard.
        public var pushes = 0
        /// Updates from others between pull and push, summed over all pushes.
        public var stalenessSum = 0
        /// The maximum for one push.
        public var largestStaleness = 0

        /// Starts at zero.
        public init() {}
    }

    private struct Shard {
        let client: RequestClient
        let number: UInt32
        let range: Range<Int>
        var clock: Int
    }

    /// Number of parameters.
    public nonisolated let count: Int
    /// Statistics of the exchange so far.
    public private(set) var statistics = Statistics()

    private let worker: String
    private let patience: Duration
    private let compression: Distribution.Compression
    /// Rounding error of each pushed value, which the next push compensates.
    private var residuals: [Float]
    private let clients: [RequestClient]
    private var shards: [Shard]
    private var heart: Task<Void, Never>?

    /// Joins the servers of a vector.
    /// - Parameters:
    ///   - clients: Connections to the servers that together hold the vector.
    ///   - worker: Name of the worker, unique among those of the servers.
    ///   - patience: How long a server may be unreachable, or other workers may make this one wait.
    ///   - compression: How pushed values are compressed.
    /// - Throws: `Failure` if a server cannot be reached, or the servers do not hold a whole vector.
    public static func join(
        _ clients: [RequestClient], worker: String, patience: Duration = .seconds(120),
        compression: Distribution.Compression = .none
    ) async throws -> ParameterClient {
        var shards: [Shard] = []
        var silence = Duration.seconds(10)
        for client in clients {
            let reply = try await client.callRetrying(.join, Wire.ParameterJoinRequest(worker: worker), for: patience)
            silence = min(silence, .milliseconds(reply.silenceMilliseconds))
            for plan in reply.shards {
                let offset = Int(clamping: plan.offset)
                shards.append(
                    Shard(
                        client: client, number: plan.shard, range: offset..<offset + Int(clamping: plan.count),
                        clock: Int(clamping: plan.clock)))
            }
        }
        shards.sort { $0.range.lowerBound < $1.range.lowerBound }
        var end = 0
        for shard in shards {
            guard shard.range.lowerBound == end else {
                throw Failure(
                    .invalidArgument,
                    "The parameter servers leave a gap or overlap at \(end): a shard begins at "
                        + "\(shard.range.lowerBound). Name every server of the vector once.")
            }
            end = shard.range.upperBound
        }
        let joined = ParameterClient(
            clients, shards, count: end, worker: worker, patience: patience, compression: compression)
        await joined.startBeating(every: silence / 4)
        return joined
    }

    private init(
        _ clients: [RequestClient], _ shards: [Shard], count: Int, worker: String, patience: Duration,
        compression: Distribution.Compression
    ) {
        self.clients = clients
        self.shards = shards
        self.count = count
        self.worker = worker
        self.patience = patience
        self.compression = compression
        residuals = compression == .half ? [Float](repeating: 0, count: count) : []
    }

    deinit { heart?.cancel() }

    // MARK: Reading and writing

    /// The parameters; waits while this worker is too far ahead of others.
    /// - Throws: `Failure` naming the workers it waited for, when patience is over.
    public func pull() async throws -> [Float] {
        let start = ContinuousClock.now
        let (worker, patience) = (worker, patience)
        let buffers = try await overShards { shard in
            try await retrying(for: patience) {
                let request = Wire.ParameterPullRequest(
                    worker: worker, shard: shard.number, waitMilliseconds: UInt32(Self.turn / .milliseconds(1)))
                return try await shard.client.call(
                    .pull, request, attachment: nil, timeout: Self.turn + Self.timeout
                ).1
            }
        }
        var values = [Float](repeating: 0, count: count)
        for (shard, buffer) in zip(shards, buffers) {
            try (buffer ?? Attachment(byteCount: 0) { _ in }).copy(to: &values, at: shard.range)
            statistics.bytesReceived += buffer?.byteCount ?? 0
        }
        statistics.pulling += ContinuousClock.now - start
        return values
    }

    /// Pushes the result of one step of this worker: a gradient or a change, depending on the servers' rule.
    /// - Parameter weight: Weight of the result, such as the number of its samples.
    public func push(_ values: [Float], weight: Float = 1) async throws {
        guard values.count == count else {
            throw Failure(.invalidArgument, "There are \(count) parameters; cannot push \(values.count) values.")
        }
        let (worker, patience) = (worker, patience)
        let halves = compression == .half ? rounded(values) : nil
        let replies = try await overShards { shard in
            try await retrying(for: patience) {
                let request = Wire.ParameterPushRequest(
                    worker: worker, shard: shard.number, step: UInt64(shard.clock + 1), weight: Double(weight),
                    isHalf: halves != nil)
                let attachment = halves.map { Attachment($0[shard.range]) } ?? Attachment(values[shard.range])
                return try await shard.client.call(
                    .push, request, attachment: attachment, timeout: Self.timeout
                ).0
            }
        }
        for index in shards.indices { shards[index].clock += 1 }
        statistics.bytesSent += count * (halves == nil ? MemoryLayout<Float>.stride : MemoryLayout<Float16>.stride)
        statistics.pushes += replies.count
        for reply in replies {
            let staleness = Int(clamping: reply.staleness)
            statistics.stalenessSum += staleness
            statistics.largestStaleness = max(statistics.largestStaleness, staleness)
        }
    }

    /// The values in 16 bits, including the rounding errors of earlier ones; new rounding errors are added to the next
    /// values.
    private func rounded(_ values: [Float]) -> [Float16] {
        let largest = Float(Float16.greatestFiniteMagnitude)
        return values.indices.map { index in
            let wanted = values[index] + residuals[index]
            // Values that are not finite are kept, for the server to reject.
            let half = Float16(wanted.isFinite ? min(max(wanted, -largest), largest) : wanted)
            residuals[index] = wanted - Float(half)
            return half
        }
    }

    /// Leaves, so that no other worker waits for this one.
    public func leave() async {
        heart?.cancel()
        for client in clients {
            // A server that is gone needs no notice; it would soon remove the worker anyway.
            _ = try? await client.call(.leave, Wire.ParameterWorkerRequest(worker: worker), timeout: .seconds(1))
        }
    }

    /// How long one request for parameters waits for other workers.
    private static let turn = Duration.seconds(20)
    /// How long a server may take to answer a request that does not wait.
    private static let timeout = Duration.seconds(10)

    private func overShards<Reply: Sendable>(
        _ exchange: @escaping @Sendable (Shard) async throws -> Reply
    ) async throws -> [Reply] {
        let shards = shards
        return try await withThrowingTaskGroup(of: (Int, Reply).self) { group in
            for (index, shard) in shards.enumerated() {
                group.addTask { (index, try await exchange(shard)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    // MARK: Heartbeats

    private func startBeating(every interval: Duration) {
        heart = Task { [clients, worker] in
            while (try? await Task.sleep(for: interval)) != nil {
                for client in clients {
                    // A lost heartbeat is followed by another.
                    _ = try? await client.call(
                        .beat, Wire.ParameterWorkerRequest(worker: worker), timeout: interval * 2)
                }
            }
        }
    }
}
