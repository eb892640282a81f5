import Testing

@testable import Search

@Suite struct EvolutionTests {
    @Test func `the best trials never leave the population`() throws {
        let settings = Evolution.Settings(population: 10)
        var searcher = Searcher(.evolution(settings), in: try twoModalities(), seed: 3)
        for number in 0..<200 {
            guard case .proposal(let proposal) = try searcher.ask() else { break }
            try searcher.tell(number, .objective(objective(of: proposal.genome)))
            let view = SearchView(history: searcher.history, visible: number + 1, isAllowed: { _ in true })
            let survivors = Evolution(settings: settings).survivors(view)
            let objectives = searcher.history.outcomes.compactMap { $0?.objective }
            let best = objectives.sorted(by: >).prefix(settings.elite)
            #expect(survivors.count == min(number + 1, 10))
            #expect(survivors.prefix(best.count).map(\.fitness) == Array(best))
            #expect(Set(survivors.map(\.number)).count == survivors.count)
        }
        #expect(searcher.history.proposals.count == 200)
    }

    @Test func `it waits only for the trial one population earlier`() throws {
        var searcher = Searcher(.evolution(.init(population: 5)), in: try twoModalities(), seed: 3)
        for _ in 0..<5 { _ = try searcher.ask() }
        #expect(try searcher.ask() == .waiting(for: 0))
        for number in 1..<5 { try searcher.tell(number, .objective(1)) }
        #expect(try searcher.ask() == .waiting(for: 0))
        try searcher.tell(0, .failed)
        guard case .proposal(let proposal) = try searcher.ask() else {
            Issue.record("no proposal")
            return
        }
        #expect(proposal.number == 5)
    }

    @Test func `it continues if every trial failed or was not a number`() throws {
        var searcher = Searcher(.evolution(.init(population: 5)), in: try twoModalities(), seed: 3)
        for number in 0..<30 {
            guard case .proposal(let proposal) = try searcher.ask() else { break }
            #expect(proposal.origin == "random")
            try searcher.tell(number, number.isMultiple(of: 2) ? .failed : .objective(.nan))
        }
        #expect(searcher.history.proposals.count == 30)
    }

    @Test func `a child has each gene from one of its parents`() throws {
        let space = try twoModalities()
        let (first, second) = (Genome([[1, 1, 1], [1, 2, 1]]), Genome([[2, 2, 2], [0, 0, 0]]))
        var generator = SeededGenerator(seed: 1)
        var seen: Set<Genome> = []
        for _ in 0..<100 { seen.insert(space.crossed(first, second, using: &generator)) }
        let expected = Set([
            first, second, Genome([[1, 1, 1], [0, 0, 0]]), Genome([[2, 2, 2], [1, 2, 1]]),
        ])
        #expect(seen == expected)
    }

    @Test func `every genome can be reached by mutations, and each one changes something`() throws {
        let parts = [SearchSpace.Part("structure", ["a", "b", "c"]), .init("size", ["1", "2"])]
        let space = try SearchSpace([.init("image", parts, isOptional: true), .init("audio", parts)])
        var generator = SeededGenerator(seed: 1)
        var genome = Genome([[0, 0], [1, 1]])
        var seen: Set<Genome> = []
        for _ in 0..<5_000 {
            let before = genome
            space.mutate(&genome, using: &generator)
            #expect(genome != before && space.contains(genome))
            seen.insert(genome)
        }
        #expect(seen.count == space.count)
    }
}
