import Foundation
import Model
import Networks
import Testing
import Torch

@Suite struct TrainingTests {
    static func plan(
        _ rule: Optimizer.Rule = .sgd, rate: Double = 0.05, epochs: Int = 2, batch: Int = 32, seed: UInt64 = 7
    ) throws -> TrainingPlan {
        try TrainingPlan(
            optimizers: [.init(rule: rule, learningRate: rate, momentum: rule == .sgd ? 0.9 : 0)], epochs: epochs,
            batch: batch, seed: seed)
    }

    static func weights(_ network: ScriptedNetwork) throws -> [String: [Float]] {
        Dictionary(uniqueKeysWithValues: try network.tensorNames.map { ($0, try network.values(of: $0)) })
    }

    @Test(.timeLimit(.minutes(2)), arguments: TableSix.allCases)
    func `every network of table 6 learns`(_ kind: TableSix) throws {
        let training = try SyntheticRows.source(count: 200, seed: 1)
        let validation = try SyntheticRows.source(count: 100, seed: 2)
        let network = try kind.network(input: "image", shape: [1, 28, 28], classes: 10)
        let session = try TrainingSession(
            network, plan: Self.plan(.adam, rate: 0.01, epochs: 5, batch: 20), samples: training)
        let first = try session.finishEpoch()
        while !session.isFinished { try session.finishEpoch() }
        let result = try session.network.evaluate(on: validation)
        #expect(first.loss > result.loss)
        #expect(result.accuracy > 0.6, "chance is 0.1")
        #expect(result.confusionRows.joined().reduce(0, +) == 100)
    }

    @Test(.timeLimit(.minutes(1)), arguments: Optimizer.Rule.allCases)
    func `each optimizer lowers the loss`(_ rule: Optimizer.Rule) throws {
        let samples = try SyntheticRows.source(count: 100)
        let network = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10)
        let rate = rule == .sgd ? 0.05 : 0.005
        let session = try TrainingSession(
            network, plan: Self.plan(rule, rate: rate, epochs: 4, batch: 20), samples: samples)
        let losses = try (0..<4).map { _ in try session.finishEpoch().loss }
        #expect(losses[3] < 0.5 * losses[0])
    }

    @Test(.timeLimit(.minutes(1)))
    func `the same seed gives the same bits, another seed others`() throws {
        let samples = try SyntheticRows.source(count: 70)
        let network = try Self.networkWithDropout()
        func trained(_ seed: UInt64) throws -> [String: [Float]] {
            let session = try TrainingSession(network, plan: Self.plan(seed: seed), samples: samples)
            while !session.isFinished { try session.finishEpoch() }
            return try Self.weights(session.network)
        }
        let first = try trained(7), second = try trained(7), other = try trained(8)
        #expect(first == second)
        #expect(first != other)
    }

    @Test(.timeLimit(.minutes(1)), arguments: Optimizer.Rule.allCases, [1, 4, 5])
    func `a training continued from a checkpoint ends with the same bits`(
        _ rule: Optimizer.Rule, after batches: Int
    ) throws {
        let samples = try SyntheticRows.source(count: 70)
        let network = try Self.networkWithDropout()
        let plan = try Self.plan(rule, rate: 0.01, epochs: 3, batch: 20)
        let directory = try TemporaryDirectory()
        let undisturbed = try TrainingSession(network, plan: plan, samples: samples)
        let last = try (0..<3).map { _ in try undisturbed.finishEpoch() }.last

        let interrupted = try TrainingSession(network, plan: plan, samples: samples)
        for _ in 0..<batches { _ = try interrupted.train(batches: 1) }
        try interrupted.writeCheckpoint(to: directory.file("checkpoint"))
        let continued = try TrainingSession(network, plan: plan, samples: samples)
        try continued.restoreCheckpoint(from: directory.file("checkpoint"))
        #expect(continued.finishedEpochs == batches / 4 && continued.finishedBatches == batches % 4)
        var end: TrainingSession.Epoch?
        while !continued.isFinished { end = try continued.finishEpoch() }
        #expect(end == last)
        #expect(try Self.weights(continued.network) == Self.weights(undisturbed.network))
    }

    @Test func `a checkpoint of another training is refused`() throws {
        let samples = try SyntheticRows.source(count: 40)
        let directory = try TemporaryDirectory()
        let network = try Self.networkWithDropout()
        let session = try TrainingSession(network, plan: Self.plan(seed: 1), samples: samples)
        try session.writeCheckpoint(to: directory.file("checkpoint"))
        let other = try TrainingSession(network, plan: Self.plan(seed: 2), samples: samples)
        let failure = #expect(throws: Failure.self) {
            try other.restoreCheckpoint(from: directory.file("checkpoint"))
        }
        #expect(failure?.code == .corrupt)
        try Data("no safetensors".utf8).write(to: directory.file("garbage"))
        #expect(throws: Failure.self) { try other.restoreCheckpoint(from: directory.file("garbage")) }
    }

    @Test func `each branch has its own optimizer, and a frozen one stays as it is`() throws {
        let samples = try SyntheticRows.source(count: 40, names: ["image", "audio"])
        let branch = { (input: String) in
            try TableSix.leNet3.network(input: input, shape: [1, 28, 28], classes: 10)
        }
        let network = try NetworkDescription.fused(
            branches: [("image", branch("image")), ("audio", branch("audio"))], classes: 10)
        let tiny = 1e-30  // Too small to change a weight.
        let plan = try TrainingPlan(
            optimizers: [
                .init(branch: "image.", rule: .adam, learningRate: 0.01),
                .init(branch: "audio.", rule: .sgd, learningRate: tiny), .init(rule: .rmsprop, learningRate: 0.001),
            ], epochs: 1, batch: 20, seed: 3)
        let session = try TrainingSession(network, plan: plan, samples: samples)
        let before = try Self.weights(session.network)
        try session.finishEpoch()
        let after = try Self.weights(session.network)
        #expect(before["image.convolution1.weight"] != after["image.convolution1.weight"])
        #expect(before["audio.convolution1.weight"] == after["audio.convolution1.weight"])
        #expect(before["head.linear.weight"] != after["head.linear.weight"])
    }

    @Test func `a weight that no optimizer changes is refused`() throws {
        let samples = try SyntheticRows.source(count: 40)
        let network = try Self.networkWithDropout()
        let plan = try TrainingPlan(
            optimizers: [.init(branch: "audio.", rule: .sgd, learningRate: 0.1)], epochs: 1, batch: 20, seed: 3)
        let failure = #expect(throws: Failure.self) {
            try TrainingSession(network, plan: plan, samples: samples)
        }
        #expect(failure?.message.contains("convolution1.weight") == true)
    }

    @Test func `a training that diverges reports the position`() throws {
        let samples = try SyntheticRows.source(count: 60)
        let network = try TableSix.leNet3.network(
            input: "image", shape: [1, 28, 28], classes: 10, normalized: false)
        let plan = try Self.plan(rate: 100, epochs: 50, batch: 20)
        let session = try TrainingSession(network, plan: plan, samples: samples)
        let failure = #expect(throws: Failure.self) { while !session.isFinished { try session.finishEpoch() } }
        #expect(failure?.code == .diverged)
        #expect(failure?.isRetriable == false)
        #expect(failure?.message.contains("in step") == true)
    }

    @Test func `samples that do not fit the network are refused before training`() throws {
        let samples = try SyntheticRows.source(count: 40)
        let audio = try TableSix.leNet3.network(input: "audio", shape: [1, 28, 28], classes: 10)
        let large = try TableSix.leNet3.network(input: "image", shape: [1, 112, 112], classes: 10)
        let classes = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 7)
        for (network, word) in [(audio, "is missing"), (large, "[1, 28, 28]"), (classes, "10 classes")] {
            let failure = #expect(throws: Failure.self) {
                try TrainingSession(network, plan: Self.plan(), samples: samples)
            }
            #expect(failure?.message.contains(word) == true)
        }
    }

    static func networkWithDropout() throws -> NetworkDescription {
        var network = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10, width: 0.5)
        let head = network.layers.removeLast()
        network.layers.append(Layer("dropout", .dropout(rate: 0.3), from: "features"))
        network.layers.append(Layer(head.name, head.operation, from: "dropout"))
        return network
    }
}
