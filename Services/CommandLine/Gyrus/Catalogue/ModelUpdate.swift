import ArgumentParser
import Foundation
import KnowledgeClient
import Model
import RegistryClient
import ServiceClient
import TrainerClient
import WorkQueueClient

/// Trains a new version of a model with other data.
struct ModelUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Train a new version of a model on new data, so that it forgets little.",
        discussion: """
              gyrus models update 3fa27c11/48 --data 0b5f21c9a0d3
              gyrus models update 3fa27c11/48 --data new-speakers.yaml --memory 8000

            DATA is the beginning of a recipe of the registry (see: gyrus datasets), or a scenario file, \
            whose data are then prepared. Methods:

              replay         learns earlier samples again, see --memory (recommended)
              distillation   learns the old version's answers; needs no earlier data
              ewc            holds weights that mattered (elastic weight consolidation)
              fine-tuning    learns the new data alone; the baseline, which forgets

            The new version takes its parent's stage, or staging, unless it forgot more than allowed; then it is kept \
            without a stage. To go back: gyrus models rollback MODEL
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(help: ArgumentHelp("The new data.", valueName: "dataset"))
    var data: String

    @Option(help: "How it learns: replay, distillation, ewc or fine-tuning.")
    var method = "replay"

    @Option(help: "How many earlier samples to learn again at most.")
    var memory = 4000

    @Option(help: "Passes over the data.")
    var epochs = 3

    @Option(help: "Samples in a mini-batch.")
    var batch = 64

    @Option(help: "Learning rate of Adam at the start.")
    var learningRate = 0.001

    @Option(help: "How many new samples to use at most (default: all).")
    var samples: Int?

    @Option(help: "Seed of the choice and order of samples.")
    var seed: UInt64 = 1

    @Option(help: "Points of accuracy on earlier data that it may lose and still be promoted.")
    var allowedForgetting = UpdateTask.usualAllowance * 100

    @Option(help: ArgumentHelp("Who requests it (default: your login).", valueName: "name"))
    var by = NSUserName()

    @Flag(help: "Print the task's identity and do not wait.")
    var detach = false

    @Option(help: "Form of the output: table or json.")
    var format: ListFormat = .table

    @Argument(help: "Identity of the model; see: gyrus models.")
    var model: String

    func validate() throws {
        guard ["replay", "distillation", "ewc", "fine-tuning"].contains(method) else {
            throw ValidationError(
                "there is no method '\(method)'; use one of replay, distillation, ewc, fine-tuning")
        }
        guard memory > 0, epochs > 0, batch > 0, samples ?? 1 > 0, learningRate > 0, allowedForgetting >= 0 else {
            throw ValidationError(
                "--memory, --epochs, --batch, --samples and --learning-rate must be above 0, --allowed-forgetting not"
                    + " below")
        }
    }

    func run() async throws {
        let services = try Services(gyrus.project)
        let trainer = TrainerClient(try await services.connect(to: .trainer))
        let parent = try await services.registry().model(model)
        let set = try await services.preparedData(data, by: trainer)
        let task = UpdateTask(
            model: parent.id, dataset: set.recipe.hexadecimal, method: method, memory: memory,
            epochs: epochs, batch: batch, learningRate: learningRate, samples: samples, seed: seed,
            allowedForgetting: allowedForgetting / 100, person: by)
        let id = try "update-\(BlobDigest(hashing: task.payload()).hexadecimal.prefix(16))"
        if detach {
            _ = try await trainer.submit(task, id: id)
            emit(id)
            return
        }
        say("training a new version of \(parent.id) by \(method); the task is \(id)")
        let row = UpdateRow(try await trainer.update(task, id: id))
        emit(try format == .json ? json(row) : table(UpdateRow.columns, [row.row]))
        await record(row, of: parent, on: set, services, trainer, task: id)
        if row.stage == ModelStage.none.rawValue {
            say("it forgot more than the \(allowedForgetting) points that are allowed, so it is kept without a stage")
        }
    }

    /// Records what came of it, so that the next ranking knows. The version is there all the same where that fails.
    private func record(
        _ row: UpdateRow, of parent: PretrainedModel, on set: RegisteredDataset, _ services: Services,
        _ trainer: TrainerClient, task: String
    ) async {
        guard let accuracy = row.new else { return }
        do {
            let scores = try await trainer.score(ScoringTask(model: parent.id, dataset: set.recipe.hexadecimal)).scores
            let named = scores.map { (Observation.scorePrefix + $0.key, $0.value) }
            try await services.knowledge().record(
                Observation(
                    id: task, scenario: task, features: ScenarioFeatures(set), genome: parent.id,
                    space: ModelKey.pretrained, code: parent.code, objective: accuracy,
                    metrics: Dictionary(uniqueKeysWithValues: named)))
        } catch {
            say("what came of it could not be recorded for later rankings: \(Failure(error).message)")
        }
    }
}

/// What came of an update, as it is shown.
struct UpdateRow: Listable {
    let model, stage: String
    let forgetting, earlierBefore, earlier, newBefore, new: Double?

    init(_ result: UpdateResult) {
        model = result.model
        stage = result.stage
        forgetting = result.metrics["forgetting"]
        // Whatever the metric of what the model answers is.
        func value(_ data: String, before isBefore: Bool = false) -> Double? {
            result.metrics.first { $0.key.hasPrefix("\(data)-") && $0.key.hasSuffix(".before") == isBefore }?.value
        }
        earlierBefore = value("earlier", before: true)
        earlier = value("earlier")
        newBefore = value("new", before: true)
        new = value("new")
    }

    static let columns = ["MODEL", "STAGE", "FORGOT", "EARLIER DATA", "NEW DATA"]

    var name: String { model }
    var row: [String] {
        [
            model, stage, Figures.percent(forgetting),
            "\(Figures.percent(earlierBefore)) → \(Figures.percent(earlier))",
            "\(Figures.percent(newBefore)) → \(Figures.percent(new))",
        ]
    }
}

/// Makes the version live again that was live before.
struct ModelRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Make the version live again that was live before.",
        discussion: """
              gyrus models rollback 3fa27c11/48~90d2c1aa
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(help: ArgumentHelp("Who does it (default: your login).", valueName: "name"))
    var by = NSUserName()

    @Option(help: "The reason.")
    var note = "rolled back"

    @Argument(help: "Identity of any version; see: gyrus models.")
    var model: String

    func run() async throws {
        let registry = try await Services(gyrus.project).registry()
        let series = try await registry.model(model).series
        let changes = try await registry.stages(StageQuery(series: series, stage: .live))
        let current = changes.first { $0.ended == nil }?.model
        guard let previous = changes.first(where: { $0.ended != nil && $0.model != current }) else {
            throw Failure(
                .notFound, "no other version of the series '\(series)' was ever live; see: gyrus models history")
        }
        let moved = try await registry.move(previous.model, to: .live, by: by, note: note)
        emit("\(moved.id) \(moved.stage.rawValue)")
    }
}
