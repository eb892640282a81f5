extension Scenario {
    /// A search by several replicas of its controllers, which write and learn side by side; the parameters lie with
    /// parameter servers.
    public struct Replication: Hashable, Sendable {
        /// How the replicas' gradients change the parameters.
        public enum Updates: Hashable, Sendable {
            /// As they come; nobody waits.
            case plain
            /// As they come; who is more than so many steps ahead of the slowest waits.
            case staleness(Int)
            /// As they come, corrected for what others changed meanwhile.
            case compensated
        }

        /// Replicas of the controllers.
        public var replicas: Int
        /// Parameter servers, each of which holds a part of the parameters.
        public var shards: Int
        /// How gradients change the parameters.
        public var updates: Updates

        /// Replicas that can be asked for.
        public static let replicaRange = 1...64
        /// Parameter servers that can be asked for.
        public static let shardRange = 1...16
        /// Steps that a replica can be allowed to be ahead.
        public static let stalenessRange = 0...1_000

        /// Makes a plan.
        public init(replicas: Int = 1, shards: Int = 1, updates: Updates = .plain) {
            self.replicas = replicas
            self.shards = shards
            self.updates = updates
        }

        /// Children that each replica has tried at a time, so that together they are about a population.
        public func batch(of search: Search) -> Int { max(1, search.population / replicas) }
    }
}
