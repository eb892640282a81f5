package import DesignerSearch
package import Search

/// The search, as a replica sees it.
package protocol TrialStore: Sendable {
    /// The history of proposals and outcomes so far.
    func history() async throws -> SearchHistory
    /// Submits children of a step; those for which no trials are left are dropped.
    func place(_ children: ControllerChildren) async throws -> ControllerPlacement
    /// The history so far, once the outcomes of some trials are known.
    func outcomes(of trials: [Int]) async throws -> SearchHistory
}

/// The work of one replica: it reads the parameters, writes children, waits until they have been tried, and submits the
/// gradient of their outcomes. It never waits for other replicas, unless the parameter servers require it.
package struct ControllerLoop: Sendable {
    private var replica: ControllerReplica
    private let batch: Int
    private let isAllowed: @Sendable (Genome) -> Bool
    private let store: any TrialStore
    private let shards: ControllerShards
    private var evenness: [String: Double] = [:]

    /// Makes the loop of a replica.
    /// - Parameter batch: Children per step.
    package init(
        _ replica: ControllerReplica, batch: Int, store: any TrialStore, shards: ControllerShards,
        where isAllowed: @escaping @Sendable (Genome) -> Bool
    ) {
        self.replica = replica
        self.batch = batch
        self.store = store
        self.shards = shards
        self.isAllowed = isAllowed
    }

    /// Runs until the search accepts no more trials.
    /// - Parameter first: The step to begin with.
    package mutating func run(from first: Int = 0) async throws {
        var step = first
        while true {
            try Task.checkCancellation()
            replica.parameters = try await shards.pull()
            let trials = try await place(step)
            guard !trials.isEmpty else { return }
            let history = try await store.outcomes(of: trials)
            try await shards.push(replica.gradient(of: trials, in: history))
            evenness = replica.evenness(along: trials, in: history)
            step += 1
        }
    }

    /// Writes the children of a step and submits them.
    /// - Returns: Their trials; none if the search accepts no more.
    private func place(_ step: Int) async throws -> [Int] {
        var trials: [Int] = []
        while true {
            let genomes = replica.write(
                batch - trials.count, from: step * batch + trials.count, try await store.history(), where: isAllowed)
            let placement = try await store.place(
                ControllerChildren(step: step, batch: batch, genomes: genomes, evenness: evenness))
            trials = placement.trials
            if placement.isOver || trials.count >= batch || genomes.isEmpty { return trials }
        }
    }
}
