import Model
import Networks
import Testing
import Torch

/// Samples that lack a modality, for which a network learns what stands in its place.
@Suite(.timeLimit(.minutes(2))) struct AbsenceTests {
    /// Points of two modalities; the class is the corner of `near` where that is there, else the sign of `far`.
    private static func samples(lacking isLacking: (Int) -> Bool, count: Int, seed: UInt64) throws -> SampleSource {
        var generator = SplitMix64(seed: seed)
        func noise() -> Float { Float(Int64(generator.next() >> 40)) / Float(1 << 23) - 1 }
        var (near, far): ([Float], [Float]) = ([], [])
        var labels: [Int32] = []
        for row in 0..<count {
            let label = Int32(row % 2), sign: Float = label == 0 ? 1.5 : -1.5
            let lacks = isLacking(row)
            near += lacks ? [0, 0] : [sign + noise(), noise()]
            // Where `near` is there, `far` misleads.
            far += [(lacks ? sign : -sign) + noise()]
            labels.append(label)
        }
        let rows = StoredRows(near + far)
        let split = near.count * MemoryLayout<Float>.stride
        let indices = (0..<Int32(count)).map { $0 }
        return try SampleSource(
            target: Target(.classification, names: ["a", "b"]),
            modalities: [
                .init(
                    name: "near", shape: [2], elementType: .float32,
                    rows: UnsafeRawBufferPointer(rebasing: rows.bytes[..<split]), indices: indices),
                .init(
                    name: "far", shape: [1], elementType: .float32,
                    rows: UnsafeRawBufferPointer(rebasing: rows.bytes[split...]), indices: indices),
            ], answers: .classes(labels), owner: rows)
    }

    private static func network() throws -> NetworkDescription {
        func branch(_ name: String, _ size: Int) -> NetworkDescription {
            NetworkDescription(
                name: name, inputs: [.init(name: name, shape: [size])],
                layers: [
                    Layer("hidden", .linear(features: 16), from: name), Layer("activation", .tanh, from: "hidden"),
                    Layer("head", .linear(features: 2), from: "activation"),
                ])
        }
        return try .fused(
            branches: [("near", branch("near", 2)), ("far", branch("far", 1))], classes: 2, gaps: ["near"])
    }

    private static func trained(on samples: SampleSource) throws -> ScriptedNetwork {
        let session = try TrainingSession(
            network(), plan: TrainingTests.plan(.adam, rate: 0.02, epochs: 15, batch: 20), samples: samples)
        while !session.isFinished { try session.finishEpoch() }
        return session.network
    }

    @Test func `a network learns to use another modality where one is absent`() throws {
        let network = try Self.trained(on: Self.samples(lacking: { $0 % 4 < 2 }, count: 400, seed: 1))
        for lacking in [true, false] {
            let others = try Self.samples(lacking: { _ in lacking }, count: 200, seed: 2)
            #expect(try network.evaluate(on: others).accuracy > 0.9, "lacking: \(lacking)")
        }
        #expect(try network.values(of: "near.presence.absent").contains { abs($0) > 0.01 })
    }

    @Test func `what stands for an absent modality is learned even if no training sample lacks it`() throws {
        let network = try Self.trained(on: Self.samples(lacking: { _ in false }, count: 400, seed: 1))
        #expect(try network.values(of: "near.presence.absent").contains { abs($0) > 0.01 })
        // Nothing is left out by chance once it is trained.
        let samples = try Self.samples(lacking: { $0 % 3 == 0 }, count: 60, seed: 3)
        #expect(try network.outputs(for: samples, width: 2) == network.outputs(for: samples, width: 2))
    }
}
