package import DesignerSearch
package import Search

/// Where the children of a replica are tried.
package protocol TrialBoard: Sendable {
    /// All that was proposed so far, and what came of it.
    func history() async throws -> SearchHistory
    /// Has children of a step tried; those that others were faster with are left out.
    func place(_ children: ControllerChildren) async throws -> ControllerPlacement
    /// All that was proposed so far, once what came of some trials is known.
    func outcomes(of trials: [Int]) async throws -> SearchHistory
}

/// The work of one replica: it reads the parameters, writes children, waits until they were tried, and submits the
/// gradient of what came of them; it waits for no other replica, unless the parameter servers say so.
package struct ControllerLoop: Sendable {
    private var replica: ControllerReplica
    private let batch: Int
    private let isAllowed: @Sendable (Genome) -> Bool
    private let board: any TrialBoard
    private let shards: ControllerShards
    private var evenness: [String: Double] = [:]

    /// Makes the loop of a replica.
    /// - Parameter batch: Children of a step.
    package init(
        _ replica: ControllerReplica, batch: Int, board: any TrialBoard, shards: ControllerShards,
        where isAllowed: @escaping @Sendable (Genome) -> Bool
    ) {
        self.replica = replica
        self.batch = batch
        self.board = board
        self.shards = shards
        self.isAllowed = isAllowed
    }

    /// Goes on until there are no more trials to come.
    /// - Parameter first: The step to begin with.
    package mutating func run(from first: Int = 0) async throws {
        var step = first
        while true {
            try Task.checkCancellation()
            replica.parameters = try await shards.pull()
            let trials = try await place(step)
            guard !trials.isEmpty else { return }
            let history = try await board.outcomes(of: trials)
            try await shards.push(replica.gradient(of: trials, in: history))
            evenness = replica.evenness(along: trials, in: history)
            step += 1
        }
    }

    /// Writes the children of a step and has them tried.
    /// - Returns: Their trials; none if there are no more.
    private func place(_ step: Int) async throws -> [Int] {
        var trials: [Int] = []
        while true {
            let genomes = replica.write(
                batch - trials.count, from: step * batch + trials.count, try await board.history(), where: isAllowed)
            let placement = try await board.place(
                ControllerChildren(step: step, batch: batch, genomes: genomes, evenness: evenness))
            trials = placement.trials
            if placement.isOver || trials.count >= batch || genomes.isEmpty { return trials }
        }
    }
}
