import ArgumentParser
import KnowledgeServer
import RegistryClient
import ServiceClient
import ServiceKit
import TrainerClient

/// The knowledge service: outcomes of networks in scenarios.
@main
struct KnowledgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "knowledge", abstract: "Run the knowledge service, which learns which networks to try first.")

    @OptionGroup var options: ServiceOptions

    func run() async throws {
        try await ServiceRuntime.run(
            .knowledge, options: options, migrations: KnowledgeDatabase.registerMigrations
        ) { context in
            let store = KnowledgeStore(context.database, events: context.events)
            let learner = KnowledgeLearner(store: store, logger: context.logger)
            context.add(learner)
            KnowledgeHarness(store: store, learner: learner).register(in: &context.router)
            let scheduler = Scheduler(
                context.database, events: context.events, outcomes: store, learner: learner,
                registry: RegistryClient(try context.connect(to: .registry), patience: Scheduler.patience),
                trainer: TrainerClient(try context.connect(to: .trainer), patience: Scheduler.patience),
                logger: context.logger)
            context.add(scheduler)
            scheduler.register(in: &context.router)
        }
    }
}
