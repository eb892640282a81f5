import Foundation
import Messaging
import Model
import Networks
import ServiceClient
import ServiceTestSupport
import TestSupport
import Testing
import TrainerClient

/// Workers on two machines (network namespaces) that reach the services over TCP with keys.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: SecondMachine.obstacle == nil, "\(SecondMachine.obstacle ?? "a second machine")"))
struct TwoMachinesTests {
    @Test(arguments: [Distribution(workers: 2), Distribution(workers: 2, kind: .pipeline)])
    func `a worker here and one on another machine train a network`(by distribution: Distribution) async throws {
        try await ProcessFixture.run { fixture in
            let machine = try SecondMachine()
            fixture.atEnd { machine.remove() }
            let services = ServiceDirectory(environment: try TwoMachines(in: fixture, machine).environment)
            let connection = try services.connect(to: .trainer, loop: MessageLoop(), logger: quiet)
            let trainer = TrainerClient(connection)
            let recipe = try DatasetRecipe(
                modalities: ["image": .init(dataset: "synthetic-digits")],
                counts: .init(training: 200, validation: 60, test: 60), seed: 5)
            _ = try await trainer.prepare(PreparationTask(recipe: recipe), id: "prepare", group: "g")
            let network = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10)
            let task = TrainingTask(
                network: network, dataset: recipe.id,
                optimizers: [Optimizer(rule: .adam, learningRate: 1e-2)], epochs: 8, batch: 20, seed: 11,
                distribution: distribution)
            let result = try await trainer.train(task, id: "train", group: "g")
            #expect(try #require(result.metrics["validation-accuracy"]) > 0.3, "chance is 0.1")
            let events = try await ServiceClient(connection).events(after: 0).events.filter { $0.subject == "train" }
            let leased = events.filter { $0.kind == "task.leased" }.compactMap { $0.attributes["worker"] }
            // A worker appends letters to its name.
            #expect(leased.map { $0.prefix { $0 != "-" } }.sorted() == ["here", "there"])
            let progress = events.filter { $0.kind == "task.progress" && $0.attributes["step"] == "8" }
            #expect(Set(progress.compactMap { $0.attributes["rank"] }) == ["0", "1"])
            #expect(progress.allSatisfy { Double($0.attributes["metric.exchanged-bytes"] ?? "") ?? 0 > 0 })
        }
    }
}
