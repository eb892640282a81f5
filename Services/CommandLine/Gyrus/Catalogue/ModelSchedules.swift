import ArgumentParser
import Foundation
import KnowledgeClient
import Model
import TrainerClient

/// Makes a schedule of updates.
struct ModelSchedule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Update a model automatically when enough new samples of a data set arrive.",
        discussion: """
              gyrus models schedule 3fa27c11/48 --dataset fsdd --when 500

            New samples are those of data sets of that name that the registry receives from now on; see: gyrus datasets. Each is \
            learned by a task of its own, the oldest first, each from the version before. A version that forgets more than \
            allowed is kept without a stage, and the next one starts from its parent.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(help: ArgumentHelp("Name of the data set.", valueName: "name"))
    var dataset: String

    @Option(help: ArgumentHelp("New samples that must have come.", valueName: "samples"))
    var when: Int

    @Option(help: "How it learns: replay, distillation, ewc or fine-tuning.")
    var method = "replay"

    @Option(help: "How many earlier samples to learn again at most.")
    var memory = 4000

    @Option(help: "Points of accuracy on earlier data that a version may lose and still be promoted.")
    var allowedForgetting = UpdateTask.usualAllowance * 100

    @Option(help: ArgumentHelp("Who requests it (default: your login).", valueName: "name"))
    var by = NSUserName()

    @Argument(help: "Identity of the model; see: gyrus models.")
    var model: String

    func validate() throws {
        guard when > 0, memory > 0, allowedForgetting >= 0 else {
            throw ValidationError("--when and --memory must be above 0, --allowed-forgetting not below")
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
        commandName: "schedules", abstract: "List the schedules of updates.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    func run() async throws {
        try list.render(try await Services(gyrus.project).knowledge().schedules().map(ScheduleRow.init))
    }
}

/// Withdraws a schedule.
struct ModelUnschedule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unschedule", abstract: "Withdraw a schedule of updates; a running update continues.")

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "Identity of the schedule; see: gyrus models schedules.")
    var schedule: String

    func run() async throws {
        let cancelled = try await Services(gyrus.project).knowledge().cancel(schedule: schedule)
        emit("\(cancelled.id) \(cancelled.state.rawValue)")
    }
}

/// A schedule as lists show it.
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
