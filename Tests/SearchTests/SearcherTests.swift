import Foundation
import Model
import Testing

@testable import Search

@Suite struct SearcherTests {
    /// All methods but `auto`, which is one of them.
    static let methods = SearchMethod.allCases.filter { $0 != .auto }

    /// Runs a search with workers that finish in their own order; returns its proposals.
    static func trace(
        _ start: Searcher, trials: Int, workers: Int, order: UInt64, storing: Bool = false,
        measure: (Genome) -> TrialOutcome = { .objective(objective(of: $0)) }
    ) throws -> [Proposal] {
        var searcher = start
        var running: [Proposal] = []
        var generator = SeededGenerator(seed: order)
        while true {
            if storing { searcher = try stored(searcher) }
            if searcher.history.proposals.count < trials, running.count < workers,
                case .proposal(let proposal) = try searcher.ask()
            {
                running.append(proposal)
            } else if running.isEmpty {
                return searcher.history.proposals
            } else {
                let done = running.remove(at: generator.below(running.count))
                try searcher.tell(done.number, measure(done.genome))
            }
        }
    }

    private static func stored(_ searcher: Searcher) throws -> Searcher {
        try JSONDecoder().decode(Searcher.self, from: JSONEncoder().encode(searcher))
    }

    /// A search in a space, as a scenario's begins.
    static func start(
        _ method: SearchMethod, in space: SearchSpace, population: Int, trials: Int = 60, seed: UInt64,
        seeds: [Genome] = []
    ) -> Searcher {
        method.searcher(
            population: population, trials: trials, seed: seed, seeds: seeds, history: SearchHistory(in: space))
    }

    @Test(arguments: methods, [1, 7] as [UInt64])
    func `the same seed gives the same trace for any number of workers and any order`(
        method: SearchMethod, seed: UInt64
    ) throws {
        let searcher = Self.start(method, in: try twoModalities(), population: 10, seed: seed)
        let reference = try Self.trace(searcher, trials: 60, workers: 1, order: 0)
        #expect(reference.count == 60)
        for (workers, order) in [(4, 2), (64, 5)] as [(Int, UInt64)] {
            let trace = try Self.trace(searcher, trials: 60, workers: workers, order: order)
            #expect(trace == reference, "\(workers) workers")
        }
    }

    @Test(arguments: methods)
    func `a search that is stored and restored before every step continues identically`(method: SearchMethod) throws {
        let searcher = Self.start(method, in: try twoModalities(), population: 8, seed: 5)
        let reference = try Self.trace(searcher, trials: 40, workers: 3, order: 1)
        #expect(try Self.trace(searcher, trials: 40, workers: 3, order: 1, storing: true) == reference)
    }

    @Test func `a generation waits for all of the previous one`() throws {
        let space = try twoModalities()
        var searcher = Self.start(.generational, in: space, population: 8, seed: 5)
        for _ in 0..<8 { _ = try searcher.ask() }
        for number in 0..<7 { try searcher.tell(number, .objective(Double(number))) }
        let answer = try searcher.ask()
        #expect(answer == .waiting(for: 7))
        try searcher.tell(7, .objective(0))
        for _ in 0..<8 {
            guard case .proposal(let proposal) = try searcher.ask() else {
                Issue.record("a generation is proposed at once")
                return
            }
            #expect(proposal.origin.hasPrefix("crossover") || proposal.origin.hasPrefix("mutation"))
        }
    }

    @Test(arguments: 0..<41)
    func `a search is rebuilt from its trials at any point`(cut: Int) throws {
        let space = try twoModalities()
        let start = Self.start(.evolution, in: space, population: 8, seed: 5)
        let reference = try Self.trace(start, trials: 40, workers: 1, order: 0)
        let known = reference.prefix(cut).map { proposal -> (Proposal, TrialOutcome?) in
            // The last few were still running.
            (proposal, proposal.number + 4 > cut ? nil : .objective(objective(of: proposal.genome)))
        }
        var rebuilt = SearchMethod.evolution.searcher(
            population: 8, trials: 60, seed: 5, history: try SearchHistory(known, in: space))
        for proposal in reference.prefix(cut) {
            try rebuilt.tell(proposal.number, .objective(objective(of: proposal.genome)))
        }
        #expect(try Self.trace(rebuilt, trials: 40, workers: 1, order: 0) == reference)
    }

    @Test(arguments: methods, [3, 4] as [UInt64])
    func `no genome is proposed twice and all belong to the space`(method: SearchMethod, seed: UInt64) throws {
        let space = try twoModalities()
        let learns: [SearchMethod] = [.reinforce, .nao, .predictor, .progressive]
        let trials = learns.contains(method) ? 100 : 1_000
        let trace = try Self.trace(
            Self.start(method, in: space, population: 10, seed: seed), trials: trials, workers: 4, order: 9)
        #expect(trace.count == trials)
        #expect(Set(trace.map(\.genome)).count == trials)
        #expect(trace.allSatisfy { space.contains($0.genome) })
    }

    @Test(arguments: methods)
    func `no network is proposed twice, not even with another genome`(method: SearchMethod) throws {
        let edges = (0..<6).map { SearchSpace.Gene("\($0)", [.init("operation", ["none", "skip", "convolution"])]) }
        let space = try SearchSpace(edges, symmetry: .cell(nodes: 4, zero: 1, identity: 2))
        let trace = try Self.trace(
            Self.start(method, in: space, population: 10, trials: 1_000, seed: 3), trials: 1_000, workers: 4, order: 9)
        let networks = Set(
            try (0..<(try #require(space.positions))).map { space.form(of: try #require(space.genome(at: $0))) })
        #expect(networks.count < 200 && trace.count == networks.count)
        #expect(Set(trace.map { space.form(of: $0.genome) }) == networks)
    }

    @Test(arguments: methods)
    func `a small space is searched exhaustively, each network once`(method: SearchMethod) throws {
        let parts = [SearchSpace.Part("structure", ["a", "b"]), .init("size", ["1", "2"])]
        let space = try SearchSpace([.init("image", parts, isOptional: true), .init("audio", parts, isOptional: true)])
        #expect(space.count == 24)
        var searcher = Self.start(method, in: space, population: 6, seed: 2)
        let trace = try Self.trace(searcher, trials: 1_000, workers: 3, order: 1)
        #expect(Set(trace.map(\.genome)).count == 24)
        for proposal in trace {
            guard case .proposal(proposal) = try searcher.ask() else {
                Issue.record("the trace is not repeated")
                return
            }
            try searcher.tell(proposal.number, .objective(objective(of: proposal.genome)))
        }
        #expect(try searcher.ask() == .exhausted)
    }

    @Test(arguments: methods)
    func `a candidate over the limit is replaced, and none is proposed if none fits`(method: SearchMethod) throws {
        let space = try twoModalities()
        let fits = { (genome: Genome) in genome.genes.joined().reduce(0, +) <= 4 }
        var searcher = Self.start(method, in: space, population: 4, seed: 8)
        var count = 0
        while case .proposal(let proposal) = try searcher.ask(where: fits) {
            #expect(fits(proposal.genome))
            try searcher.tell(proposal.number, .objective(objective(of: proposal.genome)))
            count += 1
        }
        // 1.1.1, and with one step more in one of three parts, in either gene while the other is left out.
        #expect(count == 8)
        var other = Self.start(method, in: space, population: 4, seed: 8)
        #expect(try other.ask(where: { _ in false }) == .exhausted)
    }

    @Test(arguments: methods)
    func `given genomes come first, without unusable and repeated ones`(method: SearchMethod) throws {
        let given = try ["2.1.3-0.0.0", "9.9.9-1.1.1", "2.1.3-0.0.0", "0.0.0-0.0.0", "1.1.1-3.4.5"].map(Genome.init(_:))
        let searcher = Self.start(method, in: try twoModalities(), population: 6, seed: 1, seeds: given)
        let trace = try Self.trace(searcher, trials: 6, workers: 1, order: 0)
        #expect(trace.prefix(2).map(\.origin) == ["knowledge", "knowledge"])
        #expect(trace.dropFirst(2).allSatisfy { $0.origin != "knowledge" })
        #expect(trace.prefix(2).map(\.genome.description) == ["2.1.3-0.0.0", "1.1.1-3.4.5"])
    }

    @Test func `outcomes of unknown trials and contradictory outcomes are refused`() throws {
        var searcher = Searcher(.random, in: try twoModalities(), seed: 1)
        #expect(throws: Failure.self) { try searcher.tell(0, .failed) }
        _ = try searcher.ask()
        try searcher.tell(0, .objective(1))
        try searcher.tell(0, .objective(1))
        #expect(throws: Failure.self) { try searcher.tell(0, .objective(2)) }
    }

    @Test func `a broken history is refused`() throws {
        let genome = try Genome("1.1.1-0.0.0")
        let first = Proposal(number: 0, genome: genome, origin: "random")
        let again = Proposal(number: 1, genome: genome, origin: "random")
        let space = try twoModalities()
        #expect(throws: Failure.self) { try SearchHistory([(again, TrialOutcome?.none)], in: space) }
        #expect(throws: Failure.self) { try SearchHistory([(first, TrialOutcome?.none), (again, nil)], in: space) }
    }
}
