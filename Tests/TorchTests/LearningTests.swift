import Foundation
import Model
import Networks
import Testing

@testable import Torch

/// Kinds of supervision, on bars in noise.
@Suite(.timeLimit(.minutes(3))) struct LearningTests {
    static let ways = [
        Learning(.supervised, labels: 20), Learning(.semiSupervised, labels: 20),
        Learning(.autoencoder, labels: 20, pretraining: 2), Learning(.contrastive, labels: 20, pretraining: 2),
        Learning(.contrastive, labels: 20, pretraining: 1, transfer: .fineTuning),
    ]

    static func network() throws -> NetworkDescription {
        try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10)
    }

    static func training(
        _ learning: Learning, on samples: SampleSource, epochs: Int = 2, seed: UInt64 = 7, count: Int = 0
    ) throws -> LearningTraining {
        try LearningTraining(
            network(), plan: TrainingTests.plan(.adam, rate: 0.005, epochs: epochs, batch: 20, seed: seed),
            learning: learning, samples: samples, count: count, kinds: ["image": .image])
    }

    @Test(arguments: ways) func `hidden labels are never used`(_ way: Learning) throws {
        let samples = try SyntheticRows.source(count: 70)
        let given = try Set(samples.places(labels: 20))
        let wrong = try SampleSource(
            classes: 10, modalities: samples.modalities,
            labels: (samples.labels ?? []).enumerated().map { given.contains($0) ? $1 : ($1 + 1 + Int32($0 % 9)) % 10 },
            owner: samples.owner)
        let results = try [samples, wrong].map { source in
            let learning = try LearningTraining(
                Self.network(), plan: TrainingTests.plan(.adam, rate: 0.005, batch: 20), learning: way,
                samples: source, labeled: try samples.places(labels: 20), kinds: ["image": .image])
            try learning.finish()
            return try TrainingTests.weights(learning.network)
        }
        #expect(results[0] == results[1])
    }

    @Test(arguments: ways) func `a training resumes from any checkpoint and ends with the same bits`(
        _ way: Learning
    ) throws {
        let samples = try SyntheticRows.source(count: 70)
        let directory = try TemporaryDirectory()
        let undisturbed = try Self.training(way, on: samples)
        try undisturbed.finish()
        let end = try TrainingTests.weights(undisturbed.network)
        // Four mini-batches per epoch: within and at the end of each stage.
        let watched = try Self.training(way, on: samples)
        for batch in 1..<(4 * watched.epochs) {
            _ = try watched.train(batches: 1)
            guard [1, 4, 6, 8, 9, 15].contains(batch) else { continue }
            try watched.writeCheckpoint(to: directory.file("checkpoint"), notes: ["mine": "\(batch)"])
            let continued = try Self.training(way, on: samples)
            #expect(try continued.restoreCheckpoint(from: directory.file("checkpoint"))["mine"] == "\(batch)")
            #expect(continued.finishedEpochs == watched.finishedEpochs)
            try continued.finish()
            #expect(try TrainingTests.weights(continued.network) == end, "after mini-batch \(batch)")
        }
    }

    @Test func `a checkpoint of another training is refused`() throws {
        let samples = try SyntheticRows.source(count: 70)
        let directory = try TemporaryDirectory()
        let contrastive = try Self.training(Learning(.contrastive, labels: 20), on: samples)
        try contrastive.writeCheckpoint(to: directory.file("checkpoint"), notes: [:])
        for way in [Learning(.autoencoder, labels: 20), Learning(.semiSupervised, labels: 20)] {
            let other = try Self.training(way, on: samples)
            let failure = #expect(throws: Failure.self) {
                try other.restoreCheckpoint(from: directory.file("checkpoint"))
            }
            #expect(failure?.code == .corrupt)
        }
    }

    @Test func `a probe changes only the last layer, and fine-tuning all layers`() throws {
        let samples = try SyntheticRows.source(count: 70)
        for transfer in Learning.Transfer.allCases {
            let training = try Self.training(
                Learning(.contrastive, labels: 20, pretraining: 1, transfer: transfer), on: samples)
            let fresh = try TrainingTests.weights(training.network)
            while training.finishedEpochs < 1 { _ = try training.train(batches: 1) }
            let before = try TrainingTests.weights(training.network)
            #expect(before["convolution1.weight"] != fresh["convolution1.weight"])
            #expect(before["head.weight"] == fresh["head.weight"])
            try training.finish()
            let after = try TrainingTests.weights(training.network)
            #expect(after["head.weight"] != before["head.weight"])
            let changed = after.keys.filter { !$0.hasPrefix("head.") && after[$0] != before[$0] }
            #expect(changed.isEmpty == (transfer == .probe), "\(changed)")
        }
    }

    @Test func `labels are distributed over the classes and do not depend on the seed`() throws {
        let samples = try SyntheticRows.source(count: 200)
        let uneven = samples.selecting([0, 10, 20, 30, 40, 50, 1, 2, 12, 3, 4, 5, 6, 7, 8, 9, 19])
        let places = try uneven.places(labels: 12)
        let counts = Dictionary(grouping: places) { uneven.labels?[$0] }.mapValues(\.count)
        #expect(counts.count == 10 && counts.values.max() == 2)
        let few = try [1, 2].map { try Self.training(Learning(labels: 20), on: samples, seed: $0, count: 50) }
        #expect(few.allSatisfy { $0.labeled == 20 })
    }

    @Test func `without labels a network learns to distinguish samples`() throws {
        let samples = try SyntheticRows.source(count: 200)
        for mode in [Learning.Mode.contrastive, .autoencoder] {
            let training = try Self.training(Learning(mode, labels: 20, pretraining: 4), on: samples, epochs: 1)
            var epochs: [TrainingSession.Epoch] = []
            while !training.isFinished {
                if let epoch = try training.train(batches: 1) { epochs.append(epoch) }
            }
            #expect(epochs.map(\.number) == Array(1...5))
            #expect(epochs.map(\.isPretraining) == [true, true, true, true, false])
            #expect(epochs[3].loss < 0.9 * epochs[0].loss, "\(mode)")
        }
    }

    @Test func `a network that does not end in a linear layer cannot learn without labels`() throws {
        var network = try Self.network()
        network.layers.append(Layer("end", .relu, from: "head"))
        let failure = #expect(throws: Failure.self) {
            try LearningTraining(
                network, plan: TrainingTests.plan(), learning: Learning(.contrastive),
                samples: SyntheticRows.source(count: 70), kinds: ["image": .image])
        }
        #expect(failure?.message.contains("does not end in a linear layer") == true)
    }
}
