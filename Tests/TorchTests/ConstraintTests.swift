import Foundation
import Model
import Networks
import TestSupport
import Testing
import Torch

@Suite struct ConstraintTests {
    private static let network = NetworkDescription(
        name: "pair", inputs: [.init(name: "first", shape: [4]), .init(name: "second", shape: [6])],
        layers: [
            Layer("a", .linear(features: 8), from: "first"), Layer("b", .linear(features: 8), from: "second"),
            Layer("sum", .weightedSum, from: ["a", "b"]), Layer("head", .linear(features: 2), from: "sum"),
        ])

    /// Two views of samples whose class is the sign of their first number.
    private static func samples() throws -> SampleSource {
        var generator = SplitMix64(seed: 3)
        let count = 64
        let numbers = (0..<count * 10).map { _ in Float(Int64(generator.next() >> 40)) / Float(1 << 23) - 1 }
        let bytes = numbers.withUnsafeBytes { Data($0) } as NSData
        let rows = UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.length)
        let indices = (0..<Int32(count)).map { $0 }
        let split = count * 4 * 4
        return try SampleSource(
            classes: 2,
            modalities: [
                .init(
                    name: "first", shape: [4], elementType: .float32, rows: .init(rebasing: rows[..<split]),
                    indices: indices),
                .init(
                    name: "second", shape: [6], elementType: .float32, rows: .init(rebasing: rows[split...]),
                    indices: indices),
            ], labels: (0..<count).map { numbers[$0 * 4] > 0 ? 1 : 0 }, owner: Owner(bytes: bytes))
    }

    /// Keeps the rows alive. Unchecked: the bytes are never written.
    private struct Owner: @unchecked Sendable {
        let bytes: NSData
    }

    /// Similarity of both vectors: the mean cosine over the samples.
    private static func similarity(weight: Double?) throws -> Double {
        let constraint = weight.map { SimilarityConstraint(pairs: [.init("a", "b")], weight: $0) }
        let plan = try TrainingPlan(
            optimizers: [.init(rule: .adam, learningRate: 0.02)], epochs: 40, batch: 16, seed: 1,
            constraint: constraint)
        let samples = try samples()
        let session = try TrainingSession(network, plan: plan, samples: samples)
        while !session.isFinished { try session.finishEpoch() }
        let folder = try TemporaryDirectory()
        let weights = folder.file("weights.safetensors")
        try session.network.saveWeights(to: weights)
        var views: [[[Float]]] = []
        for name in ["a", "b"] {
            let input = network.inputs.filter { name == "a" ? $0.name == "first" : $0.name == "second" }
            let part = NetworkDescription(
                name: name, inputs: input, layers: network.layers.filter { $0.name == name })
            let view = try ScriptedNetwork(part, seed: 0)
            try view.loadWeights(from: [(weights, "")])
            views.append(try view.outputs(for: samples, width: 8))
        }
        let cosines = zip(views[0], views[1]).map { first, second in
            let dot = zip(first, second).reduce(0.0) { $0 + Double($1.0 * $1.1) }
            let sizes = [first, second].map { $0.reduce(0.0) { $0 + Double($1 * $1) }.squareRoot() }
            return dot / max(sizes[0] * sizes[1], 1e-9)
        }
        return cosines.reduce(0, +) / Double(cosines.count)
    }

    @Test func `a similarity constraint makes two vectors similar, and without it they are not`() throws {
        let free = try Self.similarity(weight: nil), bound = try Self.similarity(weight: 2)
        #expect(bound > free + 0.2, "\(free) without and \(bound) with the constraint")
    }

    @Test func `a constraint on missing layers is refused`() throws {
        let constraint = SimilarityConstraint(pairs: [.init("a", "c")], weight: 1)
        let failure = #expect(throws: Failure.self) {
            try ScriptedNetwork(Self.network, constraint: constraint, seed: 1)
        }
        #expect(failure?.message.contains("'c'") == true)
    }
}
