import Brain
import DesignerClient
import DesignerSearch
import KnowledgeClient
import Logging
import Messaging
import Model
import Search
import Synchronization
import TrainerClient
import WorkQueueClient
import WorkQueueServer

/// Runs a scenario's search: writes its decisions, carries out its actions, and reports the results to it.
struct SearchRunner: Sendable {
    let store: DesignerStore
    let peers: DesignerPeers
    /// The queue for the workers of searches with replicas.
    let queue: WorkQueue
    /// Connects these searches to their workers.
    let broker: ControllerBroker
    let logger: Logger

    /// Runs a search to its end, from its current state.
    /// - Parameter features: Receives the files of features that the search uses.
    /// - Throws: `CancellationError` if the scenario was canceled or the service stops; other errors if the designer
    ///   itself has a problem, after which the search can be resumed.
    func run(_ entry: DesignerStore.Entry, noting features: FeatureFiles) async throws {
        var search: any SearchMachine
        do {
            search = try await load(entry)
        } catch let failure as Failure where failure.code == .invalidArgument {
            // An older version accepted a scenario that this one rejects.
            return try await store.apply(.failed(failure, entry.id), to: entry)
        }
        let (plan, space) = (search.plan, search.searchSpace)
        let arrivals = Arrivals()
        try await withThrowingTaskGroup { group in
            var decision = try search.begin()
            var start: ContinuousClock.Instant?
            while true {
                try await store.apply(decision, to: entry)
                KillPoint.decisionStored.pass()
                report(decision, of: entry.id)
                for (request, placement) in decision.placements {
                    await broker.answer(request, placement, of: plan.id)
                }
                if decision.conclusion != nil { break }
                for step in decision.steps {
                    if case .wait = step { start = .now }
                    group.addTask { arrivals.add(try await perform(step, of: plan, in: space, features)) }
                }
                let news = try await news(from: arrivals, of: &group, for: entry)
                KillPoint.resultsHeard.pass()
                if let start { search.note(elapsed: (.now - start) / .seconds(1)) }
                decision = try search.handle(news)
            }
            group.cancelAll()
        }
    }

    /// Waits for reports. Everything that has arrived by then goes into one decision and thus into one transaction,
    /// because a commit to disk costs more than a trial's own work.
    private func news(
        from arrivals: Arrivals, of group: inout ThrowingTaskGroup<Void, any Error>, for entry: DesignerStore.Entry
    ) async throws -> [SearchEvent] {
        while try await group.next() != nil {
            let events = arrivals.take()
            // A step that has ended is no news if another's end has already brought its report.
            if !events.isEmpty { return events }
        }
        throw Failure(.internal, "The search of scenario '\(entry.id)' has nothing left to wait for.")
    }

    private func load(_ entry: DesignerStore.Entry) async throws -> any SearchMachine {
        let plan = try ScenarioPlan(
            reading: entry.text, file: entry.file, id: entry.id, generation: entry.generation,
            explanation: try await store.explanation(of: entry.id), models: try await store.backbones(of: entry.id))
        let trials = try await store.trials(of: entry.id)
        let search: any SearchMachine =
            switch plan.scenario.task {
            case .classification, .multiLabel, .regression:
                try SearchRun(plan: plan, isPrepared: entry.isPrepared, seeds: entry.seeds, trials: trials)
            case .tracking:
                try TrackingRun(plan: plan, isPrepared: entry.isPrepared, seeds: entry.seeds, trials: trials)
            }
        guard search.searchSpace.description == entry.space else {
            throw Failure(
                .invalidArgument,
                """
                A version of Gyrus with another search space began this search, so its genomes mean other \
                networks. Publish the scenario again.
                """)
        }
        return search
    }

    private func report(_ decision: SearchDecision, of scenario: ScenarioID) {
        for note in decision.notes {
            var metadata: Logger.Metadata = note.attributes.mapValues { "\($0)" }
            metadata["scenario"] = "\(scenario)"
            metadata["subject"] = "\(note.subject)"
            logger.info("\(note.kind)", metadata: metadata)
        }
    }

    // MARK: Steps

    private func perform(
        _ step: SearchDecision.Step, of plan: ScenarioPlan, in space: SearchSpace, _ features: FeatureFiles
    ) async throws -> SearchEvent {
        switch step {
        case .prepare(let order):
            .prepared(try await outcome { try await peers.trainer.prepare(order) })
        case .requestSeeds(let limit):
            .found(try await knowledge(for: plan, in: space, limit: limit))
        case .extract(let order, let modality):
            .extracted(
                modality: modality,
                try await outcome {
                    let result = try await peers.trainer.features(order)
                    features.add(result.blob)
                    return result
                })
        case .train(let order, let number):
            .trained(number: number, try await outcome { try await peers.trainer.train(order) })
        case .evaluate(let order, let number):
            .evaluated(number: number, try await outcome { try await peers.evaluator.evaluate(order) })
        case .track(let order, let number):
            .tracked(number: number, try await outcome { try await peers.evaluator.track(order) })
        case .registerTracker(let model):
            .registered(model: model.id, try await outcome { try await peers.registry.register(model) })
        case .startReplicas(let tasks):
            .abandoned(try await startReplicas(tasks))
        case .awaitProposals:
            .written(try await broker.next(for: plan.id))
        case .wait(let seconds):
            try await timeUp(after: seconds)
        case .register(let model):
            .registered(model: model.id, try await outcome { try await peers.registry.register(model) })
        }
    }

    private func timeUp(after seconds: Double) async throws -> SearchEvent {
        try await Task.sleep(for: .seconds(seconds))
        return .timeUp
    }

    /// Assigns the parts of a search with replicas to workers.
    /// - Returns: Why one of them can never be done.
    private func startReplicas(_ tasks: [TaskSubmission]) async throws -> Failure {
        for task in tasks { try await queue.submit(task) }
        return try await withThrowingTaskGroup(of: Failure?.self) { group in
            for task in tasks { group.addTask { try await failure(of: task.id) } }
            while let failure = try await group.next() {
                guard let failure else { continue }
                group.cancelAll()
                return failure
            }
            // All are done, so the search is over or about to be.
            while true { try await Task.sleep(for: .seconds(3_600)) }
        }
    }

    /// The permanent failure of a task; nil if there is none.
    private func failure(of task: String) async throws -> Failure? {
        while true {
            let task = try await queue.task(task, waiting: .seconds(30))
            if task.state.isFinal { return task.state == .failed || task.state == .dead ? task.failure : nil }
        }
    }

    /// The outcome of a step; cancellation is not an outcome.
    private func outcome<Value>(_ work: () async throws -> Value) async throws -> Result<Value, Failure> {
        do {
            return .success(try await work())
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            try Task.checkCancellation()
            return .failure(Failure(error))
        }
    }

    /// Known good genomes and structures; a search can begin without any.
    private func knowledge(
        for plan: ScenarioPlan, in space: SearchSpace, limit: Int
    ) async throws -> PriorKnowledge {
        let found = try await outcome {
            let (scenario, activations) = (plan.resolved, plan.explanation?.activations ?? [:])
            let networks = try await peers.knowledge.networks(
                for: scenario, activations: activations, space: space.description, limit: limit)
            let genomes = try networks.map { try Genome($0.model.key.genome) }
            var knowledge = PriorKnowledge()
            for genome in genomes where space.contains(genome) && !knowledge.genomes.contains(genome) {
                knowledge.genomes.append(genome)
            }
            for (modality, names) in try (plan.candidateSpace as? NetworkSpace)?.names ?? [:] where names.count > 1 {
                let ranked = try await peers.knowledge.structures(
                    names, of: modality, for: scenario, activations: activations)
                // An order without any evidence says nothing.
                knowledge.structures[modality] = ranked.contains(where: \.isKnown) ? ranked.map(\.name) : nil
            }
            return knowledge
        }
        switch found {
        case .success(let knowledge): return knowledge
        case .failure(let failure):
            logger.warning(
                "no prior knowledge is available",
                metadata: ["scenario": "\(plan.id)", "error": "\(failure.message)"])
            return PriorKnowledge()
        }
    }
}

/// Outcomes of steps that were not reported to the search yet.
private final class Arrivals: Sendable {
    private let events = Mutex<[SearchEvent]>([])

    func add(_ event: SearchEvent) { events.withLock { $0.append(event) } }

    func take() -> [SearchEvent] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }
}

extension SearchDecision {
    /// The decision to end a scenario that cannot be searched.
    static func failed(_ failure: Failure, _ id: ScenarioID) -> SearchDecision {
        var decision = SearchDecision()
        decision.fail(failure, id)
        return decision
    }
}
