import Model
import Testing

@testable import Search

@Suite struct LayerStringTests {
    @Test func `the enumeration has every string of every length once`() throws {
        let space = try layeredModality()
        // image: 2 · (6 + 6² + 6³ + 6⁴) + 1; audio: 2 + 4 + 8 + 1; without any gene it is no genome.
        #expect(space.count == (2 * 1_554 + 1) * 15 - 1)
        let positions = try #require(space.positions)
        let genomes = (0..<positions).compactMap { space.genome(at: $0) }
        #expect(genomes.count == space.count)
        #expect(Set(genomes).count == genomes.count)
        #expect(genomes.allSatisfy(space.contains))
    }

    @Test func `strings of another length or with half a layer do not belong`() throws {
        let space = try layeredModality()
        for text in ["1-0", "1.2-0", "1.2.1.2.1.2.1.2.1.2.1-0", "0.0.0-1", "1.2.3-0", "0-0", "0-1.1.1.1"] {
            #expect(try !space.contains(Genome(text)), "\(text)")
        }
        for text in ["1.2.1-0", "0-1", "2.3.2.1.1-2.2.2", "1.1.1.1.1.1.1.1.1-0"] {
            #expect(try space.contains(Genome(text)), "\(text)")
        }
    }

    @Test func `choices have the number of their layer`() throws {
        let choices = try layeredModality().choices(of: Genome("2.3.1.1.2-0"))
        #expect(
            choices == [
                ["optimizer": "adam", "channels 1": "32", "kernel 1": "3", "channels 2": "8", "kernel 2": "5"], nil,
            ])
    }

    @Test func `the text of a space says how many layers it has`() throws {
        #expect(
            try layeredModality().description
                == "image(optimizer=sgd|adam,[channels=8|16|32,kernel=3|5]{1,4})?;audio([kernel=3|5]{1,3})?")
    }

    @Test func `decisions and genomes correspond one to one`() throws {
        for space in [try layeredModality(), try twoModalities()] {
            let sequence = DecisionSequence(space)
            let positions = try #require(space.positions)
            var seen: Set<[Int?]> = []
            for genome in (0..<positions).compactMap({ space.genome(at: $0) }) {
                let choices = sequence.choices(of: genome)
                #expect(sequence.genome(of: choices) == genome)
                seen.insert(choices)
            }
            #expect(seen.count == space.count)
        }
    }

    @Test func `a gene that a decision skips has no choice`() throws {
        let sequence = DecisionSequence(try layeredModality())
        // image is there, adam, 32 channels, kernel 3, no second layer; audio is not there.
        let choices = sequence.choices(of: try Genome("2.3.1-0"))
        #expect(choices == [1, 1, 2, 0, 0, nil, nil, nil, nil, nil, nil, nil, nil, 0, nil, nil, nil, nil, nil])
    }

    @Test func `mutations reach every length and stay in the space`() throws {
        let space = try layeredModality()
        var generator = SeededGenerator(seed: 1)
        var genome = try Genome("1.1.1-0")
        var lengths: Set<Int> = []
        for _ in 0..<5_000 {
            let before = genome
            repeat {
                genome = before
                space.mutate(&genome, using: &generator)
            } while !space.contains(genome)
            lengths.insert(genome.genes[0].count)
        }
        #expect(lengths == [1, 3, 5, 7, 9])
    }

    @Test func `neighbors are one change away, each once`() throws {
        let space = try layeredModality()
        var generator = SeededGenerator(seed: 1)
        let neighbors = space.neighbors(of: try Genome("1.1.1.2.2-0"), using: &generator)
        // image left out; 1 + 2 + 1 + 2 + 1 choices; 3 insertions; 2 removals; audio there.
        #expect(neighbors.count == 1 + 7 + 3 + 2 + 1)
        #expect(neighbors.filter { $0.genes[0].count == 7 }.count == 3)
        #expect(neighbors.filter { $0.genes[0].count == 3 }.count == 2)
    }

    @Test(arguments: [0...0, 1...65, 0...3])
    func `a repetition with no or too many rounds is refused`(times: ClosedRange<Int>) {
        let part = SearchSpace.Part("kernel", ["3", "5"])
        #expect(throws: Failure.self) {
            try SearchSpace([.init("image", repeating: .init([part], times: times))])
        }
    }

    @Test(arguments: SearcherTests.methods)
    func `every method searches strings, identically with any number of workers`(method: SearchMethod) throws {
        let searcher = SearcherTests.start(method, in: try layeredModality(), population: 6, seed: 2)
        let reference = try SearcherTests.trace(searcher, trials: 40, workers: 1, order: 0)
        #expect(Set(reference.map(\.genome)).count == 40)
        #expect(try SearcherTests.trace(searcher, trials: 40, workers: 6, order: 3) == reference)
    }
}
