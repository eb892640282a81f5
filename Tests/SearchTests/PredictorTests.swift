import SearchSupport
import Testing

@testable import Search

@Suite struct PredictorTests {
    @Test(arguments: [true, false])
    func `every other trial is a neighbor of the best one with unknown neighbors`(isSmall: Bool) throws {
        // The other one has more networks than can be examined.
        let space = try isSmall ? twoModalities() : layeredModality()
        var searcher = Searcher(.predictor(.init()), in: space, seed: 3)
        #expect(((space.positions ?? .max) <= Enumeration.limit) == isSmall)
        for number in 0..<40 {
            let view = SearchView(history: searcher.history, visible: number, isAllowed: { _ in true })
            let best = view.measured.max { $1.isBetter(than: $0) }
            guard case .proposal(let proposal) = try searcher.ask() else {
                Issue.record("no proposal")
                return
            }
            if number >= 10, let best {
                let origin = number.isMultiple(of: 2) ? "neighbor \(best.number)" : "prediction"
                #expect(proposal.origin == origin)
            }
            if proposal.origin.hasPrefix("neighbor"), let best {
                let changed = zip(best.genome.genes, proposal.genome.genes).filter { $0 != $1 }
                #expect(changed.count == 1, "\(best.genome) → \(proposal.genome)")
            }
            try searcher.tell(number, .objective(objective(of: proposal.genome)))
        }
    }

    /// With these seeds, a predictor alone considers the best network bad, and does not try it within 200 trials.
    @Test(
        .enabled(if: NASTable.areThere, "\(NASTable.reason)"),
        arguments: [(NASTable.Name.cifar10, [21, 25, 43] as [UInt64]), (.cifar100, [21, 53])])
    func `a wrong model does not keep it from finding the best network`(name: NASTable.Name, seeds: [UInt64]) throws {
        let table = try NASTable(name)
        for seed in seeds {
            let searcher = Searcher(.predictor(.init()), in: table.space, seed: seed)
            #expect(try table.regrets(of: searcher, after: [200]) == [0], "seed \(seed)")
        }
    }
}
