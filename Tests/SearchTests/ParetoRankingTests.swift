import Model
import Testing

@testable import Search

@Suite struct ParetoRankingTests {
    @Test func `fronts are what remains when the earlier ones are taken away`() {
        var generator = SeededGenerator(seed: 5)
        let objectives = (0..<120).map { _ in (0..<3).map { _ in Double(generator.below(12)) } }
        let ranking = ParetoRanking(objectives)
        var rest = Array(objectives.indices)
        var front = 0
        while !rest.isEmpty {
            let best = rest.filter { one in
                !rest.contains { ParetoRanking.dominates(objectives[$0], objectives[one]) }
            }
            #expect(best.allSatisfy { ranking.fronts[$0] == front })
            rest.removeAll(where: best.contains)
            front += 1
        }
    }

    @Test func `sparse points of a front come first, and its ends before all`() {
        let ranking = ParetoRanking([[0, 10], [1, 9], [2, 8.5], [6, 4], [10, 0], [1, 1]])
        #expect(ranking.fronts == [0, 0, 0, 0, 0, 1])
        #expect(ranking.crowding[0] == .infinity && ranking.crowding[4] == .infinity)
        #expect(abs(ranking.crowding[1] - (0.2 + 0.15)) < 1e-12)
        #expect(abs(ranking.crowding[3] - (0.8 + 0.85)) < 1e-12)
        let order = ranking.fitness.indices.sorted { ranking.fitness[$0] > ranking.fitness[$1] }
        #expect(Set(order.prefix(2)) == [0, 4])
        #expect(Array(order.dropFirst(2)) == [3, 2, 1, 5])
    }

    @Test func `an empty list has no order`() {
        #expect(ParetoRanking([]).fitness.isEmpty)
    }

    @Test func `evolution covers the front of two objectives`() throws {
        let space = try twoModalities()
        // More of one means less of the other; good compromises are in between.
        func outcome(_ genome: Genome) -> TrialOutcome {
            let size = Double(genome.genes.joined().reduce(0, +))
            return .objectives([objective(of: genome), -size])
        }
        func volume(_ method: SearchMethod) throws -> Double {
            var sum = 0.0
            for seed in 0..<5 {
                let trace = try SearcherTests.trace(
                    SearcherTests.start(method, in: space, population: 12, seed: UInt64(seed)), trials: 150, workers: 1,
                    order: 0, measure: outcome)
                let front = trace.compactMap { outcome($0.genome).objectives }.sorted { $0[0] > $1[0] }
                var (last, highest) = (-20.0, -30.0)
                for point in front.reversed() { (last, highest) = (max(last, point[0]), max(highest, point[1])) }
                var floor = -30.0
                for point in front where point[1] > floor {
                    sum += (point[0] + 20) * (point[1] - floor)
                    floor = point[1]
                }
            }
            return sum / 5
        }
        let (evolution, random) = (try volume(.evolution), try volume(.random))
        #expect(evolution > 1.05 * random, "\(evolution) and \(random)")
    }
}
