import KnowledgeClient
public import Logging
public import Messaging
import Model
public import RegistryClient
public import ServiceLifecycle
public import Storage
public import TrainerClient
import WorkQueueClient

/// Checks periodically for new data, and updates models as schedules say.
///
/// Every update is one trainer task whose identity follows from the schedule and the data, so that it is done once,
/// whatever is interrupted.
public struct Scheduler: Service {
    /// Interval between checks.
    static let pace = Duration.seconds(5)

    let store: ScheduleStore
    let outcomes: KnowledgeStore
    let learner: KnowledgeLearner
    let registry: RegistryClient
    let trainer: TrainerClient
    let logger: Logger

    /// How long other services may be unavailable before a check is given up; the next one comes soon.
    public static let patience = Duration.seconds(5)

    /// Makes the scheduler over a migrated database.
    /// - Parameters:
    ///   - outcomes: Where it records how updates turned out.
    ///   - learner: Learns from these outcomes.
    public init(
        _ database: ServiceDatabase, events: EventLog, outcomes: KnowledgeStore, learner: KnowledgeLearner,
        registry: RegistryClient, trainer: TrainerClient, logger: Logger
    ) {
        store = ScheduleStore(database, events: events)
        self.outcomes = outcomes
        self.learner = learner
        self.registry = registry
        self.trainer = trainer
        self.logger = logger
    }

    /// Adds the routes of schedules.
    public func register(in router: inout Router) { ScheduleHarness(scheduler: self).register(in: &router) }

    /// Looks until the service stops.
    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: Self.pace)
                do {
                    try await look()
                } catch let cancellation as CancellationError {
                    throw cancellation
                } catch {
                    logger.debug("schedules must wait", metadata: ["error": "\(Failure(error).message)"])
                }
            }
        }
    }

    /// Adds a schedule for data that arrives from now on.
    func add(_ schedule: UpdateSchedule) async throws -> UpdateSchedule {
        _ = try await registry.model(schedule.model)
        return try await store.add(schedule, known: data(of: schedule).map(\.recipe.hexadecimal))
    }

    /// Checks all schedules once.
    func look() async throws {
        let schedules = try await store.all().filter { $0.state == .waiting || $0.state == .updating }
        for schedule in schedules {
            for dataset in try await data(of: schedule) {
                try await store.note(
                    dataset.recipe.hexadecimal, samples: dataset.trainingSamples, of: schedule.id)
            }
        }
        for schedule in try await store.all() {
            switch schedule.state {
            case .waiting where schedule.pending >= schedule.samples: try await update(schedule)
            case .updating: try await follow(schedule)
            default: break
            }
        }
    }

    private func data(of schedule: UpdateSchedule) async throws -> [RegisteredDataset] {
        try await registry.datasets().filter { $0.name == schedule.dataset }
    }

    private func update(_ schedule: UpdateSchedule) async throws {
        guard let recipe = try await store.next(of: schedule.id) else { return }
        let task = UpdateTask(
            model: schedule.model, dataset: recipe, method: schedule.method, memory: schedule.memory,
            allowedForgetting: schedule.allowedForgetting, person: schedule.person)
        let id = "update-\(BlobDigest(hashing: Array("\(schedule.id) \(recipe)".utf8)).hexadecimal.prefix(16))"
        try await trainer.submit(task, id: id)
        try await store.begin(id, with: recipe, of: schedule.id)
        logger.info("schedule.updating", metadata: ["schedule": "\(schedule.id)", "task": "\(id)"])
    }

    /// Continues after an update has ended: with the remaining data, from the version that it made.
    private func follow(_ schedule: UpdateSchedule) async throws {
        let task = try await trainer.queue.task(schedule.task)
        switch task.state {
        case .queued, .leased: return
        case .succeeded:
            let result = try UpdateResult(result: task.result)
            try await record(result, of: schedule)
            // A version that forgot too much is not a basis for the next.
            let isGood = result.stage != ModelStage.none.rawValue
            try await store.end(
                .waiting, model: isGood ? result.model : nil,
                note: "\(result.model) is \(isGood ? result.stage : "kept without a stage because it forgot too much")",
                of: schedule.id)
            let rest = try await store.all().first { $0.id == schedule.id }
            if let rest, rest.state == .waiting, rest.pending > 0 { try await update(rest) }
        case .failed, .cancelled, .dead:
            try await store.end(
                .failed, model: nil, note: task.failure?.message ?? "the task was \(task.state)", of: schedule.id)
        }
    }

    /// Records the outcome of an update as that of the model that it continued from, like an update by a person.
    private func record(_ result: UpdateResult, of schedule: UpdateSchedule) async throws {
        guard let accuracy = result.value(on: "new"), accuracy.isFinite,
            let recipe = try await store.latest(of: schedule.id),
            let set = try await registry.dataset(recipe: BlobDigest(recipe))
        else { return }
        let parent = try await registry.model(schedule.model)
        try await outcomes.add(
            Observation(
                id: schedule.task, scenario: schedule.task,
                features: ScenarioFeatures(
                    dataset: set.name, modalities: set.modalities, classes: Int(set.classes),
                    samples: set.trainingSamples, statistics: set.statistics),
                genome: parent.id, space: ModelKey.pretrained, code: parent.code, objective: accuracy))
        learner.tell()
    }
}
