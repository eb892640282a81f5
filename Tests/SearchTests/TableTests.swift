import Model
import SearchSupport
import Testing

@testable import Search

/// Regrets on tables of real measurements; numbers in comments are from 200 seeds or from published methods.
@Suite(.enabled(if: NASTable.areThere, "\(NASTable.reason)"))
struct TableTests {
    private static func regrets(
        _ plan: SearchPlan, _ name: NASTable.Name, seeds: Int, after counts: [Int] = [100, 200]
    ) throws -> [Double] {
        let table = try NASTable(name)
        let regrets = try (0..<seeds).map {
            try table.regrets(of: Searcher(plan, in: table.space, seed: UInt64($0)), after: counts)
        }
        return counts.indices.map { column in regrets.reduce(0) { $0 + $1[column] } / Double(seeds) }
    }

    @Test func `random search has the expected regret`() throws {
        let regrets = try Self.regrets(.random, .cifar10, seeds: 20)
        #expect((0.6...1.4).contains(regrets[0]), "\(regrets)")
        #expect((0.4...1.1).contains(regrets[1]), "\(regrets)")
    }

    // Regret after 25, 50, 100 and 200 trials of plain implementations of regularized evolution, local search and
    // REINFORCE: our own runs, in the same column of the same table, not published results. Those of evolution have
    // a population of 10 in the first two columns and of 50 in the others.
    @Test(arguments: [
        (SearchPlan.evolution(.init(population: 12, lag: 1)), [2.27, 1.23, 0.52, 0.15]),
        (.local(.init()), [2.11, 0.92, 0.38, 0.11]),
        (.reinforcement(.init()), [1.85, 1.23, 0.75, 0.33]),
    ])
    func `evolution, local search and controllers are better than their plain forms`(
        plan: SearchPlan, plain: [Double]
    ) throws {
        let regrets = try Self.regrets(plan, .cifar10, seeds: 20, after: [25, 50, 100, 200])
        #expect(zip(regrets, plain).allSatisfy { $0 < $1 }, "\(regrets)")
    }

    @Test(arguments: NASTable.Name.allCases)
    func `the predictor finds the best network of every table`(name: NASTable.Name) throws {
        let regrets = try Self.regrets(.predictor(.init()), name, seeds: 2)
        #expect(regrets[0] < 0.05 && regrets[1] < 0.01, "\(regrets)")
    }
}
