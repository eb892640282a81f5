public import Messaging
public import Model
package import Schema

/// Client for the workers of a search with controller replicas.
public struct ControllerClient: Sendable {
    /// How long the designer may be unavailable.
    private static let patience = Duration.seconds(365 * 86_400)
    /// Timeout of one request.
    private static let turn = Duration.seconds(10)

    /// Location of a shard of the controllers' parameters.
    public struct ShardPlace: Hashable, Sendable {
        /// Number of the shard, from 0.
        public var shard: Int
        /// Endpoint of its parameter server.
        public var endpoint: Endpoint
        /// Public key of that server; nil if it needs none.
        public var key: PublicKey?

        /// Names a place.
        public init(shard: Int, endpoint: Endpoint, key: PublicKey? = nil) {
            self.shard = shard
            self.endpoint = endpoint
            self.key = key
        }

        /// Decodes a received location.
        package init(_ wire: Wire.ControllerShard) throws {
            try self.init(
                shard: Int(wire.shard), endpoint: Endpoint(wire.endpoint),
                key: wire.key.isEmpty ? nil : PublicKey(wire.key))
        }
    }

    private let requests: RequestClient
    private let scenario: ScenarioID

    /// Makes a client for a search over a connection.
    public init(_ requests: RequestClient, scenario: ScenarioID) {
        self.requests = requests
        self.scenario = scenario
    }

    /// Submits children to be tried, including those of the same step that were submitted before.
    /// - Returns: The step's trials, and whether the search accepts no more.
    public func place(
        _ genomes: [String], replica: Int, step: Int, batch: Int, evenness: [String: Double]
    ) async throws -> (trials: [Int], isOver: Bool) {
        let request = Wire.ControllerPlaceRequest(
            scenario: scenario.text, replica: UInt32(replica), step: UInt32(step), batch: UInt32(batch),
            genomes: genomes, evenness: .init(evenness))
        let reply = try await requests.callRetrying(
            .placeChildren, request, timeout: .seconds(40), for: Self.patience)
        return (reply.trials.map { Int($0) }, reply.over)
    }

    /// Waits until trials have ended, however long it takes.
    public func wait(for trials: [Int]) async throws {
        let request = Wire.ControllerWaitRequest(
            scenario: scenario.text, trials: trials.map { UInt32($0) }, waitMilliseconds: Self.turnMilliseconds)
        while true {
            let reply = try await requests.callRetrying(
                .waitForTrials, request, timeout: Self.turn + .seconds(10), for: Self.patience)
            if reply.ended { return }
        }
    }

    /// Announces the location of a shard.
    public func announce(_ place: ShardPlace) async throws {
        let request = Wire.ControllerShard(
            scenario: scenario.text, shard: UInt32(place.shard), endpoint: place.endpoint.description,
            key: place.key?.text ?? "")
        _ = try await requests.call(.announceShard, request)
    }

    /// The locations of the shards; waits until the given number of them has been announced.
    public func shards(_ count: Int) async throws -> [ShardPlace] {
        let request = Wire.ControllerShardsRequest(
            scenario: scenario.text, waitMilliseconds: Self.turnMilliseconds)
        while true {
            let reply = try await requests.callRetrying(
                .listShards, request, timeout: Self.turn + .seconds(10), for: Self.patience)
            if reply.shards.count >= count { return try reply.shards.map { try ShardPlace($0) } }
        }
    }

    private static var turnMilliseconds: UInt32 { UInt32(turn / .milliseconds(1)) }
}
