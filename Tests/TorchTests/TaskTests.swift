import Foundation
import Model
import Networks
import Testing
import Torch

/// Every kind of target in training, evaluation and distributed training.
@Suite(.timeLimit(.minutes(2))) struct TaskTests {
    /// Noisy rows of 6 numbers: the class is the largest of the first three, labels are the signs of all, and numbers
    /// are sums.
    static func samples(_ kind: Target.Kind, count: Int, seed: UInt64) throws -> SampleSource {
        var generator = SplitMix64(seed: seed)
        let rows = (0..<count * 6).map { _ in Float(Int64(generator.next() >> 40)) / Float(1 << 23) - 1 }
        let stored = StoredRows(rows)
        let modality = SampleSource.Modality(
            name: "table", shape: [6], elementType: .float32, rows: stored.bytes, indices: (0..<Int32(count)).map { $0 }
        )
        let each = (0..<count).map { Array(rows[$0 * 6..<($0 + 1) * 6]) }
        switch kind {
        case .classification:
            let labels = each.map { row in Int32((0..<3).max { row[$0] < row[$1] } ?? 0) }
            return try SampleSource(
                target: Target(kind, names: ["a", "b", "c"]), modalities: [modality], answers: .classes(labels),
                owner: stored)
        case .multiLabel:
            return try SampleSource(
                target: Target(kind, names: (0..<6).map { "\($0)" }), modalities: [modality],
                answers: .numbers(rows.map { $0 > 0 ? 1 : 0 }), owner: stored)
        case .regression:
            let sums = each.flatMap { [$0[0] + $0[1] * $0[2], $0[3] - $0[4]] }
            return try SampleSource(
                target: Target(kind, names: ["x", "y"], means: [10, -1], deviations: [2, 0.5]), modalities: [modality],
                answers: .numbers(sums), owner: stored)
        }
    }

    static func network(_ kind: Target.Kind) -> NetworkDescription {
        let outputs = [Target.Kind.classification: 3, .multiLabel: 6, .regression: 2][kind] ?? 1
        return NetworkDescription(
            name: "rows", inputs: [.init(name: "table", shape: [6])],
            layers: [
                Layer("hidden", .linear(features: 24), from: "table"), Layer("activation", .relu, from: "hidden"),
                Layer("head", .linear(features: outputs), from: "activation"),
            ])
    }

    @Test func `a bag of tokens weighs them by how rare they are in the training samples`() throws {
        // Token 1 is in all texts, token 2 in one and token 4 in none; pair (1, 2) is in one.
        let stored = StoredRows([1, 2, 0, 1, 1, 0, 3, 1, 0] as [Int32])
        let samples = try SampleSource(
            classes: 2,
            modalities: [.init(name: "text", shape: [3], elementType: .int32, rows: stored.bytes, indices: [0, 1, 2])],
            labels: [0, 1, 0], owner: stored)
        let network = NetworkDescription(
            name: "bag", inputs: [.init(name: "text", shape: [3])],
            layers: [
                Layer("bag", .tokenBag(vocabulary: 5, pairs: 97, features: 4, deviation: 0.1), from: "text"),
                Layer("head", .linear(features: 2), from: "bag"),
            ])
        let plan = try TrainingTests.plan(.adam, rate: 0.1, epochs: 20, batch: 3)
        let session = try TrainingSession(network, plan: plan, samples: samples)
        let all = Float(1), one = Float(log(4.0 / 2) + 1), none = Float(0)
        #expect(try session.network.values(of: "bag.importance") == [all, all, one, one, none])
        let pairs = try session.network.values(of: "bag.pair_importance")
        #expect(pairs.count == 98 && pairs.filter { $0 == one }.count == 3 && pairs.contains(none))
        while !session.isFinished { try session.finishEpoch() }
        #expect(try session.network.evaluate(on: samples).metrics["accuracy"] == 1)
        #expect(try session.network.values(of: "bag.importance") == [all, all, one, one, none])
    }

    @Test(arguments: Target.Kind.allCases)
    func `networks learn every kind of target`(_ kind: Target.Kind) throws {
        let session = try TrainingSession(
            Self.network(kind), plan: TrainingTests.plan(.adam, rate: 0.02, epochs: 12, batch: 20),
            samples: Self.samples(kind, count: 400, seed: 1))
        while !session.isFinished { try session.finishEpoch() }
        let validation = try Self.samples(kind, count: 200, seed: 2)
        let metrics = try session.network.evaluate(on: validation).metrics
        let usual = Metric.usual(for: Scenario.Task(kind))
        #expect(try #require(metrics[usual.name]) > 0.85, "\(metrics)")
        if kind == .regression {
            // In the numbers' own unit, the first column has four times the deviation of the second.
            #expect(try #require(metrics["rmse"]) < 0.6)
        }
    }

    @Test(arguments: Target.Kind.allCases)
    func `a pipeline learns and answers like one worker`(_ kind: Target.Kind) async throws {
        let samples = try Self.samples(kind, count: 60, seed: 1)
        let plan = try TrainingTests.plan(.sgd, rate: 0.05, epochs: 2, batch: 20)
        let outcomes = try await PipelineTests().pipeline(
            Self.network(kind), plan, workers: 2, microBatches: 2, samples: samples
        ) { training in
            while !training.isFinished { _ = try training.train(batches: 3) }
            return (try training.evaluate(on: samples), try TrainingTests.weights(training.network))
        }
        let session = try TrainingSession(Self.network(kind), plan: plan, samples: samples)
        while !session.isFinished { try session.finishEpoch() }
        let alone = try session.network.evaluate(on: samples)
        let (together, weights) = try #require(outcomes.first)
        #expect(abs(alone.loss - together.loss) < 1e-5)
        #expect(zip(alone.outputs, together.outputs).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(together.outputs.count == 60 * samples.target.outputs && weights.count == 4)
    }

    @Test func `sources with one target are joined, but not with different ones`() throws {
        let one = try Self.samples(.regression, count: 4, seed: 1),
            other = try Self.samples(.regression, count: 3, seed: 2)
        let joined = try SampleSource.joining([one, other])
        #expect(joined.count == 7 && joined.target == one.target)
        #expect(throws: Failure.self) { try SampleSource.joining([one, Self.samples(.multiLabel, count: 3, seed: 2)]) }
    }

    @Test func `functions that need classes report it`() throws {
        let samples = try Self.samples(.regression, count: 20, seed: 1)
        let network = try ScriptedNetwork(Self.network(.regression), seed: 1)
        let refusals: [() throws -> Void] = [
            { _ = try Transferability.scores(of: Self.network(.regression), weights: network, on: samples) },
            {
                _ = try LearningTraining(
                    Self.network(.regression), plan: TrainingTests.plan(), learning: Learning(labels: 4),
                    samples: samples,
                    kinds: ["table": .table])
            },
            {
                _ = try ContinualTraining(network: Self.network(.regression), parent: network, method: .distillation)
                    .session(on: samples, earlier: [samples], plan: TrainingTests.plan())
            },
        ]
        for refusal in refusals {
            let failure = #expect(throws: Failure.self) { try refusal() }
            #expect(failure?.message.contains("needs samples with classes") == true, "\(failure?.message ?? "")")
        }
        let replay = try ContinualTraining(network: Self.network(.regression), parent: network, method: .replay)
            .session(on: samples, earlier: [samples], plan: TrainingTests.plan(epochs: 1))
        #expect(try replay.finishEpoch().loss > 0)
    }

    // MARK: - How they learn

    /// How far the first weights move in each of four steps of plain descent.
    private static func steps(_ schedule: LearningSchedule) throws -> [Double] {
        let plan = try TrainingPlan(
            optimizers: [.init(rule: .sgd, learningRate: 1e-4)], epochs: 4, batch: 60, seed: 1, schedule: schedule)
        let session = try TrainingSession(
            network(.regression), plan: plan, samples: samples(.regression, count: 60, seed: 1))
        var before = try session.network.values(of: "head.weight")
        return try (0..<4).map { _ in
            try session.finishEpoch()
            let after = try session.network.values(of: "head.weight")
            defer { before = after }
            return zip(before, after).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }.squareRoot()
        }
    }

    @Test func `learning rates follow their schedule`() throws {
        // With such a small rate, gradients hardly change, so steps reveal the rates.
        func shares(_ steps: [Double]) -> [Double] { steps.map { $0 / (steps.max() ?? 1) } }
        func expect(_ found: [Double], _ wanted: [Double]) {
            #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 0.02 }, "\(found)")
        }
        expect(shares(try Self.steps(LearningSchedule())), [1, 0.854, 0.5, 0.146])
        expect(shares(try Self.steps(LearningSchedule(.constant))), [1, 1, 1, 1])
        expect(shares(try Self.steps(LearningSchedule(.constant, warmUp: 0.5))), [1.0 / 3, 2.0 / 3, 1, 1])
        let whole = try Self.steps(LearningSchedule(.constant))
        let clipped = try Self.steps(LearningSchedule(.constant, clipping: 1e-3))
        #expect(clipped[0] < 0.1 * whole[0])
    }

    @Test func `augmentation changes samples, identically for the same seed`() throws {
        let samples = try SyntheticRows.source(count: 60)
        func trained(_ strength: TrainingOptions.Augmentation, flips: Bool = false) throws -> [String: [Float]] {
            let session = try TrainingSession(
                TrainingTests.networkWithDropout(), plan: TrainingTests.plan(epochs: 1, batch: 20), samples: samples)
            try session.augment(strength, flips: flips, on: ["image": .image])
            try session.finishEpoch()
            return try TrainingTests.weights(session.network)
        }
        let plain = try trained(.none), light = try trained(.light)
        #expect(try trained(.light) == light)
        #expect(light != plain)
        #expect(try trained(.light, flips: true) != light)
        #expect(try trained(.strong) != light)
    }

    @Test func `the best epoch survives in a checkpoint`() throws {
        let directory = try TemporaryDirectory()
        let session = try TrainingSession(
            Self.network(.regression), plan: TrainingTests.plan(epochs: 4, batch: 20),
            samples: Self.samples(.regression, count: 60, seed: 1))
        var best = BestEpoch(by: .rmse)
        var weights: [[String: [Float]]] = []
        for (epoch, rmse) in [3.0, 1, 2].enumerated() {
            try session.finishEpoch()
            weights.append(try TrainingTests.weights(session.network))
            try best.consider(epoch + 1, ["validation-rmse": rmse]) { session.network }
        }
        #expect(best.epoch == 2)
        let file = directory.file("checkpoint")
        try session.writeCheckpoint(to: file)
        try best.add(to: file)
        var restored = BestEpoch(by: .rmse)
        try restored.read(from: file)
        #expect(restored.epoch == 2 && restored.metrics == ["validation-rmse": 1])
        let other = try TrainingSession(
            Self.network(.regression), plan: TrainingTests.plan(epochs: 4, batch: 20),
            samples: Self.samples(.regression, count: 60, seed: 1))
        try other.restoreCheckpoint(from: file)
        #expect(try TrainingTests.weights(other.network) == weights[2], "training continues from the last epoch")
        try restored.restore(into: other.network)
        #expect(try TrainingTests.weights(other.network) == weights[1])
        // An epoch without a measurement is worse than any other.
        try restored.consider(4, [:]) { other.network }
        #expect(restored.epoch == 2)
    }

    @Test func `of equally accurate epochs the one with the lowest loss is best`() throws {
        let session = try TrainingSession(
            Self.network(.regression), plan: TrainingTests.plan(epochs: 4, batch: 20),
            samples: Self.samples(.regression, count: 60, seed: 1))
        var best = BestEpoch(by: .accuracy)
        for (epoch, (accuracy, loss)) in [(0.9, 0.5), (0.9, 0.3), (0.9, 0.4), (0.8, 0.1)].enumerated() {
            try best.consider(epoch + 1, ["validation-accuracy": accuracy, "validation-loss": loss]) { session.network }
        }
        #expect(best.epoch == 2)
    }
}
