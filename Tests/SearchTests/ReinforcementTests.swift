import Foundation
import Learning
import Model
import Testing

@testable import Search

@Suite struct ReinforcementTests {
    @Test(arguments: ["1.2.1.3.2-2.1", "2.3.2-0", "0-1.2.1"])
    func `the gradient agrees with finite differences`(text: String) throws {
        let sequence = DecisionSequence(try layeredModality())
        var generator = SeededGenerator(seed: 4)
        var controller = Controller(sequence, slots: sequence.slots.indices, size: 5, using: &generator)
        for place in 0..<controller.parameters.count {
            controller[place] = Double(generator.below(2_000)) / 1_000 - 1
        }
        let choices = sequence.choices(of: try Genome(text))
        func loss(_ controller: Controller) -> Double {
            let assessment = controller.assessment(of: choices)
            return -0.7 * assessment.logarithm - 0.3 * assessment.entropy
        }
        let gradient = controller.gradient(of: choices, advantage: 0.7, entropy: 0.3).flatMap(\.values)
        #expect(gradient.contains { abs($0) > 0.01 })
        for place in gradient.indices {
            var (above, below) = (controller, controller)
            above[place] += 1e-5
            below[place] -= 1e-5
            let slope = (loss(above) - loss(below)) / 2e-5
            #expect(abs(gradient[place] - slope) < 1e-6 * max(1, abs(slope)), "parameter \(place)")
        }
    }

    @Test func `the probabilities of all strings sum to 1, and draws follow them`() throws {
        let kernels = SearchSpace.Repetition([.init("kernel", ["3", "5"])], times: 1...2)
        let sequence = DecisionSequence(try SearchSpace([.init("audio", repeating: kernels, isOptional: true)]))
        var generator = SeededGenerator(seed: 4)
        var controller = Controller(sequence, slots: sequence.slots.indices, size: 4, using: &generator)
        for place in 0..<controller.parameters.count {
            controller[place] = Double(generator.below(2_000)) / 1_000 - 1
        }
        let strings: [[Int?]] = [
            [0, nil, nil, nil], [1, 0, 0, nil], [1, 1, 0, nil], [1, 0, 1, 0], [1, 0, 1, 1], [1, 1, 1, 0], [1, 1, 1, 1],
        ]
        let shares = strings.map { exp(controller.assessment(of: $0).logarithm) }
        #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
        var counts: [[Int?]: Int] = [:]
        for _ in 0..<4_000 { counts[controller.draw(temperature: 1, using: &generator), default: 0] += 1 }
        for (string, share) in zip(strings, shares) {
            #expect(abs(Double(counts[string] ?? 0) / 4_000 - share) < 0.04)
        }
    }

    @Test func `each modality has its own controller, and the edges of a cell share one`() throws {
        func controllers(_ space: SearchSpace) -> [Controller] {
            ControllerTeam(space, size: 4, seed: 1).controllers
        }
        #expect(controllers(try layeredModality()).map(\.slots) == [0..<13, 13..<19])
        #expect(controllers(try twoModalities()).map(\.slots) == [0..<4, 4..<8])
        let edges = (0..<6).map { SearchSpace.Gene("\($0)", [.init("operation", ["a", "b"])]) }
        #expect(controllers(try SearchSpace(edges)).map(\.slots) == [0..<6])
    }

    @Test func `choices that are rewarded become more probable`() throws {
        let edges = (0..<12).map { SearchSpace.Gene("\($0)", [.init("operation", ["a", "b", "c", "d"])]) }
        var searcher = Searcher(.reinforcement(.init()), in: try SearchSpace(edges), seed: 3)
        var goods: [Int] = []
        for number in 0..<300 {
            guard case .proposal(let proposal) = try searcher.ask() else { break }
            let good = proposal.genome.genes.count { $0[0] == 2 }
            goods.append(good)
            try searcher.tell(number, .objective(Double(good)))
        }
        let (early, late) = (goods.prefix(50).reduce(0, +), goods.suffix(50).reduce(0, +))
        // By chance it is 3.
        #expect(Double(early) / 50 < 6)
        #expect(Double(late) / 50 > 8)
    }
}
