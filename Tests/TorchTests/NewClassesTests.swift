import Model
import Networks
import Testing

@testable import Torch

/// A trained network learns classes that it did not know.
@Suite(.timeLimit(.minutes(2))) struct NewClassesTests {
    /// Points around one corner of a square for each class.
    private static func points(of classes: [Int32], names: [String], count: Int, seed: UInt64) throws -> SampleSource {
        var generator = SplitMix64(seed: seed)
        func noise() -> Float { Float(Int64(generator.next() >> 40)) / Float(1 << 23) - 1 }
        let labels = (0..<count).map { classes[$0 % classes.count] }
        let rows = labels.flatMap { label in
            [(label & 1 == 0 ? 2 : -2) + noise(), (label & 2 == 0 ? 2 : -2) + noise()]
        }
        let stored = StoredRows(rows)
        let modality = SampleSource.Modality(
            name: "point", shape: [2], elementType: .float32, rows: stored.bytes, indices: (0..<Int32(count)).map { $0 }
        )
        return try SampleSource(
            target: Target(.classification, names: names), modalities: [modality], answers: .classes(labels),
            owner: stored)
    }

    private static let network = NetworkDescription(
        name: "points", inputs: [.init(name: "point", shape: [2])],
        layers: [
            Layer("hidden", .linear(features: 16), from: "point"), Layer("activation", .relu, from: "hidden"),
            Layer("head", .linear(features: 3), from: "activation"), Layer("dropout", .dropout(rate: 0), from: "head"),
        ])

    private static func trained(_ session: TrainingSession) throws -> ScriptedNetwork {
        while !session.isFinished { try session.finishEpoch() }
        return session.network
    }

    private static func parent(_ network: NetworkDescription = network) throws -> (
        network: ScriptedNetwork, samples: SampleSource
    ) {
        let samples = try points(of: [0, 1, 2], names: ["a", "b", "c"], count: 300, seed: 1)
        let session = try TrainingSession(
            network, plan: TrainingTests.plan(.adam, rate: 0.02, epochs: 8, batch: 20), samples: samples)
        return (try trained(session), samples)
    }

    @Test(arguments: [ContinualMethod.replay, .distillation])
    func `new classes get outputs after the known ones, whose weights are kept`(_ method: ContinualMethod) throws {
        let (parent, earlier) = try Self.parent()
        let new = try Self.points(
            of: method == .replay ? [3] : [0, 1, 2, 3], names: ["a", "b", "c", "d"], count: 200, seed: 2)
        let training = ContinualTraining(network: Self.network, parent: parent, method: method)
        let session = try training.session(
            on: new, earlier: [earlier], plan: TrainingTests.plan(.adam, rate: 0.02, epochs: 6, batch: 20))
        for name in ["hidden.weight", "head.weight", "head.bias"] {
            let known = try parent.values(of: name)
            #expect(try Array(session.network.values(of: name).prefix(known.count)) == known)
        }
        #expect(try training.network(for: new.target).outputShape == [4])
        let all = try Self.points(of: [0, 1, 2, 3], names: ["a", "b", "c", "d"], count: 400, seed: 3)
        #expect(try Self.trained(session).evaluate(on: all).accuracy > 0.95)
    }

    @Test(arguments: [true, false])
    func `before it learns them, it never answers new classes`(hasBias: Bool) throws {
        var network = Self.network
        network.layers[2] = Layer("head", .linear(features: 3, bias: hasBias), from: "activation")
        let (parent, _) = try Self.parent(network)
        let training = ContinualTraining(network: network, parent: parent, method: .replay)
        let names = ["a", "b", "c", "d"]
        let unchanged = try training.parent(for: Target(.classification, names: names))
        #expect(try unchanged.evaluate(on: Self.points(of: [3], names: names, count: 50, seed: 4)).accuracy == 0)
        #expect(
            try unchanged.evaluate(on: Self.points(of: [0, 1, 2], names: names, count: 90, seed: 4)).accuracy > 0.95)
    }

    @Test func `a network whose outputs cannot be extended is refused with the layer's name`() throws {
        var network = Self.network
        network.layers.append(Layer("gate", .scale(initial: 1), from: "dropout"))
        let failure = #expect(throws: Failure.self) { try network.growing(to: 4) }
        #expect(failure?.message.contains("'gate'") == true)
        #expect(try Self.network.growing(to: 3).layers.isEmpty)
    }

    @Test func `answers are converted to the classes of another target`() throws {
        let few = try Self.points(of: [0, 1], names: ["d", "b"], count: 4, seed: 1)
        let target = Target(.classification, names: ["a", "b", "c", "d"])
        #expect(try few.answering(target).labels == [3, 1, 3, 1])
        let failure = #expect(throws: Failure.self) { try few.answering(Target(.classification, names: ["b", "x"])) }
        #expect(failure?.message.contains("'d'") == true)
        let sums = try TaskTests.samples(.regression, count: 3, seed: 1)
        let scaled = Target(.regression, names: ["x", "y"], means: [8, 0], deviations: [4, 1])
        guard case .numbers(let old) = sums.answers, case .numbers(let new) = try sums.answering(scaled).answers else {
            throw Failure(.internal, "numbers became classes")
        }
        for (place, value) in old.enumerated() {
            let wanted = place % 2 == 0 ? (value * 2 + 10 - 8) / 4 : value * 0.5 - 1
            #expect(abs(new[place] - wanted) < 1e-5)
        }
    }
}
