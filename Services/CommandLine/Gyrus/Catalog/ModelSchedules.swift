import ArgumentParser
import Foundation
import KnowledgeClient
import Model
import TrainerClient

/// Creates an update schedule.
struct ModelSchedule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Update a model automatically when enough new samples of a dataset arrive.",
        discussion: """
              gyrus models schedule 3fa27c11/48 --dataset fsdd --when 500

            New samples come from datasets of that name that the registry receives from now on; see: gyrus datasets. Each \
            dataset is learned in its own task, oldest first, starting from the previous version. A version that forgets \
            more than allowed is kept without a stage, and the next one starts from its parent.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(help: ArgumentHelp("Name of the dataset.", valueName: "name"))
    var dataset: String

    @Option(help: ArgumentHelp("Number of new samples that triggers an update.", valueName: "samples"))
    var when: Int

    @Option(help: "Method: replay, distillation, ewc or fine-tuning.")
    var method = "replay"

    @Option(help: "Maximum number of earlier samples to replay.")
    var memory = 4000

    @Option(help: "Accuracy on earlier data, in percentage points, that a version may lose and still be promoted.")
    var allowedForgetting = UpdateTask.usualAllowance * 100

    @Option(help: ArgumentHelp("Name to record as the requester (default: your login).", valueName: "name"))
    var by = NSUserName()

    @Argument(help: "ID of the model; see: gyrus models.", completion: .models)
    var model: String

    func validate() throws {
        guard when > 0, memory > 0, allowedForgetting >= 0 else {
            throw ValidationError("--when and --memory must be above 0, --allowed-forgetting at least 0")
        }
    }

    func run() async throws {
        let knowledge = try await Services(gyrus.project).knowledge()
        let made = try await knowledge.add(
            UpdateSchedule(
                id: "schedule-\(UUID().uuidString.prefix(8).lowercased())", model: model, dataset: dataset,
                samples: when, method: method, memory: memory, allowedForgetting: allowedForgetting / 100, person: by))
        emit(made.id)
    }
}

/// Lists the schedules.
struct ModelSchedules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedules", abstract: "List the update schedules.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    func run() async throws {
        try list.render(try await Services(gyrus.project).knowledge().schedules().map(ScheduleRow.init))
    }
}

/// Cancels a schedule.
struct ModelUnschedule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unschedule", abstract: "Cancel an update schedule; a running update continues.")

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "ID of the schedule; see: gyrus models schedules.")
    var schedule: String

    func run() async throws {
        let cancelled = try await Services(gyrus.project).knowledge().cancel(schedule: schedule)
        emit("\(cancelled.id) \(cancelled.state.rawValue)")
    }
}

/// A row of the list of schedules.
struct ScheduleRow: Listable {
    let id, model, dataset, method, state, task, note, person: String
    let samples, pending, memory: Int
    let allowedForgetting: Double
    let created: Date?

    init(_ schedule: UpdateSchedule) {
        id = schedule.id
        model = schedule.model
        dataset = schedule.dataset
        method = schedule.method
        state = schedule.state.rawValue
        task = schedule.task
        note = schedule.note
        person = schedule.person
        samples = schedule.samples
        pending = schedule.pending
        memory = schedule.memory
        allowedForgetting = schedule.allowedForgetting
        created = schedule.created
    }

    static let columns = ["ID", "MODEL", "DATASET", "NEW", "WHEN", "METHOD", "STATE", "NOTE"]

    var name: String { id }
    var row: [String] { [id, model, dataset, "\(pending)", "\(samples)", method, state, note] }
}
