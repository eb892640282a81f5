import ArgumentParser
import Foundation
import Launcher
import Model
import ServiceClient
import WorkQueueClient

/// Manages dead tasks, which crashed too often.
struct Dead: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Manage dead tasks, which crashed too often.",
        discussion: """
            A search counts a dead task as a failed trial and continues without it. To rerun such trials after fixing the \
            cause, resume the scenario if it failed as a whole: gyrus resume ID. A task that you requeue here runs again, \
            but only a client that asks for it again, such as that search, uses its result.

              gyrus dead list
              gyrus dead show 3fa27c11/7/train
              gyrus dead requeue 3fa27c11/7/train
            """,
        subcommands: [DeadList.self, DeadShow.self, DeadRequeue.self, DeadDrop.self], defaultSubcommand: DeadList.self)
}

/// The services whose queues to search.
struct QueueOptions: ParsableArguments {
    @Option(help: "Queue: trainer or evaluator (default: both).")
    var service: ServiceName?

    func validate() throws {
        guard let service, !Self.queues.contains(service) else { return }
        throw ValidationError("the \(service) has no task queue; use trainer or evaluator")
    }

    static let queues: [ServiceName] = [.trainer, .evaluator]

    var names: [ServiceName] { service.map { [$0] } ?? Self.queues }

    /// Changes tasks, each in the queue that has it, and prints their IDs.
    func change(
        _ services: Services, _ tasks: [String], _ body: (QueueClient, String) async throws -> Bool
    ) async throws {
        for task in tasks {
            try await first(services, task) { try await body($0, task) }
            emit(task)
        }
    }

    /// Applies an operation in the first queue that has the task.
    func first(_ services: Services, _ task: String, _ body: (QueueClient) async throws -> Bool) async throws {
        for name in names {
            do {
                if try await body(services.queue(of: name)) { return }
            } catch let failure as Failure where failure.code == .notFound {
                continue
            }
        }
        throw Failure(.notFound, "there is no dead task '\(task)'; see: \(services.command("dead list"))")
    }
}

/// Lists dead tasks.
struct DeadList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the dead tasks.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions
    @OptionGroup var queue: QueueOptions

    func run() async throws {
        let services = try Services(gyrus.project)
        var rows: [DeadRow] = []
        for name in queue.names {
            let client = try await services.queue(of: name)
            var after = ""
            while true {
                let page = try await client.list(states: [.dead], limit: 1000, after: after)
                rows += page.map { DeadRow($0, service: name) }
                guard let last = page.last else { break }
                after = last.id
            }
        }
        try list.render(rows)
    }
}

/// Shows the details of a task.
struct DeadShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a task's last error and the last lines of its log.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var queue: QueueOptions
    @OptionGroup var form: FormatOption

    @Argument(help: "ID of the task.", completion: .deadTasks)
    var task: String

    /// Number of lines to show from the worker's log file if the worker sent none.
    private static let lines = 20

    func run() async throws {
        let services = try Services(gyrus.project)
        let directory = try gyrus.project.locator.projectDirectory()
        try await queue.first(services, task) { client in
            let page = DeadPage(try await client.task(task), in: directory, lines: Self.lines)
            try form.render(page, page.text)
            return true
        }
    }
}

/// The details of a task.
private struct DeadPage: Encodable {
    let id, kind, group, state, worker: String
    let attempts, maximumAttempts: Int
    let updated: Date
    let error, end: String?
    let log: [String]

    init(_ task: QueuedTask, in directory: ProjectDirectory, lines: Int) {
        id = task.id
        kind = task.kind
        group = task.group
        state = "\(task.state)"
        worker = task.worker
        attempts = task.attempt
        maximumAttempts = task.maximumAttempts
        updated = task.updated
        error = task.failure?.description
        let found = WorkerEnd(of: task.worker, in: directory)
        end = found.map { "\($0.replica) \($0.outcome)" }
        log =
            task.logTail.isEmpty
            ? found?.lastLines(before: task.updated, count: lines) ?? []
            : task.logTail.split(separator: "\n").map(String.init)
    }

    var text: String {
        let fields = pairs([
            ("task", id), ("kind", kind), ("group", group), ("state", state),
            ("attempts", "\(attempts) of \(maximumAttempts)"), ("worker", worker), ("process", end),
            ("updated", "\(ReplicaStatus.age(updated, Date())) ago"), ("error", error),
        ])
        return log.isEmpty ? fields : "\(fields)\nlog\n\(log.joined(separator: "\n"))"
    }
}

/// Requeues dead tasks.
struct DeadRequeue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requeue", abstract: "Requeue dead tasks with a fresh set of attempts.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var queue: QueueOptions

    @Argument(help: "IDs of tasks.", completion: .deadTasks)
    var tasks: [String]

    func run() async throws {
        let services = try Services(gyrus.project)
        try await queue.change(services, tasks) { try await $0.requeue($1) }
    }
}

/// Drops dead tasks.
struct DeadDrop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "drop", abstract: "Drop dead tasks for good.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var queue: QueueOptions

    @Argument(help: "IDs of tasks.", completion: .deadTasks)
    var tasks: [String]

    func run() async throws {
        let services = try Services(gyrus.project)
        try await queue.change(services, tasks) { try await $0.drop($1) }
    }
}

/// A row of the list of dead tasks.
struct DeadRow: Listable {
    let service, id, kind, group, worker: String
    let attempts: Int
    let error: String?
    let updated: Date

    init(_ task: QueuedTask, service: ServiceName) {
        self.service = service.rawValue
        id = task.id
        kind = task.kind
        group = task.group
        worker = task.worker
        attempts = task.attempt
        error = task.failure?.message
        updated = task.updated
    }

    static let columns = ["QUEUE", "TASK", "KIND", "ATTEMPTS", "DIED", "ERROR"]
    static let dispensable = ["QUEUE", "KIND", "DIED"]

    var name: String { id }
    var row: [String] {
        [service, id, kind, "\(attempts)", "\(ReplicaStatus.age(updated, Date())) ago", error ?? "–"]
    }
}
