import Model
import SearchSupport
import Testing

@testable import Search

/// Regrets on tables of real measurements; the figures in comments are those of 200 seeds or of published methods.
@Suite(.enabled(if: NASTable.areThere, "\(NASTable.reason)"))
struct TableTests {
    private static func regrets(_ plan: SearchPlan, _ name: NASTable.Name, seeds: Int) throws -> [Double] {
        let table = try NASTable(name)
        let regrets = try (0..<seeds).map {
            try table.regrets(of: Searcher(plan, in: table.space, seed: UInt64($0)), after: [100, 200])
        }
        return (0..<2).map { column in regrets.reduce(0) { $0 + $1[column] } / Double(seeds) }
    }

    @Test func `random search is as far from the best as it must be`() throws {
        let regrets = try Self.regrets(.random, .cifar10, seeds: 20)
        #expect((0.6...1.4).contains(regrets[0]), "\(regrets)")
        #expect((0.4...1.1).contains(regrets[1]), "\(regrets)")
    }

    // Regularized evolution, local search and REINFORCE as published: 0.52 and 0.15, 0.38 and 0.11, 0.75 and 0.33.
    @Test(arguments: [
        (SearchPlan.evolution(.init(population: 12, lag: 1)), 0.52, 0.15),
        (.local(.init()), 0.6, 0.3),
    ])
    func `evolution and local search are better than random`(plan: SearchPlan, first: Double, second: Double) throws {
        let regrets = try Self.regrets(plan, .cifar10, seeds: 10)
        #expect(regrets[0] < first && regrets[1] < second, "\(regrets)")
    }

    @Test func `controllers learn on a table`() throws {
        let regrets = try Self.regrets(.reinforcement(.init()), .cifar10, seeds: 2)
        #expect(regrets[1] < 0.33, "\(regrets)")
    }

    @Test(arguments: NASTable.Name.allCases)
    func `the predictor finds the best network of every table`(name: NASTable.Name) throws {
        let regrets = try Self.regrets(.predictor(.init()), name, seeds: 2)
        #expect(regrets[0] < 0.05 && regrets[1] < 0.01, "\(regrets)")
    }
}
