import DesignerClient
import Model
import Search
import Testing
import TrainerClient

@testable import DesignerSearch

@Suite struct ChosenSettingsRunTests {
    @Test(arguments: ["evolution", "predictor", "progressive"])
    func `trainings have the settings that the search chose, and so has the final one`(_ method: String) throws {
        let choices = "choose: {learning-rate: [0.001, 0.02], label-smoothing: [0, 0.1], batch: [16, 32]}"
        let text = scenarioText().replacing("seed: 7,", with: "seed: 7, method: \(method), \(choices),")
        var driver = try SearchRunTests.Driver(text, order: 1)
        try driver.run()
        #expect(driver.rows.conclusion == .succeeded(model: "s1/24"))
        var batches: Set<Int> = [], rates: Set<Double> = []
        for order in driver.orders.values {
            let genes = try #require(order.genome).genes
            let present = genes.prefix(2).filter { !SearchSpace.isAbsent($0) }
            #expect(order.task.optimizers.dropLast().map(\.learningRate) == present.map { [0.001, 0.02][$0[3] - 1] })
            #expect(order.task.options.loss.labelSmoothing == [0, 0.1][genes[2][0] - 1])
            #expect(order.task.batch == [16, 32][genes[2][1] - 1])
            batches.insert(order.task.batch)
            rates.formUnion(order.task.optimizers.map(\.learningRate))
        }
        #expect(driver.orders.count == 25 && batches.count == 2 && rates.count == 2)
        let last = try #require(driver.rows.trials[24])
        #expect(last.networkName.contains("training: label-smoothing "))
        #expect(driver.rows.trials.values.contains { $0.id.number < 24 && $0.networkName == last.networkName })
    }
}
