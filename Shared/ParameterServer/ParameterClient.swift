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
/// Between joining and leaving it tells the servers that the worker lives; one that ends without a word is forgotten.
public actor ParameterClient {
    /// What a worker's exchange came to.
    public struct Statistics: Hashable, Sendable {
        /// Bytes of parameters that were pushed.
        public var bytesSent = 0
        /// Bytes of parameters that were pulled.
        public var bytesReceived = 0
        /// Time spent in pulls, which is above all waiting for others.
        public var pulling = Duration.zero
        /// Pushes of a shard.
        public var pushes = 0
        /// Updates of others that came between pull and push, over all pushes.
        public var stalenessSum = 0
        /// The most for one push.
        public var largestStaleness = 0

        /// Nothing yet.
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
    /// What the exchange came to so far.
    public private(set) var statistics = Statistics()

    private let worker: String
    private let patience: Duration
    private let compression: Distribution.Compression
    /// What rounding took from each value that was pushed, and the next push gives back.
    private var residuals: [Float]
    private let clients: [RequestClient]
    private var shards: [Shard]
    private var heart: Task<Void, Never>?

    /// Joins the servers of a vector.
    /// - Parameters:
    ///   - clients: Connections to the servers that together hold the vector.
    ///   - worker: Name of the worker, unique among those of the servers.
    ///   - patience: How long a server may be away, or other workers may let this one wait.
    ///   - compression: How what is pushed is made smaller.
    /// - Throws: `Failure` where a server cannot be reached, or the servers hold no whole vector.
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
                    "The parameter servers leave a gap or overlap at \(end): a shard begins at \(shard.range.lowerBound). "
                        + "Name every server of the vector once.")
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
    /// - Throws: `Failure` naming whom it waited for, when patience is over.
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

    /// Hands in what this worker has found in one step: a gradient or a change, as the servers' rule says.
    /// - Parameter weight: How much it counts, such as the number of samples behind it.
    public func push(_ values: [Float], weight: Float = 1) async throws {
        guard values.count == count else {
            throw Failure(.invalidArgument, "There are \(count) parameters; \(values.count) values cannot be pushed.")
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

    /// The values with what rounding took from earlier ones, in 16 bits; what it takes now comes with the next ones.
    private func rounded(_ values: [Float]) -> [Float16] {
        let largest = Float(Float16.greatestFiniteMagnitude)
        return values.indices.map { index in
            let wanted = values[index] + residuals[index]
            // What is no finite number stays so, for the server to refuse.
            let half = Float16(wanted.isFinite ? min(max(wanted, -largest), largest) : wanted)
            residuals[index] = wanted - Float(half)
            return half
        }
    }

    /// Takes part no longer, so that nobody waits for this worker.
    public func leave() async {
        heart?.cancel()
        for client in clients {
            // Where the server is gone there is nobody to tell; it would forget the worker soon anyway.
            _ = try? await client.call(.leave, Wire.ParameterWorkerRequest(worker: worker), timeout: .seconds(1))
        }
    }

    /// How long one request for parameters waits for other workers.
    private static let turn = Duration.seconds(20)
    /// How long a server may take to answer what needs no waiting.
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

    // MARK: Signs of life

    private func startBeating(every interval: Duration) {
        heart = Task { [clients, worker] in
            while (try? await Task.sleep(for: interval)) != nil {
                for client in clients {
                    // A beat that is lost is followed by another.
                    _ = try? await client.call(
                        .beat, Wire.ParameterWorkerRequest(worker: worker), timeout: interval * 2)
                }
            }
        }
    }
}
