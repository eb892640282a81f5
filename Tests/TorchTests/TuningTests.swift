import Foundation
import Model
import Networks
import Safetensors
import Testing
import Torch

/// Fine-tuning of third-party networks.
@Suite(.timeLimit(.minutes(5))) struct TuningTests {
    private static let training = Result { try SyntheticRows.source(count: 160, seed: 1, names: ["given"]) }
    private static let validation = Result { try SyntheticRows.source(count: 80, seed: 2, names: ["given"]) }

    /// A network with few features, which do not suit these samples.
    private static func convolutional(to file: URL) throws {
        let family = try #require(StructureFamily.named("LeNet3"))
        let network = try family.network(
            input: "picture", InputSignature(kind: .image, shape: [1, 28, 28]), outputs: 4)
        try ScriptedNetwork(network, seed: 3).save(to: file)
    }

    /// A transformer over the rows of a picture, which has attention.
    private static func attentive(to file: URL) throws {
        let network = NetworkDescription(
            name: "attentive", inputs: [.init(name: "picture", shape: [1, 28, 28])],
            layers: [
                Layer("rows", .reshape([28, 28]), from: "picture"),
                Layer("wide", .linear(features: 32), from: "rows"),
                Layer("attention", .selfAttention(heads: 4, dropout: 0), from: "wide"),
                Layer("flat", .flatten, from: "attention"),
                Layer("features", .linear(features: 40), from: "flat"),
            ])
        try ScriptedNetwork(network, seed: 3).save(to: file)
    }

    private static func weights(_ file: URL) throws -> [String: [Float]] {
        try TrainingTests.weights(ScriptedNetwork(loading: file))
    }

    private static func tuned(_ file: URL, to other: URL, within seconds: Double? = nil) throws -> Tuning {
        let tuning = try NetworkTuning(ScriptedNetwork(loading: file), input: "given", output: 0)
        let tuner = try FineTuner(tuning, training: training.get(), validation: validation.get())
        let outcome = try tuner.finish(within: seconds)
        try tuning.save(to: other)
        return outcome
    }

    @Test func `fine-tuning learns what a new head alone cannot, and keeps the network's form`() throws {
        let folder = try TemporaryDirectory()
        let (file, other) = (folder.file("before.pt"), folder.file("after.pt"))
        try Self.convolutional(to: file)
        let outcome = try Self.tuned(file, to: other)
        #expect(outcome.isBetter && outcome.after > outcome.before && outcome.bestEpoch > 0)
        #expect(outcome.metric == "accuracy" && outcome.rank == nil)
        let (before, after) = (try Self.weights(file), try Self.weights(other))
        #expect(before.mapValues(\.count) == after.mapValues(\.count))
        let learned = before.filter { !$0.key.contains("running_") }
        #expect(outcome.weights == learned.values.reduce(0) { $0 + $1.count })
        #expect(learned.allSatisfy { after[$0.key] != $0.value }, "a tensor has learned nothing")
        #expect(before.allSatisfy { learned[$0.key] != nil || after[$0.key] == $0.value }, "moments have changed")
        // The file contains what it has learned: a head on its features is as good.
        let again = try NetworkTuning(ScriptedNetwork(loading: other), input: "given", output: 0)
        let tuner = try FineTuner(again, training: Self.training.get(), validation: Self.validation.get())
        #expect(try tuner.finish(within: 1e9).before > outcome.before)
    }

    @Test func `adapters of an attention network learn, and are merged into its matrices`() throws {
        let folder = try TemporaryDirectory()
        let (file, other) = (folder.file("before.pt"), folder.file("after.pt"))
        try Self.attentive(to: file)
        let outcome = try Self.tuned(file, to: other)
        let (before, after) = (try Self.weights(file), try Self.weights(other))
        #expect(outcome.rank == NetworkTuning.usualRank && outcome.isBetter)
        // in_proj 96 × 32, out_proj 32 × 32, features 40 × 896; `wide` has 28 columns, too few for rank 8.
        #expect(outcome.weights == 8 * (96 + 32 + 32 + 32 + 40 + 896))
        #expect(before.mapValues(\.count) == after.mapValues(\.count))
        let changed = Set(before.keys.filter { after[$0] != before[$0] })
        #expect(changed == ["attention.in_proj_weight", "attention.out_proj.weight", "features.weight"])
    }

    @Test func `if there is no time for two epochs, it reports that before it begins`() throws {
        let folder = try TemporaryDirectory()
        try Self.convolutional(to: folder.file("network.pt"))
        let failure = #expect(throws: Failure.self) {
            _ = try Self.tuned(folder.file("network.pt"), to: folder.file("after.pt"), within: 1e-6)
        }
        #expect(failure?.code == .deadlineExceeded)
    }

    @Test func `a network that takes one sample at a time is refused`() throws {
        let folder = try TemporaryDirectory()
        let file = folder.file("network.pt")
        try ScriptedNetwork.write(
            source: """
                def forward(self, picture: Tensor) -> Tensor:
                    row = torch.linear(picture.reshape([1, -1])[:, 0:784], self.weight)
                    return row.expand([picture.size(0), 4])

                """,
            tensors: [try .init("weight", shape: [4, 784], (0..<4 * 784).map { Float($0 % 13) })],
            trained: ["weight"], to: file)
        let failure = #expect(throws: Failure.self) { _ = try Self.tuned(file, to: folder.file("after.pt")) }
        #expect(failure?.message.contains("two at once") == true, "\(failure?.message ?? "")")
    }
}
