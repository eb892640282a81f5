package import Messaging
package import Model
package import ParameterServer

/// The parameters of a search's controllers, wherever their shards are; a lost shard is located and joined again.
package actor ControllerShards {
    /// How long a shard may be silent before it is located again.
    private static let patience = Duration.seconds(10)

    /// Statistics of the connection, if there is one.
    package var statistics: ParameterClient.Statistics? { get async { await client?.statistics } }

    private let worker: String
    private let connect: @Sendable () async throws -> [RequestClient]
    private var client: ParameterClient?
    private var connections: [RequestClient] = []

    /// - Parameters:
    ///   - worker: Name of the replica.
    ///   - connect: Locates the shards; waits until all of them are available.
    package init(worker: String, connect: @escaping @Sendable () async throws -> [RequestClient]) {
        self.worker = worker
        self.connect = connect
    }

    /// The parameters; waits while this replica is too far ahead of others.
    package func pull() async throws -> [Float] {
        while true {
            try Task.checkCancellation()
            if let values = try await attempt({ try await $0.pull() }) { return values }
        }
    }

    /// Submits a gradient. Its part for a lost shard is lost.
    package func push(_ gradient: [Float]) async throws { _ = try await attempt { try await $0.push(gradient) } }

    /// Leaves, so that no other replica waits for this one.
    package func leave() async {
        await client?.leave()
        await disconnect()
    }

    /// The result of an exchange; nil if a shard is unavailable or others must be waited for.
    private func attempt<Value: Sendable>(
        _ exchange: @Sendable (ParameterClient) async throws -> Value
    ) async throws -> Value? {
        do {
            return try await exchange(try await joined())
        } catch let failure as Failure where failure.isRetriable || failure.code == .stale {
            await disconnect()
            return nil
        }
    }

    /// A connection that is not closed would keep looking for its server forever.
    private func disconnect() async {
        client = nil
        for connection in connections { await connection.close() }
        connections = []
    }

    private func joined() async throws -> ParameterClient {
        if let client { return client }
        connections = try await connect()
        let joined = try await ParameterClient.join(connections, worker: worker, patience: Self.patience)
        client = joined
        return joined
    }
}

extension Scenario.Replication {
    /// Strength of the correction of gradients for changes made by others meanwhile.
    private static let compensation: Float = 1

    /// Settings of a parameter server of the controllers.
    package func settings(learningRate: Double) -> ParameterSettings {
        let consistency: Consistency =
            switch updates {
            case .plain: .asynchronous(staleness: nil)
            case .staleness(let bound): .asynchronous(staleness: bound)
            case .compensated: .asynchronous(staleness: nil, compensation: Self.compensation)
            }
        return ParameterSettings(rule: .adam(learningRate: Float(learningRate)), consistency: consistency)
    }

    /// The range of parameters that a shard holds.
    package func slice(_ shard: Int, of count: Int) -> Range<Int> {
        count * shard / shards..<count * (shard + 1) / shards
    }
}
