import Foundation
import Model
import Testing

@testable import Search

@Suite struct SearchSpaceTests {
    @Test func `the enumeration has every genome once`() throws {
        let space = try twoModalities()
        #expect(space.count == 61 * 61 - 1)
        let positions = try #require(space.positions)
        let genomes = (0..<positions).compactMap { space.genome(at: $0) }
        #expect(Set(genomes).count == space.count)
        #expect(genomes.count == space.count)
        #expect(genomes.allSatisfy(space.contains))
    }

    @Test func `genomes are parsed from their text`() throws {
        let space = try twoModalities()
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<200 {
            let genome = space.random(using: &generator)
            #expect(try Genome(genome.description) == genome)
            #expect(try JSONDecoder().decode(Genome.self, from: JSONEncoder().encode(genome)) == genome)
        }
    }

    @Test(arguments: ["", "a", "1..2", "1.2-", "01.1", "-1", "1,2", "99999999999999999999"])
    func `a broken genome is refused`(text: String) {
        #expect(throws: Failure.self) { try Genome(text) }
    }

    @Test(arguments: [
        "1.1.1", "1.1-1.1.1", "4.1.1-1.1.1", "1.1.1-1.1.6", "0.0.0-0.0.0", "0.1.1-1.1.1", "1.1.1-1.1.1-1.1.1",
    ])
    func `a genome of another space does not belong`(text: String) throws {
        #expect(try !twoModalities().contains(Genome(text)))
    }

    @Test func `choices are found by name, and an omitted gene has none`() throws {
        let choices = try twoModalities().choices(of: Genome("2.1.3-0.0.0"))
        #expect(choices == [["optimizer": "adam", "structure": "LeNet3", "size": "1"], nil])
    }

    @Test func `the text of a space lists the choices`() throws {
        let part = SearchSpace.Part("size", ["1", "2"])
        let space = try SearchSpace([.init("image", [part], isOptional: true), .init("audio", [part])])
        #expect(space.description == "image(size=1|2)?;audio(size=1|2)")
    }

    @Test func `a space without choices or with equal names is refused`() {
        let part = SearchSpace.Part("size", ["1"])
        #expect(throws: Failure.self) { try SearchSpace([]) }
        #expect(throws: Failure.self) { try SearchSpace([.init("a", [])]) }
        #expect(throws: Failure.self) { try SearchSpace([.init("a", [.init("size", [])])]) }
        #expect(throws: Failure.self) { try SearchSpace([.init("a", [part]), .init("a", [part])]) }
        #expect(throws: Failure.self) { try SearchSpace([.init("a", [part, part])]) }
    }

    @Test func `a space too large to count can be searched`() throws {
        let parts = (0..<8).map { SearchSpace.Part("p\($0)", (0..<16).map(String.init)) }
        let space = try SearchSpace((0..<8).map { .init("g\($0)", parts, isOptional: true) })
        #expect(space.count == nil)
        let trace = try SearcherTests.trace(
            SearcherTests.start(.evolution, in: space, population: 6, seed: 2), trials: 50, workers: 2, order: 1)
        #expect(trace.count == 50)
    }
}

@Suite struct SeededGeneratorTests {
    @Test func `each seed and each stream has its own numbers`() {
        var (first, again) = (SeededGenerator(seed: 7), SeededGenerator(seed: 7))
        var (other, stream) = (SeededGenerator(seed: 8), SeededGenerator(seed: 7, stream: 1))
        let values = (0..<100).map { _ in first.next() }
        #expect(values == (0..<100).map { _ in again.next() })
        #expect(Set(values).isDisjoint(with: (0..<100).map { _ in other.next() }))
        #expect(Set(values).isDisjoint(with: (0..<100).map { _ in stream.next() }))
    }

    @Test func `whole numbers are spread evenly`() {
        var generator = SeededGenerator(seed: 1)
        var counts = [0, 0, 0, 0, 0, 0, 0]
        for _ in 0..<70_000 { counts[generator.below(7)] += 1 }
        #expect(counts.allSatisfy { (9_600...10_400).contains($0) })
        let hits = (0..<10_000).count { _ in generator.chance(0.3) }
        #expect((2_800...3_200).contains(hits))
    }
}
