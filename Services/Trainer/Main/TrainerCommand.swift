import ArgumentParser
import ServiceClient
import ServiceKit
import WorkQueueServer

/// The trainer: its queue, and workers that do what is in it.
@main
struct TrainerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trainer",
        abstract: "Prepares datasets and trains networks.",
        discussion: """
            One `trainer serve` keeps the queue of tasks. Any number of `trainer work`, on any machine that reaches it and \
            the registry, do the tasks; they can come and go at any time, and a task whose worker dies goes on from its \
            last checkpoint with another one.

            Where the services are is in the environment: GYRUS_TRAINER and GYRUS_REGISTRY hold endpoints.
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
