import Foundation
import Model
import Networks
import Testing
import Torch

@Suite(.serialized, .timeLimit(.minutes(3))) struct PipelineTests {
    /// Workers of this process train a network together, each on its own thread.
    /// - Parameters:
    ///   - checkpoint: The checkpoint that they resume from.
    ///   - body: What rank 0 does; the others follow.
    func pipeline<Result: Sendable>(
        _ network: NetworkDescription, _ plan: TrainingPlan, workers: Int, microBatches: Int, samples: SampleSource,
        from checkpoint: URL? = nil, _ body: @escaping @Sendable (PipelineTraining) throws -> Result
    ) async throws -> [Result] {
        let rendezvous = try Rendezvous(on: "127.0.0.1")
        let address = rendezvous.address
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            for rank in 0..<workers {
                group.addTask {
                    try await onThread {
                        let group = try WorkerGroup(
                            at: Rendezvous(at: address), name: "test", host: "127.0.0.1", rank: rank, size: workers)
                        let training = try PipelineTraining(
                            network, plan: plan, microBatches: microBatches, samples: samples,
                            validation: samples, over: group)
                        if let checkpoint { _ = try training.restoreCheckpoint(from: checkpoint) }
                        guard rank == 0 else {
                            while !training.isDismissed { _ = try training.train(batches: 1) }
                            return nil
                        }
                        let result = try body(training)
                        try training.dismiss()
                        return result
                    }
                }
            }
            return try await group.reduce(into: []) { if let result = $1 { $0.append(result) } }
        }
    }

    /// Plain gradient descent with rate 1, so that a step changes weights by their gradient.
    private func gradientPlan(batch: Int) throws -> TrainingPlan {
        try TrainingPlan(optimizers: [.init(rule: .sgd, learningRate: 1)], epochs: 2, batch: batch, seed: 3)
    }

    /// Networks without batch normalization, which would depend on the micro-batches.
    enum Example: String, CaseIterable {
        case leNet3, mediumNet, twoModalities, residual

        func network() throws -> NetworkDescription {
            func branch(_ kind: TableSix) throws -> NetworkDescription {
                try kind.network(input: "image", shape: [1, 28, 28], classes: 10, width: 0.5, normalized: false)
            }
            switch self {
            case .leNet3: return try branch(.leNet3)
            case .mediumNet: return try branch(.mediumNet)
            case .twoModalities:
                let branch = try branch(.leNet3)
                return try .fused(branches: [("image", branch), ("audio", branch)], classes: 10)
            case .residual: return PipelineTests.residual()
            }
        }
    }

    private static func residual() -> NetworkDescription {
        NetworkDescription(
            name: "residual", inputs: [.init(name: "image", shape: [1, 28, 28])],
            layers: [
                Layer("first", .convolution(Convolution(channels: 4, kernel: 3, stride: 2)), from: "image"),
                Layer("relu", .relu, from: "first"),
                Layer("second", .convolution(Convolution(channels: 4, kernel: 3)), from: "relu"),
                Layer("sum", .addition, from: ["relu", "second"]),
                Layer("third", .convolution(Convolution(channels: 4, kernel: 3)), from: "sum"),
                Layer("again", .addition, from: ["relu", "third"]),
                Layer("mean", .globalAveragePooling, from: "again"),
                Layer("head", .linear(features: 10), from: "mean"),
            ])
    }

    @Test(arguments: Example.allCases)
    func `gradients equal those of one worker`(of example: Example) async throws {
        let network = try example.network()
        let samples = try SyntheticRows.source(count: 30, names: ["audio", "image"])
        let plan = try gradientPlan(batch: 30)
        let alone = try TrainingSession(network, plan: plan, samples: samples)
        let before = try TrainingTests.weights(alone.network)
        _ = try alone.train(batches: 1)
        let expected = try TrainingTests.weights(alone.network)
        for (workers, microBatches) in [(2, 4), (3, 2)] {
            let after = try await pipeline(
                network, plan, workers: workers, microBatches: microBatches, samples: samples
            ) { training in
                _ = try training.train(batches: 1)
                return try TrainingTests.weights(training.network)
            }
            let found = try #require(after.first)
            #expect(found.keys == expected.keys)
            let (error, gradient) = (try Self.difference(found, expected), try Self.difference(before, expected))
            #expect(error < 1e-5 * max(1, gradient), "apart from rounding")
            #expect(gradient > 1e-3)
        }
    }

    /// The largest difference between two states of a network.
    private static func difference(_ one: [String: [Float]], _ other: [String: [Float]]) throws -> Float {
        var largest: Float = 0
        for (name, values) in one {
            for (a, b) in zip(values, try #require(other[name])) { largest = max(largest, abs(a - b)) }
        }
        return largest
    }

    /// Batch normalization, which sees the same micro-batches for any number of workers, and two inputs.
    private func normalized() throws -> NetworkDescription {
        let lenet = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10, width: 0.5)
        return try .fused(branches: [("image", lenet), ("audio", lenet)], classes: 10)
    }

    @Test func `any number of workers gives the same bits and scores`() async throws {
        let samples = try SyntheticRows.source(count: 70, names: ["audio", "image"])
        let plan = try TrainingTests.plan(.adam, rate: 0.01, epochs: 3, batch: 24)
        struct Outcome: Equatable {
            var weights: [String: [Float]]
            var evaluation: Evaluation
            var loss: Double
        }
        var outcomes: [Outcome] = []
        for workers in 1...3 {
            outcomes += try await pipeline(
                normalized(), plan, workers: workers, microBatches: 3, samples: samples
            ) { training in
                var loss = 0.0
                while !training.isFinished { if let epoch = try training.train(batches: 2) { loss = epoch.loss } }
                let evaluation = try training.evaluate(on: samples)
                let whole = try training.network.evaluate(on: samples)
                #expect(abs(whole.loss - evaluation.loss) < 1e-5 && whole.confusionRows == evaluation.confusionRows)
                return Outcome(weights: try TrainingTests.weights(training.network), evaluation: evaluation, loss: loss)
            }
        }
        #expect(outcomes.count == 3)
        #expect(outcomes[1] == outcomes[0] && outcomes[2] == outcomes[0])
        #expect(outcomes[0].evaluation.accuracy > 0.3, "chance is 0.1")
    }

    @Test func `a checkpoint of three workers is resumed by two, and by one with the whole network`() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.file("checkpoint")
        let samples = try SyntheticRows.source(count: 60, names: ["audio", "image"])
        let network = try normalized()
        let plan = try TrainingTests.plan(.adam, rate: 0.01, epochs: 2, batch: 20)
        let undisturbed = try await pipeline(network, plan, workers: 2, microBatches: 2, samples: samples) { training in
            try training.finish()
            return try TrainingTests.weights(training.network)
        }
        _ = try await pipeline(network, plan, workers: 3, microBatches: 2, samples: samples) { training in
            _ = try training.train(batches: 2)
            try training.writeCheckpoint(to: file, notes: ["note": "kept"])
        }
        let alone = try TrainingSession(network, plan: plan, samples: samples)
        #expect(try alone.restoreCheckpoint(from: file)["note"] == "kept")
        #expect(alone.finishedBatches == 2)

        let continued = try await pipeline(
            network, plan, workers: 2, microBatches: 2, samples: samples, from: file
        ) { training in
            try training.finish()
            return try TrainingTests.weights(training.network)
        }
        #expect(continued == undisturbed)
    }

    @Test func `a network that cannot be split is refused with advice`() async throws {
        let samples = try SyntheticRows.source(count: 20)
        let network = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10)
        let plan = try TrainingTests.plan(batch: 10)
        for microBatches in [6, 11] {
            let failure = await #expect(throws: Failure.self) {
                try await pipeline(network, plan, workers: 2, microBatches: microBatches, samples: samples) { _ in }
            }
            #expect(failure?.message.contains("use fewer micro-batches") == true, "\(failure?.message ?? "")")
        }
    }

    @Test func `a loss that is not a number ends the training of all workers`() async throws {
        let samples = try SyntheticRows.source(count: 20)
        let network = try TableSix.leNet3.network(
            input: "image", shape: [1, 28, 28], classes: 10, normalized: false)
        let plan = try TrainingPlan(optimizers: [.init(rule: .sgd, learningRate: 100)], epochs: 30, batch: 20, seed: 1)
        let failure = await #expect(throws: Failure.self) {
            try await pipeline(network, plan, workers: 2, microBatches: 2, samples: samples) { try $0.finish() }
        }
        #expect(failure?.code == .diverged)
    }
}

/// Runs a blocking body on its own thread.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread { continuation.resume(with: Swift.Result { try body() }) }.start()
    }
}
