import Messaging
import Model
import ParameterServer
import Search
import ServiceTestSupport
import Testing

@testable import DesignerSearch
@testable import DesignerServer

/// Trials that a formula measures as soon as they are proposed.
private actor Board: TrialStore {
    let count: Int
    private(set) var known: SearchHistory
    /// Refused once each, as if another replica had been faster.
    private var refused: Set<Int>
    private(set) var steps: [Int] = []
    /// The trials of the current step, if there is one replica.
    private var placed: [Int] = []

    init(_ space: SearchSpace, trials: Int, refusing: Set<Int> = []) {
        count = trials
        known = SearchHistory(in: space)
        refused = refusing
    }

    static func worth(_ genome: Genome) -> Double {
        Double(genome.genes.flatMap(\.self).reduce(7) { ($0 * 31 + $1) % 101 })
    }

    func history() -> SearchHistory { known }

    func place(_ children: ControllerChildren) throws -> ControllerPlacement {
        if steps.last != children.step || children.genomes.count == children.batch { placed = [] }
        steps.append(children.step)
        for genome in children.genomes where known.proposals.count < count {
            // Another replica may have proposed it first.
            guard !known.proposals.contains(where: { $0.genome == genome }) else { continue }
            let number = known.proposals.count
            guard refused.remove(number) == nil else { break }
            try known.follow(Proposal(number: number, genome: genome, origin: ""), .objective(Self.worth(genome)))
            placed.append(number)
        }
        return ControllerPlacement(trials: placed, isOver: known.proposals.count == count)
    }

    func outcomes(of trials: [Int]) -> SearchHistory { known }
}

@Suite(.timeLimit(.minutes(10)))
struct ControllerLoopTests {
    /// Two modalities, each with its own layers, and therefore two controllers.
    private static var space: SearchSpace {
        get throws {
            let layers = SearchSpace.Repetition(
                [.init("kernel", ["1", "3", "5"]), .init("channels", ["8", "16", "32"])], times: 1...3)
            return try SearchSpace([
                .init("audio", repeating: layers, isOptional: true), .init("image", repeating: layers),
            ])
        }
    }

    /// What replicas of a search propose, with their parameters in shards behind a socket.
    private func trace(
        _ replication: Scenario.Replication, batch: Int, store: Board, in space: SearchSpace
    ) async throws -> [Genome] {
        let settings = Reinforcement.Settings(batch: batch)
        let start = ControllerReplica(settings, in: space, seed: 5).parameters
        var server = replication.settings(learningRate: settings.learningRate)
        server.shards = replication.shards
        var router = Router()
        try ParameterServer(start, settings: server).register(in: &router)
        try await withServer(router, at: socketEndpoint()) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<replication.replicas {
                    group.addTask {
                        let shards = ControllerShards(worker: "replica-\(number)") {
                            [RequestClient(to: client.endpoint, logger: quiet)]
                        }
                        let replica = ControllerReplica(
                            settings, in: space, seed: 5, number: number, of: replication.replicas)
                        var loop = ControllerLoop(replica, batch: batch, store: store, shards: shards) { _ in true }
                        try await loop.run()
                        await shards.leave()
                    }
                }
                try await group.waitForAll()
            }
        }
        return await store.known.proposals.map(\.genome)
    }

    /// What the search in one process proposes.
    private func serial(batch: Int, trials: Int, in space: SearchSpace) throws -> [Genome] {
        var searcher = Searcher(.reinforcement(.init(batch: batch)), in: space, seed: 5)
        for number in 0..<trials {
            guard case .proposal(let proposal) = try searcher.ask() else { break }
            try searcher.tell(number, .objective(Board.worth(proposal.genome)))
        }
        return searcher.history.proposals.map(\.genome)
    }

    @Test(arguments: [1, 4], [1, 3])
    func `one replica with bound 0 gives the same trace as a search in one process`(
        batch: Int, shards: Int
    ) async throws {
        let space = try Self.space
        let replication = Scenario.Replication(replicas: 1, shards: shards, updates: .staleness(0))
        let trials = 60
        let found = try await trace(replication, batch: batch, store: Board(space, trials: trials), in: space)
        #expect(found.count == trials)
        #expect(found == (try serial(batch: batch, trials: trials, in: space)))
        #expect(found != (try serial(batch: batch + 1, trials: trials, in: space)))
    }

    @Test(arguments: [Scenario.Replication.Updates.plain, .staleness(0), .staleness(2), .compensated])
    func `several replicas share the trials, all of which differ`(
        updates: Scenario.Replication.Updates
    ) async throws {
        let space = try Self.space
        let replication = Scenario.Replication(replicas: 3, shards: 2, updates: updates)
        let found = try await trace(replication, batch: 2, store: Board(space, trials: 61), in: space)
        #expect(found.count == 61)
        #expect(Set(found).count == 61)
    }

    @Test func `a proposal that another replica made first is replaced within its step`() async throws {
        let space = try Self.space
        let store = Board(space, trials: 12, refusing: [4, 5])
        let found = try await trace(.init(updates: .staleness(0)), batch: 3, store: store, in: space)
        #expect(found.count == 12)
        #expect(await store.steps == [0, 1, 1, 1, 2, 3, 4])
    }
}
