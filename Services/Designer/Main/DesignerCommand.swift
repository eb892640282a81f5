import ArgumentParser
import DesignerServer
import ServiceClient
import ServiceKit
import WorkQueueServer

/// The designer: scenarios and their searches.
@main
struct DesignerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "designer",
        abstract: "Run the designer, which accepts scenarios and searches for their networks.",
        discussion: """
            `designer` alone keeps the queue and runs the searches. Any number of `designer work` processes, on any \
            machine that reaches it and the registry, do the work of searches whose controllers have replicas.
            """,
        subcommands: [Serve.self, Work.self], defaultSubcommand: Serve.self)
}

/// Serves the queue and runs the searches.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep the queue of scenarios and run their searches.",
        discussion: """
            A scenario is on disk before it is acknowledged. For its search, the trainer trains candidates and the \
            evaluator scores them. The search waits while either is away, and continues after a restart where it stopped.

            Environment variables hold the endpoints of the services: GYRUS_TRAINER, GYRUS_EVALUATOR, \
            GYRUS_KNOWLEDGE and GYRUS_REGISTRY.
            """)

    @OptionGroup var options: ServiceOptions

    @Option(help: "Number of concurrent searches; further scenarios wait in the queue.")
    var parallelSearches = 4

    func validate() throws {
        guard (1...1_000).contains(parallelSearches) else {
            throw ValidationError("--parallel-searches must be between 1 and 1000.")
        }
    }

    func run() async throws {
        try await ServiceRuntime.run(
            .designer, options: options, migrations: { DesignerStore.registerMigrations(in: &$0) },
            setup: { context in
                let service = try await DesignerService(
                    context.database, events: context.events, peers: DesignerPeers { try context.connect(to: $0) },
                    parallelSearches: parallelSearches, logger: context.logger)
                DesignerHarness(service).register(in: &context.router)
                service.queue.register(in: &context)
                context.measure(service.metrics)
                for part in service.services { context.add(part) }
            })
    }
}
