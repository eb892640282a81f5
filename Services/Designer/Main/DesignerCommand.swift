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
        abstract: "Accepts scenarios and searches for their networks.",
        discussion: """
            `designer` alone keeps the queue and runs the searches. Any number of `designer work`, on any machine that reaches \
            it and the registry, do the work of searches whose controllers have replicas.
            """,
        subcommands: [Serve.self, Work.self], defaultSubcommand: Serve.self)
}

/// The designer itself.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep the queue of scenarios and run their searches.",
        discussion: """
            A scenario is on disk before it is acknowledged. Its search has candidates trained by the trainer and scored by \
            the evaluator, waits while either is away, and goes on after a restart where it stood.

            Where the services are is in the environment: GYRUS_TRAINER, GYRUS_EVALUATOR, GYRUS_KNOWLEDGE and \
            GYRUS_REGISTRY hold endpoints.
            """)

    @OptionGroup var options: ServiceOptions

    @Option(help: "Searches that run at a time; further scenarios wait in the queue.")
    var parallelSearches = 4

    func validate() throws {
        guard (1...1_000).contains(parallelSearches) else {
            throw ValidationError("--parallel-searches must be from 1 to 1000.")
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
