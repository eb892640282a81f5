import DesignerClient
import DesignerSearch
import Messaging
import Model
import ParameterServer
import Search
import WorkQueueClient

/// A search with replicas, as its workers see it.
struct ControllerSearch {
    /// How long the designer may be unavailable when a part of a search begins.
    private static let patience = Duration.seconds(600)

    let plan: ScenarioPlan
    let space: any CandidateSpace
    let replication: Scenario.Replication
    let settings: Reinforcement.Settings

    init(_ task: ControllerTask, designer: DesignerClient) async throws {
        let (status, explanation) = try await retrying(for: Self.patience) {
            (try await designer.scenario(task.scenario), try await designer.explanation(of: task.scenario))
        }
        plan = try ScenarioPlan(reading: status.text, id: status.id, explanation: explanation)
        guard let replication = plan.scenario.search.replication else {
            throw Failure(.invalidArgument, "Scenario '\(status.id)' asks for no replicas of controllers.")
        }
        self.replication = replication
        space = try plan.candidateSpace
        settings = Reinforcement.Settings(batch: replication.batch(of: plan.scenario.search))
    }

    /// A replica of the controllers in its initial state.
    func replica(_ number: Int = 0) -> ControllerReplica {
        ControllerReplica(
            settings, in: space.space, seed: plan.scenario.search.seed, number: number, of: replication.replicas)
    }

    /// The server of a shard in its initial state.
    func server(_ shard: Int) throws -> ParameterServer {
        let parameters = replica().parameters
        let slice = replication.slice(shard, of: parameters.count)
        return try ParameterServer(
            Array(parameters[slice]), offset: slice.lowerBound,
            settings: replication.settings(learningRate: settings.learningRate))
    }
}

/// The trials of a search, fetched from the designer.
actor DesignerProxy: TrialStore {
    private let search: ControllerSearch
    private let replica: Int
    private let designer: DesignerClient
    private let controllers: ControllerClient
    private var known: SearchHistory

    init(_ search: ControllerSearch, replica: Int, _ requests: RequestClient) {
        self.search = search
        self.replica = replica
        designer = DesignerClient(requests)
        controllers = ControllerClient(requests, scenario: search.plan.id)
        known = SearchHistory(in: search.space.space)
    }

    /// The step that the replica begins with.
    var firstStep: Int {
        get async throws { SearchRun.step(of: replica, in: try await trials(from: 0)) }
    }

    func history() async throws -> SearchHistory {
        for trial in try await trials(from: known.settled) where !trial.purpose.isFinal {
            try known.follow(try Proposal(trial), search.plan.scenario.outcome(of: trial))
        }
        return known
    }

    func place(_ children: ControllerChildren) async throws -> ControllerPlacement {
        let (trials, isOver) = try await controllers.place(
            children.genomes.map(\.description), replica: replica, step: children.step, batch: children.batch,
            evenness: children.evenness)
        return ControllerPlacement(trials: trials, isOver: isOver)
    }

    func outcomes(of trials: [Int]) async throws -> SearchHistory {
        try await controllers.wait(for: trials)
        let history = try await history()
        // Trials without an outcome ended because their search was canceled.
        guard trials.allSatisfy({ history.outcomes[$0] != nil }) else { throw CancellationError() }
        return history
    }

    private func trials(from number: Int) async throws -> [Trial] {
        var trials: [Trial] = []
        while true {
            let first = number + trials.count
            let page = try await retrying(for: .seconds(600)) {
                try await designer.trials(of: search.plan.id.text, from: first)
            }
            if page.isEmpty { return trials }
            trials += page
        }
    }
}
