import DesignerClient
import Model
import Search
import Testing
import TrainerClient

@testable import DesignerSearch
@testable import DesignerServer

@Suite struct FusionRunTests {
    static func text(
        image: String = "LeNet3", trials: Int = 20, population: Int = 4, fineTuning: String = "", more: String = ""
    ) -> String {
        """
        scenario: fused
        modalities:
          image: {dataset: mnist}
          audio: {dataset: fsdd, noise: esc10}
        fusion: {networks: {image: \(image), audio: LeNet5}\(fineTuning)}
        search: {population: \(population), trials: \(trials), seed: 3}
        training: {epochs: 2}
        \(more)
        """
    }

    @Test func `networks are trained, features computed once, and the best fusion assembled`() throws {
        var driver = try SearchRunTests.Driver(Self.text(fineTuning: ", fine-tuning: {epochs: 1}"), order: 1)
        driver.bonus = { $0 >= 2 ? 2 : 0 }
        try driver.run()
        let trials = driver.rows.trials
        #expect(trials.count == 23 && trials.values.allSatisfy { $0.state == .succeeded })
        #expect(trials[0]?.origin == "alone" && trials[1]?.origin == "alone")
        #expect(Set([trials[0]?.genome, trials[1]?.genome]) == ["1-0.0.0", "2-0.0.0"])
        #expect(trials[2]?.genome == "3-0.0.0", "the product")
        #expect((3..<20).allSatisfy { trials[$0]?.genome.hasPrefix("0-") == true })
        #expect(driver.done.filter { $0.hasPrefix("extract") }.sorted() == ["extract audio", "extract image"])
        let best = try #require((2..<20).compactMap { trials[$0] }.max { ($0.objective ?? 0) < ($1.objective ?? 0) })
        #expect(trials[20]?.origin == "final \(best.id.number)")
        #expect(trials[21]?.origin == "final \(best.id.number), fine-tuned")
        #expect(trials[2]?.purpose == .baseline && trials[22]?.purpose == .final(of: 2), "what the search has to beat")
        #expect([.succeeded(model: "s1/20"), .succeeded(model: "s1/21")].contains(driver.rows.conclusion))
        // The single networks and the assembled fusions are models; fusion layers alone are not.
        let models = driver.rows.deliveries.compactMap { delivery in
            if case .model(let model) = delivery { return model.id }
            return nil
        }
        #expect(Set(models) == ["s1/0", "s1/1", "s1/20", "s1/21", "s1/22"])
    }

    @Test func `the product of answers is the first fusion, needs no training, and keeps the limits`() throws {
        var driver = try SearchRunTests.Driver(Self.text(), order: 1)
        try driver.run()
        let product = try #require(driver.rows.trials[2])
        #expect(product.genome == "3-0.0.0" && product.origin == "late fusion" && product.state == .succeeded)
        #expect(product.networkName == "LeNet5+LeNet3 product of answers: audio scores + image scores multiplied")
        let genome = try Genome(product.genome)
        #expect(driver.orders.values.first { $0.genome == genome }?.task.epochs == 0)
        #expect(try driver.plan.candidateSpace.isAllowed(genome))
        let text = Self.text(more: "objective: {limits: {parameters: 20000}}")
        let small = try SearchRunTests.Driver(text, order: 1).plan.candidateSpace
        #expect(!small.isAllowed(genome))
        #expect(small.isAllowed(try Genome("1-0.0.0")))
    }

    @Test func `if no fusion is better, the best single network is the result`() throws {
        var driver = try SearchRunTests.Driver(Self.text(), order: 1)
        driver.bonus = { $0 < 2 ? 2 : 0 }
        try driver.run()
        let alone = [0, 1].compactMap { driver.rows.trials[$0] }
        let better = try #require(alone.max { ($0.objective ?? 0) < ($1.objective ?? 0) })
        #expect(driver.rows.conclusion == .succeeded(model: better.id.description))
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `any order of events and any crash give the same trials`(order: UInt64) throws {
        var reference = try SearchRunTests.Driver(Self.text(), order: 0)
        try reference.run()
        var other = try SearchRunTests.Driver(Self.text(), order: order)
        other.together = 3
        try other.run(crashing: 0.1)
        #expect(other.rows.trace == reference.rows.trace)
        #expect(other.rows.conclusion == reference.rows.conclusion)
    }

    @Test func `a network that cannot be trained ends the search with the reason`() throws {
        var driver = try SearchRunTests.Driver(Self.text(), order: 1)
        driver.fails = { $0 == 1 ? Failure(.invalidArgument, "no such sound") : nil }
        try driver.run()
        guard case .failed(let failure) = driver.rows.conclusion else {
            Issue.record("it did not fail")
            return
        }
        #expect(failure.message.contains("network to be fused") && failure.message.contains("no such sound"))
    }

    @Test(arguments: [
        ("LeNet9", "", 5, "did you mean"), ("LeNet3", "final: {epochs: 3}", 8, "fine-tuning"),
    ])
    func `errors give their position`(image: String, more: String, line: Int, word: String) throws {
        let failure = #expect(throws: Failure.self) {
            let text = Self.text(image: image, more: more)
            let plan = ScenarioPlan(
                id: try ScenarioID("s1"), generation: 0, file: try ScenarioFile(text, file: "f.yaml"), text: text)
            _ = try plan.candidateSpace
        }
        let message = failure?.message ?? ""
        #expect(message.hasPrefix("f.yaml:\(line):") && message.lowercased().contains(word), "\(message)")
    }
}
