import Foundation
import Learning
import Model
import Testing

@testable import Search

@Suite struct NeuralOptimizationTests {
    private static func examples(_ count: Int, _ space: SearchSpace, seed: UInt64) -> [StructureAutoencoder.Example] {
        var generator = SeededGenerator(seed: seed)
        let sequence = DecisionSequence(space)
        let genomes = Set((0..<count).map { _ in space.random(using: &generator) })
        return genomes.sorted { "\($0)" < "\($1)" }.map { genome in
            let choices = sequence.choices(of: genome)
            let good = choices.count { $0 == 1 }
            return .init(choices: choices, worth: Double(good) / Double(choices.count))
        }
    }

    @Test func `the gradient of the joint loss agrees with finite differences`() throws {
        let space = try layeredModality()
        var generator = SeededGenerator(seed: 4)
        var settings = StructureAutoencoder.Settings()
        (settings.embedding, settings.size) = (3, 4)
        let model = StructureAutoencoder(DecisionSequence(space), settings, using: &generator)
        let examples = Array(Self.examples(4, space, seed: 2))
        func loss(_ model: StructureAutoencoder) -> Double {
            var tape = Tape()
            let values = model.parameters.values(on: &tape)
            let loss = model.loss(examples, values, on: &tape)
            return tape[loss].values[0]
        }
        var tape = Tape()
        let values = model.parameters.values(on: &tape)
        let result = model.loss(examples, values, on: &tape)
        let gradients = tape.gradients(of: result)
        let gradient = values.flatMap { gradients[$0].values }
        for place in stride(from: 0, to: gradient.count, by: 3) {
            var (above, below) = (model, model)
            above[place] += 1e-5
            below[place] -= 1e-5
            let slope = (loss(above) - loss(below)) / 2e-5
            #expect(abs(gradient[place] - slope) < 1e-6 * max(1, abs(slope)), "parameter \(place)")
        }
    }

    @Test func `it learns to order and to read strings that it has not seen, and to improve them`() throws {
        let edges = (0..<6).map { SearchSpace.Gene("\($0)", [.init("operation", ["a", "b", "c"])]) }
        let space = try SearchSpace(edges)
        var generator = SeededGenerator(seed: 4)
        let sequence = DecisionSequence(space)
        var model = StructureAutoencoder(sequence, .init(), using: &generator)
        let training = Self.examples(200, space, seed: 1)
        let known = Set(training.map(\.choices))
        let others = Self.examples(200, space, seed: 2).filter { !known.contains($0.choices) }
        #expect(others.count > 50)
        #expect(model.decodingDistance(on: others) > 0.4)
        model.train(training, using: &generator)
        let (ranking, distance) = (model.rankingAccuracy(on: others), model.decodingDistance(on: others))
        #expect(ranking > 0.9, "\(ranking)")
        #expect(distance < 0.15, "\(distance)")
        let strings = others.prefix(30).map(\.choices)
        let uphill = model.strings(from: Array(strings), uphill: 10)
        func good(_ strings: [[Int?]]) -> Int { strings.joined().count { $0 == 1 } }
        #expect(good(uphill) > good(Array(strings)) + 30)
    }
}
