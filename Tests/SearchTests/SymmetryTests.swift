import Model
import SearchSupport
import Testing

@testable import Search

@Suite struct SymmetryTests {
    static func cell(_ code: String) -> Genome { Genome(code.compactMap(\.wholeNumberValue).map { [$0 + 1] }) }

    static let symmetry = Symmetry.cell(nodes: 4, zero: 1, identity: 2)

    @Test(arguments: [
        // Node 1 and node 2 exchanged.
        ("230043", "320034", true), ("230043", "320043", false),
        // Inputs that no later edge uses do not count.
        ("200000", "400000", true), ("000200", "300200", true),
        // A skip forwards a sum as if its terms were there; a convolution does not.
        ("201301", "200310", true), ("231001", "200310", true), ("231003", "200330", false),
        // The edge 0→1 skipped: node 1 is the input.
        ("101010", "000100", true), ("100020", "000200", true), ("100020", "000300", false),
    ])
    func `equivalent cells have one canonical form`(first: String, second: String, areEqual: Bool) {
        let forms = (Self.symmetry.form(of: Self.cell(first)), Self.symmetry.form(of: Self.cell(second)))
        #expect((forms.0 == forms.1) == areEqual, "\(forms.0) and \(forms.1)")
    }

    @Test(.enabled(if: NASTable.areThere, "\(NASTable.reason)"))
    func `cells of one published class have one canonical form, for the whole table`() throws {
        let table = try NASTable(.cifar10)
        var forms: [String: Set<String>] = [:]
        for (genome, published) in try #require(table.published) {
            forms[published, default: []].insert(table.space.form(of: genome))
        }
        #expect(forms.count == 6_466)
        #expect(forms.values.allSatisfy { $0.count == 1 })
        // The published classes tell apart what a skip passes on and what it is the sum of; the forms do not.
        #expect(Set(forms.values.joined()).count == 4_930)
    }

    @Test(.enabled(if: NASTable.areThere, "\(NASTable.reason)"))
    func `layer networks share a canonical form exactly if the table has one measurement`() throws {
        let table = try NASTable(.macro)
        var accuracies: [String: Set<Double>] = [:]
        for (genome, accuracy) in table.accuracy {
            accuracies[table.space.form(of: genome), default: []].insert(accuracy)
        }
        #expect(accuracies.count == 3_969)
        #expect(accuracies.values.allSatisfy { $0.count == 1 })
    }

    @Test(.enabled(if: NASTable.areThere, "\(NASTable.reason)"), arguments: SearcherTests.methods)
    func `no network is proposed again with another genome`(method: SearchMethod) throws {
        let space = try NASTable(.cifar10).space
        let searcher = SearcherTests.start(method, in: space, population: 10, seed: 4)
        let trace = try SearcherTests.trace(searcher, trials: 100, workers: 4, order: 2)
        #expect(Set(trace.map { space.form(of: $0.genome) }).count == 100)
    }

    @Test func `a symmetry of other genes is refused`() {
        let gene = SearchSpace.Gene("a", [.init("operation", ["none", "skip", "convolution"])])
        let stages = [([1, 1], 1), ([1], 4), ([1, 0], 1)].map { Symmetry.stages($0.0, identity: $0.1) }
        for symmetry in [Self.symmetry] + stages {
            #expect(throws: Failure.self) { try SearchSpace([gene], symmetry: symmetry) }
        }
    }
}
