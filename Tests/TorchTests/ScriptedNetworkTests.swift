import Foundation
import Model
import Networks
import Testing
import Torch

@Suite struct ScriptedNetworkTests {
    /// A network with every kind of layer.
    static let everything = NetworkDescription(
        name: "everything", inputs: [.init(name: "image", shape: [1, 28, 28])],
        layers: [
            Layer("larger", .resize(Extent(height: 30, width: 32)), from: "image"),
            Layer("first", .convolution(.init(channels: 6, kernel: 3, stride: 2)), from: "larger"),
            Layer("normal", .batchNormalization(), from: "first"),
            Layer("relu", .relu, from: "normal"),
            Layer("block.grouped", .convolution(.init(channels: 6, kernel: 3, groups: 3)), from: "relu"),
            Layer("block.sum", .addition, from: ["block.grouped", "relu"]),
            Layer("separable", .separableConvolution(.init(channels: 4, kernel: 5)), from: "block.sum"),
            Layer("leaky", .leakyRelu(slope: 0.2), from: "separable"),
            Layer("joined", .concatenation, from: ["leaky", "block.sum"]),
            Layer("mean", .averagePooling(kernel: 2, stride: 2), from: "joined"),
            Layer("largest", .maximumPooling(kernel: 3, stride: 2), from: "mean"),
            Layer("squashed", .sigmoid, from: "largest"),
            Layer("vector", .globalAveragePooling, from: "joined"),
            Layer("flat", .flatten, from: "squashed"),
            Layer("all", .concatenation, from: ["vector", "flat"]),
            Layer("dropout", .dropout(rate: 0.5), from: "all"),
            Layer("hidden", .linear(features: 12, bias: false), from: "dropout"),
            Layer("head", .linear(features: 10), from: "hidden"),
        ])

    @Test func `a network with every kind of layer runs, trains and is the same after saving`() throws {
        let samples = try SyntheticRows.source(count: 40)
        let directory = try TemporaryDirectory()
        let session = try TrainingSession(
            Self.everything, plan: TrainingTests.plan(.adam, rate: 0.01, epochs: 3, batch: 10), samples: samples)
        let losses = try (0..<3).map { _ in try session.finishEpoch().loss }
        #expect(losses[2] < losses[0])
        try session.network.save(to: directory.file("network.pt"))
        let loaded = try ScriptedNetwork(loading: directory.file("network.pt"))
        #expect(loaded.inputs == ["image"])
        let before = try session.network.outputs(for: samples, width: 10)
        let after = try loaded.outputs(for: samples, width: 10)
        #expect(before == after)
        #expect(try TrainingTests.weights(loaded) == TrainingTests.weights(session.network))
        #expect(Set(loaded.tensorNames) == Set(try Self.everything.tensors.map(\.name)))
    }

    @Test func `weights written as safetensors give the same outputs in a fresh network`() throws {
        let samples = try SyntheticRows.source(count: 10)
        let directory = try TemporaryDirectory()
        let network = try ScriptedNetwork(Self.everything, seed: 1)
        let other = try ScriptedNetwork(Self.everything, seed: 2)
        try network.saveWeights(to: directory.file("weights.safetensors"))
        let expected = try network.outputs(for: samples, width: 10)
        #expect(try other.outputs(for: samples, width: 10) != expected)
        try other.loadWeights(from: directory.file("weights.safetensors"))
        #expect(try other.outputs(for: samples, width: 10) == expected)
    }

    @Test func `weights of another network are refused by name`() throws {
        let directory = try TemporaryDirectory()
        let small = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10)
        let wide = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10, width: 2)
        try ScriptedNetwork(small, seed: 1).saveWeights(to: directory.file("weights"))
        let failure = #expect(throws: Failure.self) {
            try ScriptedNetwork(wide, seed: 1).loadWeights(from: directory.file("weights"))
        }
        #expect(failure?.message.contains("convolution1.weight") == true)
    }

    @Test func `a file that is not a network, or only a part of one, is refused`() throws {
        let directory = try TemporaryDirectory()
        try ScriptedNetwork(Self.everything, seed: 1).save(to: directory.file("network.pt"))
        let whole = try Data(contentsOf: directory.file("network.pt"))
        let half = whole.prefix(whole.count / 2)
        for bytes in [Data("no network".utf8), Data(), half, half + Data(count: whole.count - half.count)] {
            try bytes.write(to: directory.file("damaged.pt"))
            let failure = #expect(throws: Failure.self) {
                try ScriptedNetwork(loading: directory.file("damaged.pt"))
            }
            #expect(failure?.code == .corrupt)
            #expect(failure?.message.contains("damaged.pt") == true)
            #expect(failure?.message.contains("Exception raised") == false)
        }
    }

    @Test func `a saved file depends only on the weights`() throws {
        let first = try TemporaryDirectory(), second = try TemporaryDirectory()
        for directory in [first.file("network.pt"), second.file("network.pt")] {
            try ScriptedNetwork(Self.everything, seed: 1).save(to: directory)
        }
        #expect(try Data(contentsOf: first.file("network.pt")) == Data(contentsOf: second.file("network.pt")))
    }

    /// Leaky ReLU keeps the order of values, so it can stand before or after the pooling. Before, libtorch's own
    /// convolution and pooling run; after it, those of Gyrus. Outputs, gradients and therefore trained weights must
    /// agree.
    @Test(arguments: [(5, 28, 8), (3, 28, 7), (1, 28, 1), (3, 57, 9), (5, 112, 8)])
    func `our first stage agrees with libtorch`(kernel: Int, side: Int, channels: Int) throws {
        func network(_ poolsFirst: Bool) -> NetworkDescription {
            let pooling = Layer("a", .maximumPooling(kernel: 2, stride: 2), from: "first")
            let layers =
                poolsFirst
                ? [pooling, Layer("b", .leakyRelu(slope: 0.1), from: "a")]
                : [
                    Layer("a", .leakyRelu(slope: 0.1), from: "first"),
                    Layer("b", .maximumPooling(kernel: 2, stride: 2), from: "a"),
                ]
            let settings = Convolution(channels: channels, kernel: Extent(kernel))
            return NetworkDescription(
                name: "stage", inputs: [.init(name: "image", shape: [1, side, side])],
                layers: [Layer("first", .convolution(settings), from: "image")] + layers + [
                    Layer("features", .flatten, from: "b"), Layer("head", .linear(features: 10), from: "features"),
                ])
        }
        let samples = try SyntheticRows.source(count: 12, side: side)
        let plan = try TrainingTests.plan(rate: 0.01, epochs: 1, batch: 12)
        let ours = try TrainingSession(network(true), plan: plan, samples: samples)
        let theirs = try TrainingSession(network(false), plan: plan, samples: samples)
        #expect(
            Self.distance(
                try ours.network.outputs(for: samples, width: 10).flatMap { $0 },
                try theirs.network.outputs(for: samples, width: 10).flatMap { $0 }) < 1e-4)
        try ours.finishEpoch()
        try theirs.finishEpoch()
        for name in ["first.weight", "first.bias", "head.weight"] {
            let start = try ScriptedNetwork(network(true), seed: plan.seed).values(of: name)
            let mine = try ours.network.values(of: name)
            #expect(mine != start)
            #expect(Self.distance(mine, try theirs.network.values(of: name)) < 1e-4, "\(name)")
        }
    }

    @Test func `latencies are positive and as many as requested`() throws {
        let samples = try SyntheticRows.source(count: 3)
        let latencies = try ScriptedNetwork(Self.everything, seed: 1).latencies(on: samples, runs: 5)
        #expect(latencies.count == 5)
        #expect(latencies.allSatisfy { $0 > .zero })
    }

    @Test func `samples with a bad index, label or size are refused`() throws {
        let rows = UnsafeRawBufferPointer(start: nil, count: 0)
        func modality(_ indices: [Int32], shape: [Int] = [2]) -> SampleSource.Modality {
            .init(name: "image", shape: shape, elementType: .uint8, rows: rows, indices: indices)
        }
        #expect(throws: Failure.self) { try SampleSource(classes: 2, modalities: [modality([0])], labels: [0]) }
        #expect(throws: Failure.self) { try SampleSource(classes: 2, modalities: [modality([])], labels: [0]) }
        #expect(throws: Failure.self) { try SampleSource(classes: 2, modalities: [], labels: [2]) }
        #expect(throws: Failure.self) {
            try SampleSource(classes: 2, modalities: [modality([], shape: [0])], labels: [])
        }
    }

    static func distance(_ a: [Float], _ b: [Float]) -> Float {
        zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
    }
}
