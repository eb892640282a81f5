import ArgumentParser
import DesignerSearch
import DesignerServer
import Foundation
import Logging
import Messaging
import Model
import ParameterServer
import Search
import SearchSupport

/// What replicas of the controllers achieve: updates per second, and quality of the search.
struct ControllersBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "controllers",
        abstract:
            "Measure REINFORCE with parameter servers: updates/s and regret with 1, 2 and 4 replicas and each update rule.",
        discussion: """
            The table is read from $GYRUS_DATA or ../shared/data. Replicas and parameter servers communicate over sockets, \
            as in a real search; each trial takes a while, so that replicas have something to do in parallel. Regret is \
            defined as in 'nas-tables'; ± is the standard error. 'serial' is the same search in one process.
            """)

    @Option(help: "The table: cifar10, cifar100, imageNet16, macro.")
    var table = NASTable.Name.cifar10.rawValue
    @Option(help: "Number of runs of each, with the seeds 0, 1, 2, ….")
    var seeds = 20
    @Option(parsing: .upToNextOption, help: "Numbers of replicas to compare.")
    var replicas = [1, 2, 4]
    @Option(help: "Number of parameter servers.")
    var shards = 2
    @Option(help: "Number of trials that each replica runs at a time.")
    var batch = 1
    @Option(help: "Duration of a trial in milliseconds.")
    var trial = 20.0
    @Option(parsing: .upToNextOption, help: "Numbers of trials after which the regret is printed, ascending.")
    var counts = [25, 50, 100, 200]

    func validate() throws {
        guard NASTable.Name(rawValue: table) != nil else { throw ValidationError("there is no table '\(table)'") }
        guard seeds > 0, shards > 0, batch > 0, trial >= 0, replicas.allSatisfy({ $0 > 0 }), counts == counts.sorted()
        else { throw ValidationError("all numbers must be positive, and those of trials ascending") }
    }

    private var rules: [(name: String, updates: Scenario.Replication.Updates)] {
        [("plain", .plain), ("staleness 2", .staleness(2)), ("delay-compensated", .compensated)]
    }

    func run() async throws {
        let table = try NASTable(NASTable.Name(rawValue: table) ?? .cifar10)
        print(
            "controllers on \(self.table): \(seeds) seeds, \(shards) shards, \(batch) trials per step, \(trial) ms per trial; "
                + "regret after \(counts.map(String.init).joined(separator: ", ")) trials")
        let serial = try (0..<seeds).map { seed in
            let plan = SearchPlan.reinforcement(.init(batch: batch))
            return try table.regrets(of: Searcher(plan, in: table.space, seed: UInt64(seed)), after: counts)
        }
        print("serial: \(RegretText.text(serial))")
        for count in replicas {
            for rule in rules {
                let replication = Scenario.Replication(replicas: count, shards: shards, updates: rule.updates)
                var runs: [ControllersRun.Figures] = []
                for seed in 0..<seeds {
                    let run = ControllersRun(
                        table: table, replication: replication, batch: batch, seed: UInt64(seed),
                        trial: .milliseconds(trial), counts: counts)
                    runs.append(try await run.figures())
                }
                let speed = runs.map(\.updatesPerSecond).median
                let staleness = runs.map(\.staleness).reduce(0, +) / Double(runs.count)
                print(
                    "\(count) replicas, \(rule.name): "
                        + String(format: "%.1f updates/s, staleness %.2f, ", speed, staleness)
                        + RegretText.text(runs.map(\.regrets)))
            }
        }
    }
}

/// One search on a table by replicas in one process that use real sockets.
struct ControllersRun {
    struct Figures {
        var regrets: [Double]
        var updatesPerSecond: Double
        /// Mean number of updates by other replicas between pull and push.
        var staleness: Double
    }

    let table: NASTable
    let replication: Scenario.Replication
    let batch: Int
    let seed: UInt64
    let trial: Duration
    let counts: [Int]

    func figures() async throws -> Figures {
        let settings = Reinforcement.Settings(batch: batch)
        let parameters = ControllerReplica(settings, in: table.space, seed: seed).parameters
        let servers = try (0..<replication.shards).map { shard in
            let slice = replication.slice(shard, of: parameters.count)
            return try ParameterServer(
                Array(parameters[slice]), offset: slice.lowerBound,
                settings: replication.settings(learningRate: settings.learningRate))
        }
        let store = TableBoard(table: table, trials: counts.last ?? 0, duration: trial)
        let folder = FileManager.default.temporaryDirectory.appending(path: "g-\(UInt32.random(in: .min ... .max))")
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let endpoints = try servers.indices.map { try Endpoint("ipc://\(folder.path)/\($0)") }
            for (server, endpoint) in zip(servers, endpoints) {
                var router = Router()
                server.register(in: &router)
                let listener = RequestServer(endpoint: endpoint, router: router, logger: Self.quiet)
                group.addTask { try await listener.run() }
            }
            let start = ContinuousClock.now
            let exchanges = try await search(settings, store, endpoints)
            let seconds = (ContinuousClock.now - start).inSeconds
            group.cancelAll()
            let pushes = exchanges.reduce(0) { $0 + $1.pushes }
            return Figures(
                regrets: await store.regrets(after: counts),
                updatesPerSecond: Double(pushes) / Double(replication.shards) / seconds,
                staleness: Double(exchanges.reduce(0) { $0 + $1.stalenessSum }) / Double(max(1, pushes)))
        }
    }

    private func search(
        _ settings: Reinforcement.Settings, _ store: TableBoard, _ endpoints: [Endpoint]
    ) async throws -> [ParameterClient.Statistics] {
        try await withThrowingTaskGroup(of: ParameterClient.Statistics?.self) { group in
            for number in 0..<replication.replicas {
                group.addTask {
                    let shards = ControllerShards(worker: "replica-\(number)") {
                        endpoints.map { RequestClient(to: $0, logger: Self.quiet) }
                    }
                    let replica = ControllerReplica(
                        settings, in: table.space, seed: seed, number: number, of: replication.replicas)
                    var loop = ControllerLoop(
                        replica, batch: batch, store: ReplicaBoard(store: store, replica: number), shards: shards
                    ) { _ in true }
                    try await loop.run()
                    let statistics = await shards.statistics
                    await shards.leave()
                    return statistics
                }
            }
            return try await group.reduce(into: []) { if let statistics = $1 { $0.append(statistics) } }
        }
    }

    private static let quiet = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
}

/// The trials of all replicas; a table gives their results after a delay.
private actor TableBoard {
    let table: NASTable
    let trials: Int
    let duration: Duration
    private(set) var history: SearchHistory
    /// The trials of each replica's latest step.
    private var latest: [Int: (step: Int, trials: [Int])] = [:]

    init(table: NASTable, trials: Int, duration: Duration) {
        self.table = table
        self.trials = trials
        self.duration = duration
        history = SearchHistory(in: table.space)
    }

    func place(_ children: ControllerChildren, of replica: Int) throws -> ControllerPlacement {
        var placed = latest[replica].flatMap { $0.step == children.step ? $0.trials : nil } ?? []
        for genome in children.genomes where history.proposals.count < trials && !history.contains(genome) {
            placed.append(history.proposals.count)
            try history.follow(Proposal(number: history.proposals.count, genome: genome, origin: "controller"), nil)
        }
        latest[replica] = (children.step, placed)
        return ControllerPlacement(trials: placed, isOver: history.proposals.count >= trials)
    }

    func end(_ trials: [Int]) throws -> SearchHistory {
        for trial in trials {
            let proposal = history.proposals[trial]
            try history.follow(proposal, .objective(table.accuracy[proposal.genome] ?? -.infinity))
        }
        return history
    }

    func regrets(after counts: [Int]) -> [Double] {
        let values = history.proposals.map { table.accuracy[$0.genome] ?? -.infinity }
        return counts.map { table.best - (values.prefix($0).max() ?? -.infinity) }
    }
}

/// The trials as one replica sees them.
private struct ReplicaBoard: TrialStore {
    let store: TableBoard
    let replica: Int

    func history() async throws -> SearchHistory { await store.history }
    func place(_ children: ControllerChildren) async throws -> ControllerPlacement {
        try await store.place(children, of: replica)
    }
    func outcomes(of trials: [Int]) async throws -> SearchHistory {
        try await Task.sleep(for: store.duration)
        return try await store.end(trials)
    }
}
