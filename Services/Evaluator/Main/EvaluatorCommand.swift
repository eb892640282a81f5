import ArgumentParser
import ServiceClient
import ServiceKit
import WorkQueueServer

/// The evaluator: its queue, and the workers that do its tasks.
@main
struct EvaluatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluator",
        abstract: "Run the evaluator, which scores trained networks.",
        discussion: """
            One `evaluator serve` keeps the queue of tasks. Any number of `evaluator work` processes, on any machine \
            that reaches it and the registry, do the tasks. They can join and leave at any time; if a worker dies, its \
            task goes to another one.

            The environment variables GYRUS_EVALUATOR and GYRUS_REGISTRY hold the endpoints of the services.
            """,
        subcommands: [Serve.self, Work.self])
}

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Keep the queue of evaluation tasks.")

    @OptionGroup var options: ServiceOptions

    @OptionGroup var queueOptions: QueueOptions

    func run() async throws {
        try await ServiceRuntime.run(
            .evaluator, options: options, migrations: { WorkQueue.registerMigrations(in: &$0) }
        ) { context in
            let queue = try await WorkQueue(
                context.database, events: context.events, settings: queueOptions.settings, logger: context.logger)
            QueueHarness(queue).register(in: &context.router)
            queue.register(in: &context)
            context.add(queue)
        }
    }
}

struct Work: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Do evaluation tasks, one at a time.")

    @Argument(parsing: .captureForPassthrough, help: "Flags of the worker; --help shows them.")
    var arguments: [String] = []

    func run() async throws {
        try SiblingProgram.become("evaluator-worker", arguments: arguments)
    }
}
