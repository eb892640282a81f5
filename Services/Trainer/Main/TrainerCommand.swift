import ArgumentParser
import ServiceClient
import ServiceKit
import WorkQueueServer

/// The trainer: its queue, and the workers that do its tasks.
@main
struct TrainerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trainer",
        abstract: "Run the trainer, which prepares datasets and trains networks.",
        discussion: """
            One `trainer serve` keeps the queue of tasks. Any number of `trainer work` processes, on any machine that \
            reaches it and the registry, do the tasks. They can join and leave at any time; if a worker dies, another \
            one continues its task from the last checkpoint.

            The environment variables GYRUS_TRAINER and GYRUS_REGISTRY hold the endpoints of the services.
            """,
        subcommands: [Serve.self, Work.self])
}

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Keep the queue of training tasks.")

    @OptionGroup var options: ServiceOptions

    @OptionGroup var queueOptions: QueueOptions

    func run() async throws {
        try await ServiceRuntime.run(
            .trainer, options: options, migrations: { WorkQueue.registerMigrations(in: &$0) }
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
    static let configuration = CommandConfiguration(abstract: "Do training tasks, one at a time.")

    @Argument(parsing: .captureForPassthrough, help: "Flags of the worker; --help shows them.")
    var arguments: [String] = []

    func run() async throws {
        try SiblingProgram.become("trainer-worker", arguments: arguments)
    }
}
