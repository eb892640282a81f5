import ArgumentParser
import Foundation
import KnowledgeClient
import Model
import Presentation
import RegistryClient
import ServiceClient
import TrainerClient
import WorkQueueClient

/// Trains a new version of a model on new data.
struct ModelUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Train a new version of a model on new data with little forgetting.",
        discussion: """
              gyrus models update 3fa27c11/48 --data 0b5f21c9a0d3
              gyrus models update 3fa27c11/48 --data new-speakers.yaml --memory 8000
              gyrus models update 3fa27c11/48 --data more-clothes

            DATA is a folder or a table, a scenario file, or a dataset's name or a prefix of its recipe in the \
            registry (see: gyrus datasets); if it can be both a file and a dataset, write ./DATA for the file. A folder, a table or a scenario with a source is prepared like the model's own \
            data. If it has new classes, the new version gets an output for each of them, after the known \
            ones. Methods:

              replay         replays earlier samples, see --memory (recommended)
              distillation   learns the old version's answers; needs no earlier data
              ewc            protects important weights (elastic weight consolidation)
              fine-tuning    learns only the new data; the baseline, which forgets

            The new version takes its parent's stage, or staging. If it forgets more than allowed, it is kept \
            without a stage. To go back: gyrus models rollback MODEL
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(help: ArgumentHelp("New data.", valueName: "dataset"))
    var data: String

    @Option(help: "Method: replay, distillation, ewc or fine-tuning.")
    var method = "replay"

    @Option(help: "Maximum number of earlier samples to replay.")
    var memory = 4000

    @Option(help: "Number of epochs.")
    var epochs = 3

    @Option(help: "Mini-batch size.")
    var batch = 64

    @Option(help: "Initial learning rate of Adam.")
    var learningRate = 0.001

    @Option(help: "Maximum number of new samples (default: all).")
    var samples: Int?

    @Option(help: "Seed for the choice and order of samples.")
    var seed: UInt64 = 1

    @Option(help: "Accuracy on earlier data, in percentage points, that it may lose and still be promoted.")
    var allowedForgetting = UpdateTask.usualAllowance * 100

    @Option(help: ArgumentHelp("Name to record as the requester (default: your login).", valueName: "name"))
    var by = NSUserName()

    @Flag(help: "Print the task's ID and do not wait.")
    var detach = false

    @Option(help: "Output format: table or json.")
    var format: ListFormat = .table

    @Argument(help: "ID of the model; see: gyrus models.", completion: .models)
    var model: String

    func validate() throws {
        guard ["replay", "distillation", "ewc", "fine-tuning"].contains(method) else {
            throw ValidationError(
                "there is no method '\(method)'; use one of replay, distillation, ewc, fine-tuning")
        }
        guard memory > 0, epochs > 0, batch > 0, samples ?? 1 > 0, learningRate > 0, allowedForgetting >= 0 else {
            throw ValidationError(
                "--memory, --epochs, --batch, --samples and --learning-rate must be above 0, and "
                    + "--allowed-forgetting at least 0")
        }
    }

    func run() async throws {
        let services = try Services(gyrus.project)
        let trainer = TrainerClient(try await services.connect(to: .trainer))
        let parent = try await services.registry().model(model)
        let set = try await services.preparedData(data, by: trainer, for: parent)
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
            say("it forgot more than the allowed \(allowedForgetting) percentage points, so it is kept without a stage")
        }
    }

    /// Records the outcome for later rankings. If recording fails, the version is kept all the same.
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
            say("could not record the outcome for later rankings: \(Failure(error).message)")
        }
    }
}

/// The outcome of an update.
struct UpdateRow: Listable {
    let model, stage: String
    let forgetting, earlierBefore, earlier, newBefore, new: Double?

    init(_ result: UpdateResult) {
        model = result.model
        stage = result.stage
        forgetting = result.metrics["forgetting"]
        earlierBefore = result.value(on: "earlier", before: true)
        earlier = result.value(on: "earlier")
        newBefore = result.value(on: "new", before: true)
        new = result.value(on: "new")
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

/// Makes the previously live version live again.
struct ModelRollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Make the previously live version live again.",
        discussion: """
              gyrus models rollback 3fa27c11/48~90d2c1aa
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(help: ArgumentHelp("Name to record for the change (default: your login).", valueName: "name"))
    var by = NSUserName()

    @Option(help: "Reason for the change.")
    var note = "rolled back"

    @Argument(help: "ID of any version in the series; see: gyrus models.", completion: .models)
    var model: String

    func run() async throws {
        let registry = try await Services(gyrus.project).registry()
        let series = try await registry.model(model).series
        let changes = try await registry.stages(StageQuery(series: series, stage: .live))
        let current = changes.first { $0.ended == nil }?.model
        guard let previous = changes.first(where: { $0.ended != nil && $0.model != current }) else {
            throw Failure(
                .notFound, "no other version of series '\(series)' was ever live; see: gyrus models history")
        }
        let moved = try await registry.move(previous.model, to: .live, by: by, note: note)
        emit("\(moved.id) \(moved.stage.rawValue)")
    }
}
