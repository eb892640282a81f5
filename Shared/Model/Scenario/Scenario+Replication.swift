extension Scenario {
    /// A search by several replicas of its controllers, which write candidates and learn in parallel; parameter servers
    /// hold the parameters.
    public struct Replication: Hashable, Sendable {
        /// How the replicas' gradients change the parameters.
        public enum Updates: Hashable, Sendable {
            /// As they arrive; no replica waits.
            case plain
            /// As they arrive; a replica that is more than this many steps ahead of the slowest waits.
            case staleness(Int)
            /// As they arrive, corrected for the changes that others made in the meantime.
            case compensated
        }

        /// Number of replicas of the controllers.
        public var replicas: Int
        /// Number of parameter servers, each of which holds a part of the parameters.
        public var shards: Int
        /// How gradients change the parameters.
        public var updates: Updates

        /// Allowed numbers of replicas.
        public static let replicaRange = 1...64
        /// Allowed numbers of parameter servers.
        public static let shardRange = 1...16
        /// Allowed values of the steps that a replica may be ahead.
        public static let stalenessRange = 0...1_000

        /// Makes a plan.
        public init(replicas: Int = 1, shards: Int = 1, updates: Updates = .plain) {
            self.replicas = replicas
            self.shards = shards
            self.updates = updates
        }

        /// Children that each replica has in trial at a time, so that together they make up about a population.
        public func batch(of search: Search) -> Int { max(1, search.population / replicas) }
    }
}
